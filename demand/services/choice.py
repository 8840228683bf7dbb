"""Choosing how something is forecast, and withdrawing the choice, while gather demand is open."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from demand.constants import ChoiceMethod
from demand.models import BaselineChoice, Series
from sop.constants import StepKind
from sop.models import Customer, CycleStep, Family, Product, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.selectors.cycle import company_moment
from sop.selectors.master_history import row_history
from sop.services.cycle import cycle_event, step_edit_lock

REASON_LENGTH = 1000
RAMP_MAX = 36  # months
SCALE_MAX = 1000  # percent


@dataclass(frozen=True)
class Chosen:
    """What a person chooses: what it reaches, how it is forecast, why.

    `quantity`: base units a month, of all it reaches together.
    """

    method: str
    reason: str
    product: Product | None = None
    family: Family | None = None
    customer: Customer | None = None
    quantity: Decimal | None = None
    like: Product | None = None
    scale_percent: Decimal | None = None
    ramp_months: int | None = None


@transaction.atomic
def baseline_choose(*, user: User, cycle_id: int, chosen: Chosen) -> BaselineChoice:
    """Choose how the series of a product or family are forecast; it counts from the next run on.

    Raises StepClosed when gather demand is not open, NotAllowed for other roles, Refused for what does not fit or where
    a choice for the same is there already.
    """
    step = _open_step(user, cycle_id)
    _check_scope(chosen)
    _check_method(chosen)
    reason = chosen.reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        raise Refused(f"Say in a sentence why it is chosen, in at most {REASON_LENGTH:,} characters.")
    same = BaselineChoice.objects.filter(
        active=True, product=chosen.product, family=chosen.family, customer=chosen.customer
    ).select_related("chosen_by", "product", "family", "customer", "like")
    for other in same:
        raise Refused(f"{other.chosen_by.name} chose {other.words} for the same; withdraw that first.")
    choice = BaselineChoice(
        product=chosen.product,
        family=chosen.family,
        customer=chosen.customer,
        method=chosen.method,
        quantity=chosen.quantity,
        like=chosen.like,
        scale_percent=Decimal(100) if chosen.scale_percent is None else chosen.scale_percent,
        ramp_months=chosen.ramp_months or 0,
        reason=reason,
        chosen_by=user,
    )
    choice._change_reason = reason  # type: ignore[attr-defined]
    choice.save()
    cycle_event(cycle=step.cycle, kind="baseline_chosen", sentence=f"{user.name} chose a baseline.", step=step)
    return choice


@transaction.atomic
def choice_withdraw(*, user: User, cycle_id: int, choice_id: int, reason: str) -> BaselineChoice:
    """Let history decide again, from the next run on; the choice stays to be read. Refusals as baseline_choose."""
    step = _open_step(user, cycle_id)
    choice = BaselineChoice.objects.select_for_update(no_key=True).filter(pk=choice_id).first()
    if choice is None:
        raise Refused("There is no such choice.")
    if not choice.active:
        last = row_history(choice)[0]
        raise Conflict(f"{last.who} withdrew it {company_moment(last.at)} already.")
    if not reason.strip():
        raise Refused("Say why it no longer holds.")
    choice.active = False
    choice._change_reason = reason.strip()  # type: ignore[attr-defined]
    choice.save()
    sentence = f"{user.name} withdrew a chosen baseline."
    cycle_event(cycle=step.cycle, kind="baseline_choice_withdrawn", sentence=sentence, step=step)
    return choice


def _open_step(user: User, cycle_id: int) -> CycleStep:
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners choose how something is forecast.")
    return step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)


def _check_scope(chosen: Chosen) -> None:
    if (chosen.product is None) == (chosen.family is None):
        raise Refused("Name a product or a family, one of the two.")
    named = {"product": chosen.product, "product__family": chosen.family, "customer": chosen.customer}
    reached = Series.objects.filter(active=True, **{path: row for path, row in named.items() if row is not None})
    if not reached.exists():
        raise Refused("It reaches no row: nothing active has this product or family and customer together.")


def _check_method(chosen: Chosen) -> None:
    if chosen.method not in ChoiceMethod.values:
        raise Refused("Choose a method from the list.")
    flat, like = chosen.method == ChoiceMethod.FLAT, chosen.method == ChoiceMethod.LIKE
    if flat and (chosen.quantity is None or chosen.quantity < 0):
        raise Refused("A flat level needs its quantity a month, 0 or more.")
    if not flat and chosen.quantity is not None:
        raise Refused("Only a flat level has a quantity; leave it empty.")
    if like and (chosen.like is None or chosen.like == chosen.product):
        raise Refused("Name the other product that it will sell like.")
    if not like and (chosen.like is not None or chosen.scale_percent not in (None, Decimal(100))):
        raise Refused("Only what sells like another product has a like product and a percent of it.")
    if chosen.scale_percent is not None and not 0 < chosen.scale_percent <= SCALE_MAX:
        raise Refused(f"The percent of the like product is above 0 and at most {SCALE_MAX}.")
    if chosen.ramp_months and not (flat or like):
        raise Refused("Only a flat level or a like product is reached over months.")
    if not 0 <= (chosen.ramp_months or 0) <= RAMP_MAX:
        raise Refused(f"It is reached over at most {RAMP_MAX} months.")
