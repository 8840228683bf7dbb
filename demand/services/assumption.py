"""Stating, changing, handing over and withdrawing assumptions, while gather demand is open."""

from django.db import transaction

from demand.constants import AssumptionKind, AssumptionState
from demand.models import Assumption
from demand.selectors.assumption_owners import owners_possible
from demand.selectors.assumptions import assumptions_visible
from demand.services.assumption_cells import cells_write
from demand.services.assumption_rules import Stated, columns_checked, may_state, state_words
from demand.services.change_note import assumption_gives, assumption_noted
from sop.constants import StepKind
from sop.models import CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.selectors.cycle import company_moment
from sop.selectors.master_history import row_history
from sop.services.cycle import cycle_event, step_edit_lock, step_start


@transaction.atomic
def assumption_state(*, user: User, cycle_id: int, stated: Stated) -> Assumption:
    """State an assumption; what it gives each cell is in the plan when this returns.

    Raises StepClosed when gather demand is not open, NotAllowed for customers of others, Refused for what does not fit.
    """
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    assumption = Assumption(cycle=step.cycle, owner=user, **columns_checked(user, step.cycle, stated))
    assumption._change_reason = assumption.note  # type: ignore[attr-defined]
    assumption.save()
    # Everybody reads the log: it names neither customers nor quantities.
    what = f"{AssumptionKind(stated.kind).label.lower()}, {state_words(stated.state)}"
    _done(user, step, assumption, "stated", f"{user.name} stated an assumption ({what}).")
    return assumption


@transaction.atomic
def assumption_change(
    *, user: User, cycle_id: int, assumption_id: int, version: int, stated: Stated, reason: str
) -> Assumption:
    """Change an assumption the person saw at `version`; its owner stays.

    Raises Conflict when somebody changed it since, otherwise as assumption_state.
    """
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    assumption = _locked(user, assumption_id, version, reason)
    columns = columns_checked(user, step.cycle, stated)
    if all(getattr(assumption, name) == value for name, value in columns.items()):
        return assumption
    for name, value in columns.items():
        setattr(assumption, name, value)
    _save(assumption, reason)
    what = f"{AssumptionKind(stated.kind).label.lower()}, now {state_words(stated.state)}"
    _done(user, step, assumption, "changed", f"{user.name} changed an assumption ({what}).")
    return assumption


@transaction.atomic
def assumption_withdraw(*, user: User, cycle_id: int, assumption_id: int, version: int, reason: str) -> Assumption:
    """Take an assumption out of this plan and all later ones; it stays to be read. Refusals as assumption_change."""
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    assumption = _locked(user, assumption_id, version, reason)
    assumption.state = AssumptionState.WITHDRAWN
    _save(assumption, reason)
    what = assumption.get_kind_display().lower()
    _done(user, step, assumption, "withdrawn", f"{user.name} withdrew an assumption ({what}).")
    return assumption


@transaction.atomic
def assumption_hand_over(
    *, user: User, cycle_id: int, assumption_id: int, version: int, owner: User | None, reason: str
) -> Assumption:
    """Give an assumption another owner, an active person who may state it; what it gives the plan stays.

    Its owner and a demand planner may. Refusals as assumption_change.
    """
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    assumption = _locked(user, assumption_id, version, reason)
    if assumption.owner_id != user.pk and not user.has_perm("demand.override_any_forecast"):
        raise NotAllowed(f"Only {assumption.owner.name} or a demand planner hands it over.")
    if owner is None or not owners_possible(assumption).filter(pk=owner.pk).exists():
        raise Refused("Choose an active person who may state this: the rep of its customer or a demand planner.")
    if owner.pk == assumption.owner_id:
        raise Refused(f"It is {owner.name}'s already.")
    assumption.owner = owner
    _save(assumption, reason)
    what = assumption.get_kind_display().lower()
    sentence = f"{user.name} handed an assumption to {owner.name} ({what})."
    _done(user, step, assumption, "handed over", sentence)
    return assumption


def _locked(user: User, assumption_id: int, version: int, reason: str) -> Assumption:
    visible = assumptions_visible(user).select_related("customer")
    found = visible.select_for_update(of=("self",), no_key=True).filter(pk=assumption_id).first()
    if found is None:
        raise Refused("There is no such assumption.")
    may_state(user, found.customer)
    if found.version != version:
        last = row_history(found)[0]
        raise Conflict(
            f"{last.who} changed this {company_moment(last.at)}, after you opened it. Look at it as it is now."
        )
    if found.is_over:
        raise Refused(f"It is {found.get_state_display().lower()}; state a new one.")
    if not reason.strip():
        raise Refused("Say why it changes.")
    return found


def _save(assumption: Assumption, reason: str) -> None:
    assumption.version += 1
    assumption._change_reason = reason.strip()  # type: ignore[attr-defined]
    assumption.save()


def _done(user: User, step: CycleStep, assumption: Assumption, kind: str, sentence: str) -> None:
    before = assumption_gives(step.cycle, assumption)
    if kind != "handed over":  # another owner gives the plan nothing else
        cells_write(step.cycle, [assumption.pk])
    assumption_noted(user=user, cycle=step.cycle, assumption=assumption, what=kind, before=before)
    cycle_event(cycle=step.cycle, kind=f"assumption_{kind.replace(' ', '_')}", sentence=sentence, step=step)
    step_start(user=user, step_id=step.pk)
