"""Who works at Harlow Supply: names, roles, sign-ins; a password is `demo-` and the user name."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from publish.demo.tables import create
from review.models import Approver
from sop.constants import Role
from sop.models import User


class Person(NamedTuple):
    """One member of staff."""

    username: str
    name: str
    role: Role
    part: str  # a rep's region, everybody else's job
    padding: float = 0.0  # how far above what they believe a rep asks, at the height of the shortage


PEOPLE = (
    Person("ana", "Ana Lindqvist", Role.REP, "North", 0.03),
    Person("gus", "Gus Petersen", Role.REP, "North", 0.22),
    Person("dana", "Dana Ruiz", Role.REP, "East", 0.12),
    Person("iris", "Iris Kowalski", Role.REP, "East", 0.28),
    Person("ben", "Ben Okafor", Role.REP, "South", 0.55),
    Person("leo", "Leo Marchetti", Role.REP, "South", 0.30),
    Person("mia", "Mia Tran", Role.REP, "West", 0.08),
    Person("jo", "Jo Whitfield", Role.REP, "West", 0.35),
    Person("olga", "Olga Brandt", Role.DEMAND_PLANNER, "Demand planning"),
    Person("sam", "Sam Castillo", Role.SUPPLY_PLANNER, "Supply planning"),
    Person("finn", "Finn Adeyemi", Role.FINANCE, "Finance director"),
    Person("nora", "Nora Nakamura", Role.EXECUTIVE, "Sales director"),
    Person("otto", "Otto Reyes", Role.EXECUTIVE, "Operations director"),
    Person("eve", "Eve Harlow", Role.EXECUTIVE, "Managing director"),
    Person("cora", "Cora Simmons", Role.COORDINATOR, "S&OP coordinator"),
)

# Whose signature every plan needs, in the order they sign.
APPROVERS = (("nora", "Sales"), ("otto", "Operations"), ("finn", "Finance"), ("eve", "Managing director"))


def password(username: str) -> str:
    """Return the demo password of a person."""
    return f"demo-{username}"


def people_write() -> dict[str, User]:
    """Write staff with their role's group, and the approvers; return users by user name."""
    users = create(
        User(
            username=p.username,
            name=p.name,
            email=f"{p.username}@harlow.example",
            password=make_password(password(p.username)),
            date_joined=timezone.now(),
        )
        for p in PEOPLE
    )
    found = {user.username: user for user in users}
    for person in PEOPLE:
        found[person.username].groups.add(Group.objects.get(name=person.role))
    create(Approver(user=found[name], function=what, number=n) for n, (name, what) in enumerate(APPROVERS, start=1))
    return found


def sign_ins() -> str:
    """Return the table of sign-ins as text, one person a line."""
    lines = [f"  {p.username:6} {password(p.username):12} {p.name:16} {p.role.label}, {p.part}" for p in PEOPLE]
    return "\n".join([f"  {'user':6} {'password':12} {'name':16} role", *lines])
