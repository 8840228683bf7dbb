"""The fixed cast and small makers with a trade's defaults; every test that needs people or master data starts here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from sop import cycle_hooks
from sop.constants import Role, Source
from sop.models import Customer, Cycle, Family, Location, Product, Region, Supplier, User
from sop.request_context import acting
from sop.services.cycle_open import cycle_open

PASSWORD = "roof-tiles-and-timber-7"  # of everybody in the cast
FEBRUARY = date(2022, 2, 1)


@dataclass(frozen=True)
class Cast:
    """Everybody the tests know by name."""

    ana: User  # rep, north
    ben: User  # rep, south
    olga: User  # demand planner
    sam: User  # supply planner
    finn: User  # finance
    eve: User  # executive
    cora: User  # coordinator
    north: Region
    south: Region
    harbour: Customer  # Ana's
    ridge: Customer  # Ben's


def person_make(username: str, *roles: Role, **fields: object) -> User:
    """Return a person who can sign in with PASSWORD and holds the roles."""
    user = User(username=username, name=username.title(), email=f"{username}@example.com", **fields)
    user.set_password(PASSWORD)
    user.save()
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    return user


def client_of(user: User) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def customer_make(code: str, region: Region, owner: User | None = None) -> Customer:
    """Return a customer of a region, in `owner`'s territory."""
    return Customer.objects.create(code=code, name=code.title(), region=region, owner=owner)


def family_make(code: str = "ROOFING") -> Family:
    """Return a family planned in its base unit."""
    return Family.objects.create(code=code, name=code.title())


def product_make(code: str = "SHINGLE", family: Family | None = None) -> Product:
    """Return a product sold by the piece."""
    family = family or Family.objects.filter(code="ROOFING").first() or family_make()
    return Product.objects.create(code=code, name=code.title(), family=family)


def location_make(code: str = "DC1") -> Location:
    """Return a warehouse."""
    return Location.objects.create(code=code, name=f"Warehouse {code}")


def supplier_make(code: str = "NORTHGATE") -> Supplier:
    """Return a supplier who bills in the plan currency."""
    return Supplier.objects.create(code=code, name=code.title())


def cycle_make(cast: Cast, bucket: date = FEBRUARY) -> Cycle:
    """Return a cycle just opened by Cora: gather demand open, Ana and Ben not started."""
    with acting(cast.cora, Source.PAGE):
        return cycle_open(user=cast.cora, bucket=bucket)


def cast_make() -> Cast:
    """Write the whole cast with one customer in each rep's territory."""
    ana, ben = person_make("ana", Role.REP), person_make("ben", Role.REP)
    north = Region.objects.create(code="NORTH", name="North")
    south = Region.objects.create(code="SOUTH", name="South")
    return Cast(
        ana=ana,
        ben=ben,
        olga=person_make("olga", Role.DEMAND_PLANNER),
        sam=person_make("sam", Role.SUPPLY_PLANNER),
        finn=person_make("finn", Role.FINANCE),
        eve=person_make("eve", Role.EXECUTIVE),
        cora=person_make("cora", Role.COORDINATOR),
        north=north,
        south=south,
        harbour=customer_make("HARBOUR", north, ana),
        ridge=customer_make("RIDGE", south, ben),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the cast in the test's database."""
    return cast_make()


@pytest.fixture
def bare_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the cycle's own rules alone: what each step's app asks beside them is tested with that app."""
    for hooks in (cycle_hooks.gate_open, cycle_hooks.before_close, cycle_hooks.on_close, cycle_hooks.step_people):
        monkeypatch.setattr(hooks, "_functions", {})
    monkeypatch.setattr(cycle_hooks, "_cycle_actions", [])


@pytest.fixture
def as_cora(cast: Cast) -> Iterator[User]:
    """Run the test as the coordinator at a page, as a request would."""
    with acting(cast.cora, Source.PAGE):
        yield cast.cora
