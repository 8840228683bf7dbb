"""Every read of the executive review."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from reconcile import selectors as reconcile
from review.constants import ApprovalState, QuestionState
from review.models import Approval, Approver, Decision, Pack, PlanChoice, Question
from sop.models import Cycle, User


@dataclass(frozen=True)
class SignOff:
    """Where the signatures of a cycle's chosen plan stand."""

    choice: PlanChoice | None
    approvals: list[Approval]
    mine: Approval | None
    outdated: str = ""  # why the plan must be chosen anew, whoever signed it; empty = it stands

    @property
    def signed(self) -> int:
        """Return how many signed."""
        return sum(approval.state == ApprovalState.SIGNED for approval in self.approvals)

    @property
    def complete(self) -> bool:
        """Return whether every named approver signed the version on the table, and that it still stands."""
        return bool(self.approvals) and self.signed == len(self.approvals) and not self.outdated

    @property
    def waiting(self) -> list[str]:
        """Return the names of those who have not signed."""
        return [str(a.approver) for a in self.approvals if a.state != ApprovalState.SIGNED]


def pack_current(cycle: Cycle) -> Pack | None:
    """Return the pack leadership decides on, None while none is frozen."""
    return Pack.objects.filter(cycle=cycle, current=True).select_related("frozen_by").first()


def pack_figures(cycle: Cycle) -> dict[str, Any]:
    """Return the pack's sections: key figures, open conflicts, families, scenarios side by side; plain JSON values."""
    return {
        "kpis": reconcile.headline(cycle),
        "conflicts": reconcile.conflict_rows(cycle, limit=12),
        "families": reconcile.family_totals(cycle),
        "scenarios": reconcile.scenario_table(cycle),
    }


def all_questions() -> QuerySet[Question]:
    """Return every question with its cycle."""
    return Question.objects.select_related("cycle", "decider", "carried_from__cycle")


def questions(cycle: Cycle) -> QuerySet[Question]:
    """Return the cycle's questions with options and answers, open ones first."""
    return (
        Question.objects.filter(cycle=cycle)
        .select_related("decider", "recommended", "decision__chosen", "decision__decided_by", "conflict")
        .select_related("carried_by", "carried_from__cycle", "carried_from__carried_by")
        .prefetch_related("options")
        .order_by("-state", "id")
    )


def questions_open(user: User) -> QuerySet[Question]:
    """Return what waits for this person's decision."""
    return Question.objects.filter(decider=user, state=QuestionState.OPEN).select_related("cycle").order_by("due_at")


def sign_off(cycle: Cycle, user: User | None = None) -> SignOff:
    """Return the chosen plan and its signatures."""
    choice = (
        PlanChoice.objects.filter(cycle=cycle)
        .select_related("scenario", "scenario_run__supply_run", "chosen_by")
        .first()
    )
    if choice is None:
        return SignOff(None, [], None)
    approvals = list(
        Approval.objects.filter(choice=choice, version=choice.version).select_related("approver").order_by("id")
    )
    mine = next((a for a in approvals if user is not None and a.approver_id == user.pk), None)
    return SignOff(choice, approvals, mine, plan_outdated(choice))


def plan_outdated(choice: PlanChoice) -> str:
    """Return why a chosen plan no longer stands: other figures than those it was chosen by; empty when it does.

    A signature is for one pack and one plan: what is frozen or calculated anew is chosen and signed anew.
    """
    if not reconcile.run_holds(choice.scenario_run):
        return f"{choice.scenario.name} was calculated again since it was chosen; choose the plan again."
    pack = pack_current(choice.cycle)
    if pack is not None and pack.frozen_at > choice.chosen_at:
        return f"Pack {pack.version} was frozen after the plan was chosen; choose the plan again."
    return ""


def approvers() -> QuerySet[Approver]:
    """Return the people whose signature every plan needs."""
    return Approver.objects.filter(active=True).select_related("user")


def decisions(cycle: Cycle | None = None) -> QuerySet[Decision]:
    """Return decisions with their questions, latest first; of one cycle or of all."""
    found = Decision.objects.select_related("question__cycle", "chosen", "decided_by")
    return found if cycle is None else found.filter(question__cycle=cycle)


def decisions_due(cycle: Cycle) -> QuerySet[Decision]:
    """Return decisions of earlier cycles that nobody has looked back at yet."""
    return Decision.objects.filter(question__cycle__bucket__lt=cycle.bucket, checks__isnull=True).select_related(
        "question__cycle", "chosen"
    )


def decisions_search(words: str) -> QuerySet[Decision]:
    """Return decisions whose question, reason or trip-wire holds the words."""
    return decisions().filter(
        Q(question__sentence__icontains=words) | Q(rationale__icontains=words) | Q(trip_wire__icontains=words)
    )
