"""Every write of the executive review: freeze the pack, raise and decide questions, choose and sign one plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from reconcile import selectors as reconcile
from reconcile.constants import ScenarioState
from review.constants import ApprovalState, QuestionState
from review.models import Approval, Approver, Decision, Pack, PlanChoice, Question
from review.selectors import pack_figures
from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event, step_edit_lock, step_mark_fresh, step_open_if_ready, step_submit


class PackMissing(Refused):
    """Leadership decides on frozen figures only."""


class NotReady(Refused):
    """Something that must come first is not there yet; the sentence names it."""


@dataclass(frozen=True)
class QuestionText:
    """What is asked: one sentence, its background, the recommendation's dissent."""

    sentence: str
    background: str = ""
    dissent: str = ""


@transaction.atomic
def pack_freeze(*, user: User, cycle_id: int, reason: str = "") -> Pack:
    """Freeze every figure leadership will look at; a second pack needs a reason and replaces the first."""
    _need(user, "review.freeze_pack", "Only planners and the coordinator freeze the pack.")
    step = CycleStep.objects.select_for_update().select_related("cycle").get(cycle_id=cycle_id, kind=StepKind.REVIEW)
    if step.state == StepState.CLOSED:
        raise NotReady("The review is closed; reopen it before freezing another pack.")
    last = Pack.objects.filter(cycle_id=cycle_id).order_by("-version").first()
    if last is not None and not reason.strip():
        raise NotReady(f"Pack {last.version} is frozen already; say why another one is needed.")
    figures = pack_figures(step.cycle)
    Pack.objects.filter(cycle_id=cycle_id, current=True).update(current=False)
    pack = Pack.objects.create(
        cycle_id=cycle_id,
        version=1 if last is None else last.version + 1,
        figures=figures,
        frozen_at=timezone.now(),
        frozen_by=user,
        reason=reason.strip(),
    )
    cycle_event(
        cycle=step.cycle,
        kind="pack_frozen",
        sentence=f"{user.name} froze pack {pack.version}.",
        step=step,
        reason=reason,
    )
    step_mark_fresh(cycle_id=cycle_id, kind=StepKind.REVIEW)
    step_open_if_ready(step_id=step.pk)
    return pack


@transaction.atomic
def question_raise(
    *,
    user: User,
    cycle_id: int,
    text: QuestionText,
    decider_id: int,
    due_at: datetime,
    option_ids: Sequence[int],
    recommended_id: int | None,
    conflict_id: int | None = None,
) -> Question:
    """Put one question to one decider, with two or more scenarios to choose from."""
    _need(user, "review.freeze_pack", "Only planners and the coordinator raise questions.")
    cycle = Cycle.objects.get(pk=cycle_id)
    _review_not_closed(cycle)
    if not text.sentence.strip():
        raise Refused("Write the question as one sentence.")
    decider = User.objects.get(pk=decider_id)
    if not decider.is_active or not decider.has_perm("review.decide"):
        raise Refused(f"{decider.name} cannot decide; choose an executive.")
    options = list(reconcile.scenarios(cycle).filter(pk__in=option_ids))
    if len(options) < 2:
        raise Refused("Give at least two options to choose from; doing nothing (the base plan) is one.")
    uncomputed = [option.name for option in options if reconcile.scenario_run(option) is None]
    if uncomputed:
        raise Refused(f"Calculate {', '.join(uncomputed)} first: an option without figures is no option.")
    if recommended_id is not None and recommended_id not in {option.pk for option in options}:
        raise Refused("The recommended option must be one of the options.")
    question = Question.objects.create(
        cycle=cycle,
        sentence=text.sentence.strip(),
        background=text.background.strip(),
        dissent=text.dissent.strip(),
        decider=decider,
        due_at=due_at,
        conflict_id=conflict_id,
        recommended_id=recommended_id,
        raised_by=user,
        raised_at=timezone.now(),
    )
    question.options.set(options)
    question.options.filter(state=ScenarioState.DRAFT).update(state=ScenarioState.FROZEN)
    cycle_event(cycle=cycle, kind="question_raised", sentence=f"{user.name} asked {decider.name}: {question.sentence}")
    return question


