"""What an assumption may say: own customers, something to reach, a quantity or a percent, months of the plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from demand.constants import ASSUMPTION_MAX, ASSUMPTION_PERCENT_MAX, RUNNING, AssumptionKind, AssumptionState
from demand.selectors.assumptions import customers_of, series_reached
from demand.selectors.layers import plan_months
from sop.engine.months import month_start
from sop.models import Customer, Cycle, Family, Product, User
from sop.refusals import NotAllowed, Refused

GONE = Decimal(-100)  # percent: nothing is left
CERTAIN = 100
NOTE_LENGTH, LINK_LENGTH = 2000, 200
THOUSANDTH, HUNDREDTH = Decimal("0.001"), Decimal("0.01")


@dataclass(frozen=True)
class Stated:
    """What a person states. `quantity` is base units a month; `last_bucket` None means to the end of the horizon."""

    kind: str
    state: str
    first_bucket: date
    last_bucket: date | None = None
    product: Product | None = None
    family: Family | None = None
    customer: Customer | None = None
    successor: Product | None = None
    quantity: Decimal | None = None
    percent: Decimal | None = None
    probability: Decimal = Decimal(100)
    note: str = ""
    link: str = ""


def may_state(user: User, customer: Customer | None) -> None:
    """Raise NotAllowed unless this person may state something of a customer, or of all customers (None)."""
    if not user.has_perm("demand.override_forecast"):
        raise NotAllowed("Your role does not state assumptions.")
    found = customers_of(user)
    if found is None:
        return
    if customer is None:
        raise NotAllowed("Only a demand planner states something of all customers; name a customer of yours.")
    if customer.pk not in found:
        raise NotAllowed("This customer is not yours.")


def columns_checked(user: User, cycle: Cycle, stated: Stated) -> dict[str, Any]:
    """Return what is stated as columns of the table; raise Refused or NotAllowed saying what does not fit."""
    if stated.kind not in AssumptionKind.values:
        raise Refused("Choose a kind from the list.")
    if stated.state not in RUNNING:
        raise Refused("Say whether it is in the number, a risk or an opportunity.")
    may_state(user, stated.customer)
    stated = _discontinued(stated) if stated.kind == AssumptionKind.DISCONTINUED else stated
    stated = _with_amount(_with_months(stated, plan_months(cycle)))
    _check_scope(stated)
    _check_words(stated)
    names = ("product", "family", "customer", "successor")
    keys = {f"{name}_id": getattr(getattr(stated, name), "pk", None) for name in names}
    plain = {name: value for name, value in vars(stated).items() if name not in names}
    return plain | keys | {"note": stated.note.strip()}


def _check_scope(stated: Stated) -> None:
    if stated.product is None and stated.family is None and stated.customer is None:
        raise Refused("Say what it is about: a product, a family or a customer.")
    if stated.product is not None and stated.family is not None and stated.product.family_id != stated.family.pk:
        raise Refused(f"{stated.product.name} is not in {stated.family.name}; name one of the two.")
    reached = series_reached(stated.product, stated.family, stated.customer)
    if not reached.exists():
        raise Refused("Nothing is forecast of this: no active row has this product, family and customer together.")
    quantity = stated.quantity or Decimal(0)
    if quantity % 1 and not reached.filter(product__whole_units=False).exists():
        raise Refused(f"{quantity.normalize():f} is no whole number, and all it reaches is counted in whole units.")


def _check_words(stated: Stated) -> None:
    if not stated.note.strip():
        raise Refused("Say in a sentence what you know.")
    if len(stated.note) > NOTE_LENGTH:
        raise Refused(f"The note is longer than {NOTE_LENGTH:,} characters.")
    if stated.link and (urlsplit(stated.link).scheme not in {"http", "https"} or len(stated.link) > LINK_LENGTH):
        raise Refused(f"A link begins with http:// or https:// and has at most {LINK_LENGTH} characters.")


def _discontinued(stated: Stated) -> Stated:
    """Return a discontinued product as what it is: nothing left, to the end of the horizon."""
    if stated.product is None:
        raise Refused("Name the product that is discontinued.")
    if stated.quantity is not None or stated.percent not in (None, GONE):
        raise Refused("A discontinued product has nothing left; leave quantity and percent empty.")
    if stated.successor == stated.product:
        raise Refused("A product cannot follow itself.")
    return replace(stated, percent=GONE, last_bucket=None)


def _with_months(stated: Stated, plan: Sequence[date]) -> Stated:
    first, last = month_start(stated.first_bucket), month_start(stated.last_bucket or plan[-1])
    if last < first:
        raise Refused(f"{last:%b %Y} comes before {first:%b %Y}.")
    if last < plan[0] or first > plan[-1]:
        raise Refused(f"None of its months is in the plan ({plan[0]:%b %Y} to {plan[-1]:%b %Y}).")
    return replace(stated, first_bucket=first, last_bucket=last)


def _with_amount(stated: Stated) -> Stated:
    quantity, percent, probability = stated.quantity, stated.percent, stated.probability
    if not (probability.is_finite() and 0 <= probability <= CERTAIN):
        raise Refused("A probability is between 0 and 100 percent.")
    if stated.successor is not None and stated.kind != AssumptionKind.DISCONTINUED:
        raise Refused("Only a discontinued product has a successor.")
    if (quantity is None) == (percent is None):
        raise Refused("Give either a quantity a month or a percent.")
    value = percent if quantity is None else quantity
    assert value is not None  # one of the two is there
    most, unit = (ASSUMPTION_MAX, "units a month") if percent is None else (ASSUMPTION_PERCENT_MAX, "percent")
    if not value.is_finite():
        raise Refused("This is not a number.")
    if value.copy_abs() > most:
        raise Refused(f"This is more than {most:,} {unit}.")
    if percent is not None and percent < GONE:
        raise Refused(f"{percent:f} percent takes away more than there is; -100 leaves nothing.")
    value = value.quantize(THOUSANDTH if percent is None else HUNDREDTH)
    if not value:
        raise Refused(f"0 {unit} changes nothing.")
    sure = probability.quantize(HUNDREDTH)
    if percent is None:
        return replace(stated, quantity=value, probability=sure)
    return replace(stated, percent=value, probability=sure)


def state_words(state: str) -> str:
    """Return a state as it stands in a sentence: in the number, a risk."""
    label = AssumptionState(state).label.lower()
    return label if state == AssumptionState.IN_NUMBER else f"a{'n' * (label[0] == 'o')} {label}"
