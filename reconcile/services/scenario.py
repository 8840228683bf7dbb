"""Scenarios: today's plan with levers pulled; changed freely as a draft, never once leadership is asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from reconcile.constants import LeverKind, ScenarioState
from reconcile.models import Lever, Scenario
from sop.constants import StepKind, StepState
from sop.engine.months import month_list
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.services.cycle import cycle_event, step_edit_lock, step_unclosed_lock

BASE_NAME = "Base plan"
NAME_MAX = 120


@dataclass(frozen=True)
class Pull:
    """One lever as a person pulls it; no family and no product means everything."""

    kind: str
    first_bucket: date
    last_bucket: date | None = None
    family_id: int | None = None
    product_id: int | None = None
    params: dict[str, Any] | None = None


@transaction.atomic
def scenario_create(*, user: User, cycle_id: int, name: str, note: str = "") -> Scenario:
    """Begin a scenario without levers."""
    cycle = _edit(user, cycle_id)
    if not name.strip():
        raise Refused("Give the scenario a name that says what it does.")
    return _create(cycle, user, name.strip(), note.strip())


@transaction.atomic
def scenario_combine(*, user: User, cycle_id: int, name: str, scenario_ids: Sequence[int]) -> Scenario:
    """Make one scenario of several: all their levers together, to be calculated as one plan."""
    if not (user.has_perm("reconcile.edit_scenario") or user.has_perm("review.freeze_pack")):
        raise NotAllowed("Planners and the coordinator combine scenarios.")
    cycle = scenario_edit_lock(cycle_id)
    chosen = list(Scenario.objects.filter(cycle=cycle, pk__in=scenario_ids).prefetch_related("levers"))
    if len(chosen) < 2:
        raise Refused("Choose at least two scenarios to combine.")
    combined = _create(cycle, user, name.strip() or "Combined", ", ".join(str(each) for each in chosen))
    for each in chosen:
        for lever in each.levers.all():
            lever.pk, lever.scenario = None, combined
            lever.save()
    return combined


@transaction.atomic
def lever_pull(*, user: User, scenario_id: int, pull: Pull) -> Lever:
    """Pull a lever in a draft scenario."""
    scenario = _draft(user, scenario_id)
    cycle = scenario.cycle
    months = month_list(cycle.bucket, cycle.horizon_months)
    if pull.kind not in LeverKind.values:
        raise Refused("Choose a lever.")
    if pull.first_bucket not in months:
        raise Refused(f"Choose a month of the plan, {months[0]:%b %Y} to {months[-1]:%b %Y}.")
    if pull.last_bucket is not None and pull.last_bucket < pull.first_bucket:
        raise Refused("The lever ends before it begins.")
    if pull.last_bucket is not None and pull.last_bucket not in months:
        raise Refused(f"The lever ends in a month of the plan, {months[-1]:%b %Y} at the latest.")
    params = _params(LeverKind(pull.kind), pull.params or {})
    return Lever.objects.create(
        scenario=scenario,
        kind=pull.kind,
        family_id=pull.family_id,
        product_id=pull.product_id,
        first_bucket=pull.first_bucket,
        last_bucket=pull.last_bucket,
        params=params,
    )


@transaction.atomic
def lever_release(*, user: User, lever_id: int) -> Scenario:
    """Take a lever out of a draft scenario."""
    lever = Lever.objects.select_related("scenario").get(pk=lever_id)
    scenario = _draft(user, lever.scenario_id)
    lever.delete()
    return scenario


@transaction.atomic
def scenario_drop(*, user: User, scenario_id: int) -> Scenario:
    """Put a draft scenario away; it stays in history."""
    scenario = _draft(user, scenario_id)
    scenario.state = ScenarioState.DROPPED
    scenario.save()
    return scenario


def scenario_base_get(*, user: User, cycle: Cycle) -> Scenario:
    """Return the cycle's plan without levers, made when first asked for."""
    made = {"name": BASE_NAME, "created_by": user}
    return Scenario.objects.get_or_create(cycle=cycle, base=True, defaults=made)[0]


def scenario_edit_lock(cycle_id: int) -> Cycle:
    """Return the cycle while scenarios may be drawn up: in reconcile, and for leadership until the review closes."""
    try:
        return step_edit_lock(cycle_id=cycle_id, kind=StepKind.RECONCILE).cycle
    except StepClosed:
        if not CycleStep.objects.filter(cycle=cycle_id, kind=StepKind.RECONCILE, state=StepState.CLOSED).exists():
            raise
    return step_unclosed_lock(cycle_id=cycle_id, kind=StepKind.REVIEW).cycle


def _params(kind: LeverKind, given: dict[str, Any]) -> dict[str, float]:
    """Return a lever's parameters as numbers within sense; the limits are where the arithmetic stays honest."""
    limits_of: dict[LeverKind, dict[str, tuple[float, float]]] = {
        LeverKind.SAFETY_STOCK: {"target": (0.5, 0.9999), "multiplier": (0, 5)},
        LeverKind.RAISE_PRICE: {"percent": (-15, 15), "elasticity": (-5, 0)},
        LeverKind.PRE_BUY: {"cover_months": (0.25, 12)},
    }
    unknown = set(given) - {name for limits in limits_of.values() for name in limits}
    if unknown:
        raise Refused(f"No lever has a strength called {', '.join(sorted(unknown))}.")
    params = {}
    for name, (low, high) in limits_of[kind].items():
        if given.get(name) in (None, ""):
            continue
        try:
            value = float(given[name])
        except (TypeError, ValueError) as error:
            raise Refused(f"{name.replace('_', ' ').capitalize()} must be a number.") from error
        if not low <= value <= high:
            raise Refused(f"{name.replace('_', ' ').capitalize()} must lie between {low:g} and {high:g}.")
        params[name] = value
    if kind == LeverKind.SAFETY_STOCK and len(params) != 1:
        raise Refused("Give either a service target or a multiplier.")
    if kind == LeverKind.RAISE_PRICE and "percent" not in params:
        raise Refused("Say by how many percent the price changes.")
    return params


def _create(cycle: Cycle, user: User, name: str, note: str) -> Scenario:
    if len(name) > NAME_MAX:
        raise Refused(f"The name has {len(name)} characters; {NAME_MAX} are the most.")
    try:
        with transaction.atomic():
            scenario = Scenario.objects.create(cycle=cycle, name=name, note=note, created_by=user)
    except IntegrityError as error:
        raise Refused(f"There is a scenario called {name} already.") from error
    cycle_event(cycle=cycle, kind="scenario_created", sentence=f"{user.name} began the scenario {name}.")
    return scenario


def _draft(user: User, scenario_id: int) -> Scenario:
    scenario = Scenario.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=scenario_id)
    _edit(user, scenario.cycle_id)
    if scenario.base:
        raise Refused("The base plan has no levers; begin a scenario.")
    if scenario.state != ScenarioState.DRAFT:
        raise Refused(f"{scenario.name} is frozen for the review; copy it into a new scenario.")
    return scenario


def _edit(user: User, cycle_id: int) -> Cycle:
    if not user.has_perm("reconcile.edit_scenario"):
        raise NotAllowed("Only planners change scenarios.")
    return step_edit_lock(cycle_id=cycle_id, kind=StepKind.RECONCILE).cycle