@transaction.atomic
def decision_make(
    *, user: User, question_id: int, scenario_id: int, rationale: str, check_on: date, trip_wire: str = ""
) -> Decision:
    """Answer a question once: what, why, what is expected, when it is looked at again."""
    _need(user, "review.decide", "Only executives decide.")
    question = Question.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=question_id)
    step = step_edit_lock(cycle_id=question.cycle_id, kind=StepKind.REVIEW)
    if question.decider_id != user.pk:
        raise NotAllowed(f"{question.decider.name} decides this question.")
    if question.state == QuestionState.DECIDED:
        raise Refused("This question is decided; a decided question stays closed.")
    if not question.options.filter(pk=scenario_id).exists():
        raise Refused("Choose one of the options.")
    if not rationale.strip():
        raise Refused("Say why in a sentence: next month somebody will ask.")
    chosen = question.options.get(pk=scenario_id)
    decision = Decision.objects.create(
        question=question,
        chosen=chosen,
        rationale=rationale.strip(),
        expected_effect=reconcile.effect_against_base(chosen),
        check_on=check_on,
        trip_wire=trip_wire.strip(),
        decided_by=user,
        decided_at=timezone.now(),
    )
    question.state = QuestionState.DECIDED
    question.save(update_fields=["state"])
    cycle_event(
        cycle=question.cycle,
        kind="decided",
        sentence=f"{user.name} decided: {question.sentence} {chosen.name}.",
        step=step,
        reason=decision.rationale,
    )
    return decision


@transaction.atomic
def plan_choose(*, user: User, cycle_id: int, scenario_id: int, assumption: str) -> PlanChoice:
    """Name the one scenario that is to become the plan; choosing another makes earlier signatures void."""
    _need(user, "review.decide", "Only executives choose the plan.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    open_questions = Question.objects.filter(cycle_id=cycle_id, state=QuestionState.OPEN).count()
    if open_questions:
        raise NotReady(f"{open_questions} question{'s are' if open_questions > 1 else ' is'} still open; decide first.")
    scenario = reconcile.scenarios(step.cycle).filter(pk=scenario_id).first()
    run = None if scenario is None else reconcile.scenario_run(scenario)
    if scenario is None or run is None:
        raise NotReady("Choose a calculated scenario of this cycle.")
    if not assumption.strip():
        raise Refused("Say in one sentence what this plan assumes.")
    choice = PlanChoice.objects.select_for_update().filter(cycle_id=cycle_id).first()
    if choice is None:
        choice = PlanChoice(cycle_id=cycle_id, version=0)
    choice.scenario, choice.scenario_run = scenario, run
    choice.version += 1
    choice.assumption = assumption.strip()
    choice.chosen_by, choice.chosen_at = user, timezone.now()
    choice.save()
    approvers = list(Approver.objects.filter(active=True, user__is_active=True))
    if not approvers:
        raise NotReady("No approver is named; the coordinator names them under People.")
    for approver in approvers:
        Approval.objects.create(
            choice=choice, version=choice.version, approver_id=approver.user_id, function=approver.function
        )
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
    _need(user, "review.approve_plan", "You are not an approver.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    choice = PlanChoice.objects.select_for_update().select_related("scenario").filter(cycle_id=cycle_id).first()
    if choice is None:
        raise NotReady("No plan is chosen yet.")
    if choice.version != version:
        raise Refused("Another plan has been chosen since you opened this page; look again before you sign.")
    approval = Approval.objects.select_for_update().filter(choice=choice, version=version, approver=user).first()
    if approval is None:
        raise NotAllowed("Your signature is not asked for.")
    if approval.state != ApprovalState.WAITING:
        raise Refused(f"You {'signed' if approval.state == ApprovalState.SIGNED else 'refused'} this plan already.")
    if choice.scenario.created_by_id == user.pk:
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


def _need(user: User, permission: str, sentence: str) -> None:
    if not user.has_perm(permission):
        raise NotAllowed(sentence)


def _review_not_closed(cycle: Cycle) -> None:
    step = CycleStep.objects.select_for_update().get(cycle=cycle, kind=StepKind.REVIEW)
    if step.state == StepState.CLOSED:
        raise NotReady("The review is closed; it can take no more questions.")
