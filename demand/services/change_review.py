"""The review of people's changes: the demand planner accepts or asks back, the person answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from demand.constants import ChangeState, ReviewState
from demand.models import ChangeReview
from demand.selectors.change_groups import ChangeGroup, change_group, change_groups
from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.selectors.cycle import company_moment
from sop.services.cycle import step_edit_lock
from sop.services.history import bulk_upsert_with_history

KEY = ("cycle_id", "person_id", "product_id")


@dataclass(frozen=True)
class Pick:
    """A change as it was seen: whose and of what, the word said of it so far, the mark of its numbers."""

    person_id: int
    product_id: int
    version: int
    mark: int

    @property
    def key(self) -> tuple[int, int]:
        """Return whose it is and of what."""
        return self.person_id, self.product_id


@dataclass
class Reviewed:
    """What became of several changes: how many are accepted, and a sentence for each that is not."""

    accepted: int = 0
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def changes_accept(*, user: User, cycle_id: int, picks: Sequence[Pick], note: str = "") -> Reviewed:
    """Accept changes as they were seen; those whose numbers or word changed since are named and left alone.

    Raises StepClosed when gather demand is not open.
    """
    cycle = _open_cycle(user, cycle_id)
    if not picks:
        raise Refused("Choose at least one change.")
    now = {(group.person_id, group.product_id): group for group in change_groups(cycle)}
    return _accept(user, cycle, {pick.key: pick for pick in picks}, now, note)


@transaction.atomic
def changes_accept_below(*, user: User, cycle_id: int, percent: Decimal) -> Reviewed:
    """Accept every change below a percent of its baseline that waits for the planner, as it is now."""
    cycle = _open_cycle(user, cycle_id)
    if not 0 < percent <= 100:
        raise Refused("Give a percent above 0 and up to 100.")
    small = [
        group
        for group in change_groups(cycle)
        if group.to_decide and group.share is not None and abs(group.share) * 100 < percent
    ]
    if not small:
        raise Refused(f"No change that waits for you is below {percent.normalize():f} %.")
    now = {(group.person_id, group.product_id): group for group in small}
    picks = {key: Pick(*key, group.version, group.mark) for key, group in now.items()}
    return _accept(user, cycle, picks, now, f"Below {percent.normalize():f} %")


@transaction.atomic
def change_ask(*, user: User, cycle_id: int, pick: Pick, note: str) -> ChangeReview:
    """Ask the person about a change; it stands on their home page until they answer or change the number.

    Nothing is reopened: a part that is submitted stays so, and goes back to work when its person changes a number.
    """
    cycle = _open_cycle(user, cycle_id)
    if not note.strip():
        raise Refused("Write what you want to know.")
    group = _as_seen(cycle, pick)
    if group.state == ChangeState.ASKED:
        raise Refused(f"{group.person} is asked already: {group.asked}")
    if _written(user, cycle, {pick.key: group}, ReviewState.ASKED, note):
        raise Conflict("Another planner was first; look at it as it is now.")
    return ChangeReview.objects.get(cycle=cycle, person_id=pick.person_id, product_id=pick.product_id)


@transaction.atomic
def change_answer(*, user: User, cycle_id: int, product_id: int, version: int, note: str) -> ChangeReview:
    """Answer what one is asked about one's own change; the planner sees it next."""
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    if not note.strip():
        raise Refused("Write an answer, or change the number in the grid.")
    group = change_group(step.cycle, person=user, product_id=product_id)
    if group is None or group.version == 0:
        raise Refused("Nobody asks you about this product.")
    if group.version != version:
        raise Conflict(_said_since(group))
    if group.state not in (ChangeState.ASKED, ChangeState.ANSWERED):
        raise Refused(f"This change is {group.words.lower()}; there is nothing to answer.")
    row = ChangeReview.objects.select_for_update().get(cycle_id=cycle_id, person=user, product_id=product_id)
    if row.version != version:
        raise Conflict("The demand planner wrote after you opened this. Look at it as it is now.")
    row.state, row.answer, row.version = ReviewState.ANSWERED, note.strip(), row.version + 1
    row.baseline, row.sales, row.mark = group.baseline, group.sales, group.mark
    row._change_reason = note.strip()  # type: ignore[attr-defined]
    row.save()
    return row


def _open_cycle(user: User, cycle_id: int) -> Cycle:
    if not user.has_perm("demand.override_any_forecast"):
        raise NotAllowed("The demand planner reviews changes.")
    return step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER).cycle


def _as_seen(cycle: Cycle, pick: Pick) -> ChangeGroup:
    person = User.objects.filter(pk=pick.person_id).first()
    group = change_group(cycle, person=person, product_id=pick.product_id) if person else None
    if group is None:
        raise Refused("There is no such change.")
    sentence = _objection(group, pick)
    if sentence:
        raise Conflict(sentence)
    return group


def _objection(group: ChangeGroup, pick: Pick) -> str:
    """Return why a change is not the one that was seen, empty where it is."""
    if group.version != pick.version:
        return _said_since(group)
    if group.mark != pick.mark:
        at = company_moment(group.changed_at)
        return f"{group.product}: {group.person}'s numbers changed {at}, after you opened the page; look again."
    return ""


def _said_since(group: ChangeGroup) -> str:
    at = company_moment(group.decided_at) if group.decided_at else ""
    return (
        f"{group.product} of {group.person} is {group.words.lower()} since {at}, after you opened the page; look again."
    )


def _accept(
    user: User,
    cycle: Cycle,
    picks: Mapping[tuple[int, int], Pick],
    now: Mapping[tuple[int, int], ChangeGroup],
    note: str,
) -> Reviewed:
    """Accept what is still as it was seen."""
    done = Reviewed()
    good: dict[tuple[int, int], ChangeGroup] = {}
    for key, pick in picks.items():
        group = now.get(key)
        sentence = _objection(group, pick) if group else "A change is gone since you opened the page."
        if sentence or group is None:
            done.refused.append(sentence)
        else:
            good[key] = group
    for key in _written(user, cycle, good, ReviewState.ACCEPTED, note):
        done.refused.append(f"{good.pop(key).product}: another planner was first; look again.")
    done.accepted = len(good)
    return done


def _written(
    user: User, cycle: Cycle, groups: Mapping[tuple[int, int], ChangeGroup], state: ReviewState, note: str
) -> list[tuple[int, int]]:
    """Write the planner's word with the numbers it is about; return where somebody else's word came first.

    A new question takes the place of the last answer; who accepts leaves it there to be read.
    """
    common = {"cycle_id": cycle.pk, "decided_by_id": user.pk, "decided_at": timezone.now()}
    common |= {"state": state, "note": note.strip(), "answer": ""}
    rows = [
        common
        | {
            "person_id": person,
            "product_id": product,
            "baseline": each.baseline,
            "sales": each.sales,
            "mark": each.mark,
        }
        for (person, product), each in groups.items()
    ]
    seen = {(cycle.pk, *key): group.version for key, group in groups.items()}
    kept = ["answer"] if state == ReviewState.ACCEPTED else []
    result = bulk_upsert_with_history(ChangeReview, key=KEY, rows=rows, seen=seen, only_new=kept, reason=note.strip())
    return [(person, product) for _, person, product in result.conflicts]
