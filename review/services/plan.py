"""Choosing the one plan and signing it: every named approver once per version, nobody what they alone prepared."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from reconcile import selectors as reconcile
from review.constants import ApprovalState, QuestionState
from review.models import Approval, Approver, PlanChoice, Question
from review.selectors import plan_outdated
from review.services.question import options_freeze
from review.services.rules import NotReady, need
from sop.constants import Progress, StepKind
from sop.models import Cycle, CycleStep, StepProgress, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event, step_edit_lock, step_start, step_submit
from sop.services.step_people import step_people_fill


@transaction.atomic
def plan_choose(*, user: User, cycle_id: int, scenario_id: int, assumption: str) -> PlanChoice:
    """Name the one scenario that is to become the plan; choosing another makes earlier signatures void."""
    need(user, "review.decide", "Only executives choose the plan.")
    # One chooses at a time, also the first time, when there is no choice to lock yet.
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    open_questions = Question.objects.filter(cycle_id=cycle_id, state=QuestionState.OPEN).count()
    if open_questions:
        raise NotReady(f"{open_questions} question{'s are' if open_questions > 1 else ' is'} still open; decide first.")
    scenario = reconcile.scenarios(step.cycle).filter(pk=scenario_id).first()
    run = None if scenario is None else reconcile.scenario_run(scenario)
    if scenario is None or run is None:
        raise NotReady("Choose a calculated scenario of this cycle.")
    if not reconcile.run_holds(run):
        raise NotReady(f"{scenario.name} was calculated on an earlier supply plan; calculate it again first.")
    if not assumption.strip():
        raise Refused("Say in one sentence what this plan assumes.")
    approvers = _approvers_of(scenario)
    choice = _choice_locked(cycle_id)
    if choice is None:
        choice = PlanChoice(cycle_id=cycle_id, version=0)
    choice.scenario, choice.scenario_run = scenario, run
    choice.version += 1
    choice.assumption = assumption.strip()
    choice.chosen_by, choice.chosen_at = user, timezone.now()
    choice.save()
    options_freeze([scenario])
    for approver in approvers:
        Approval.objects.create(
            choice=choice, version=choice.version, approver_id=approver.user_id, function=approver.function
        )
    _ask_approvers(step, approvers)
    cycle_event(
        cycle=step.cycle,
        kind="plan_chosen",
        sentence=f"{user.name} chose {scenario.name} as the plan.",
        step=step,
        reason=choice.assumption,
    )
    return choice


@transaction.atomic
def plan_sign(*, user: User, cycle_id: int, version: int, comment: str = "", refuse: bool = False) -> Approval:
    """Sign (or refuse) the chosen plan once; nobody signs what they alone prepared."""
    need(user, "review.approve_plan", "You are not an approver.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    choice = _choice_locked(cycle_id)
    if choice is None:
        raise NotReady("No plan is chosen yet.")
    if choice.version != version:
        raise Refused("Another plan has been chosen since you opened this page; look again before you sign.")
    approval = Approval.objects.select_for_update().filter(choice=choice, version=version, approver=user).first()
    if approval is None:
        raise NotAllowed("Your signature is not asked for.")
    if approval.state != ApprovalState.WAITING:
        raise Refused(f"You {'signed' if approval.state == ApprovalState.SIGNED else 'refused'} this plan already.")
    outdated = plan_outdated(choice)
    if outdated:
        raise Refused(outdated)
    if reconcile.prepared_alone(choice.scenario, user):
        raise NotAllowed("You prepared this plan; somebody else must sign it.")
    if refuse and not comment.strip():
        raise Refused("Say what stands in the way.")
    approval.state = ApprovalState.REFUSED if refuse else ApprovalState.SIGNED
    approval.comment = comment.strip()
    approval.decided_at = timezone.now()
    approval.save()
    if not refuse:
        step_submit(user=user, step_id=step.pk)
    cycle_event(
        cycle=step.cycle,
        kind="plan_refused" if refuse else "plan_signed",
        sentence=f"{user.name} {'refused' if refuse else 'signed'} the plan for {approval.function}.",
        step=step,
        reason=comment,
    )
    return approval


def _approvers_of(scenario: Any) -> list[Approver]:
    """Return everybody whose signature the plan needs; refuse a plan somebody among them could never sign."""
    approvers = list(Approver.objects.filter(active=True, user__is_active=True).select_related("user"))
    if not approvers:
        raise NotReady("No approver is named; the coordinator names them under Master data, Approvers.")
    for approver in approvers:
        if not approver.user.has_perm("review.approve_plan"):
            raise NotReady(f"{approver.user.name} is named as an approver and may not sign; name somebody who may.")
        if reconcile.prepared_alone(scenario, approver.user):
            raise NotReady(
                f"{approver.user.name} prepared {scenario.name} alone and has to sign the plan; "
                "let somebody else combine it into a scenario of their own."
            )
    return approvers


def _choice_locked(cycle_id: int) -> PlanChoice | None:
    locked = PlanChoice.objects.select_for_update(of=("self",)).select_related("scenario")
    return locked.filter(cycle_id=cycle_id).first()


def _ask_approvers(step: CycleStep, approvers: list[Approver]) -> None:
    """Give everybody asked a part in the review, also who was named after it opened; who signed before signs again."""
    step_people_fill(step)
    for approver in approvers:
        part, _ = StepProgress.objects.get_or_create(step=step, user=approver.user)
        if part.state == Progress.SUBMITTED:
            step_start(user=approver.user, step_id=step.pk)
