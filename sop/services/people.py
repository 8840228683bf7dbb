"""Every write about people: create, change roles and territory, deactivate, passwords, theme."""

import secrets
from collections.abc import Sequence

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sop.constants import CycleState, Role, StepState
from sop.models import ApiToken, Customer, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.services.step_people import step_people_fill

# No look-alikes (0 O, 1 l I): a one-time password is read out or typed from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def person_create(
    *, user: User, username: str, name: str, email: str, roles: Sequence[str], customer_ids: Sequence[int] = ()
) -> tuple[User, str]:
    """Return a new person and the one-time password they must change at first sign-in; it is shown once."""
    _need_people(user)
    password = password_one_time()
    person = User(username=username.strip().lower(), name=name.strip(), email=email.strip(), must_change_password=True)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refused(f"Somebody already signs in as {person.username}; choose another name.") from error
    _roles_write(person, roles)
    _territory_write(person, customer_ids)
    return person, password


@transaction.atomic
def person_change(
    *, user: User, person_id: int, name: str, email: str, roles: Sequence[str], customer_ids: Sequence[int]
) -> User:
    """Change a person's name, roles and territory; they hold from that person's next request on."""
    _need_people(user)
    person = _person_lock(person_id)
    if Role.COORDINATOR not in roles:
        _keep_a_coordinator(person)
    person.name, person.email = name.strip(), email.strip()
    _roles_write(person, roles)
    _territory_write(person, customer_ids)
    return person


@transaction.atomic
def person_deactivate(*, user: User, person_id: int) -> User:
    """Lock a person out at once: sessions end, tokens are revoked; the account stays for the sake of history."""
    _need_people(user)
    person = _person_lock(person_id)
    if person.pk == user.pk:
        raise Refused("Another coordinator must deactivate you.")
    _keep_a_coordinator(person)
    person.is_active = False
    person.save()
    sessions_end(person)
    ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=timezone.now())
    _progress_fill()
    return person


@transaction.atomic
def person_activate(*, user: User, person_id: int) -> User:
    """Let a deactivated person sign in again; revoked tokens stay revoked."""
    _need_people(user)
    person = _person_lock(person_id)
    person.is_active = True
    person.save()
    _progress_fill()
    return person


@transaction.atomic
def password_reset(*, user: User, person_id: int) -> tuple[User, str]:
    """Return the person and a new one-time password; the old one and every session end."""
    _need_people(user)
    person = _person_lock(person_id)
    password = password_one_time()
    _password_write(person, password, must_change=True, why="password reset")
    return person, password


@transaction.atomic
def password_change(*, user: User, password: str) -> User:
    """Set one's own password; every other session of this person ends."""
    person = _person_lock(user.pk)
    _password_write(person, password, must_change=False, why="own password changed")
    return person


def theme_set(*, user: User, theme: str) -> None:
    """Remember how a person likes the pages: as the system, light or dark."""
    if theme not in {"system", "light", "dark"}:
        raise Refused("Choose system, light or dark.")
    User.objects.filter(pk=user.pk).update(theme=theme)


def password_one_time() -> str:
    """Return a password of about 79 random bits that can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def sessions_end(person: User) -> None:
    """Drop every session of a person, so that none comes back to life with the account."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


def _need_people(user: User) -> None:
    if not user.has_perm("sop.manage_people"):
        raise NotAllowed("Only the coordinator manages people.")


def _person_lock(person_id: int) -> User:
    """Return a person locked together with every coordinator, in one order: so two cannot remove each other."""
    coordinators = User.objects.filter(groups__name=Role.COORDINATOR).values("pk")
    locked = User.objects.select_for_update().filter(Q(pk=person_id) | Q(pk__in=coordinators)).order_by("pk")
    return next(each for each in locked if each.pk == person_id)


def _keep_a_coordinator(person: User) -> None:
    others = User.objects.filter(is_active=True, groups__name=Role.COORDINATOR).exclude(pk=person.pk)
    if not others.exists() and person.groups.filter(name=Role.COORDINATOR).exists():
        raise Refused(f"{person.name} is the only coordinator; name another one first.")


def _roles_write(person: User, roles: Sequence[str]) -> None:
    unknown = set(roles) - set(Role.values)
    if unknown:
        raise Refused(f"There is no role {', '.join(sorted(unknown))}.")
    if not roles:
        raise Refused("Choose at least one role: without it a person sees nothing.")
    before = set(person.groups.values_list("name", flat=True)) & set(Role.values)
    person.groups.set(Group.objects.filter(name__in=roles))
    person.__dict__.pop("roles", None)  # the cached property
    if before != set(roles):
        person._change_reason = f"roles: {_labels(before)} to {_labels(set(roles))}"  # type: ignore[attr-defined]
    person.save()


def _labels(roles: set[str]) -> str:
    return ", ".join(role.label for role in Role if role in roles) or "none"


def _territory_write(person: User, customer_ids: Sequence[int]) -> None:
    """Make exactly these customers the person's own; those given up have no owner until somebody takes them."""
    wanted = set(customer_ids)
    if wanted and not person.groups.filter(name=Role.REP).exists():
        raise Refused("Only a sales rep has a territory; choose the role or leave the customers out.")
    touched = Customer.objects.select_for_update().filter(owner=person) | Customer.objects.filter(pk__in=wanted)
    for customer in touched.order_by("pk"):
        owner_id = person.pk if customer.pk in wanted else None
        if customer.owner_id != owner_id:
            customer.owner_id = owner_id
            customer._change_reason = "territory"  # type: ignore[attr-defined]
            customer.save()
    _progress_fill()


def _progress_fill() -> None:
    """Keep the steps of the open cycle waiting for the right people."""
    steps = CycleStep.objects.select_for_update(of=("self",)).filter(cycle__state=CycleState.OPEN)
    for step in steps.exclude(state=StepState.CLOSED).order_by("number"):
        step_people_fill(step)


def _password_write(person: User, password: str, *, must_change: bool, why: str) -> None:
    person.set_password(password)
    person.must_change_password = must_change
    person._change_reason = why  # type: ignore[attr-defined]
    person.save()
    sessions_end(person)
