"""Questions that leave a review undecided: carried with a reason, opened again in the next cycle, given new options."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from review.constants import QuestionState
from review.models import Question
from review.services.question import decider_checked, options_checked, options_freeze, question_locked
from review.services.rules import NotReady, need
from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.cycle import step as step_of
from sop.services.cycle import cycle_event, step_edit_lock, step_unclosed_lock


@transaction.atomic
def question_carry(*, user: User, question_id: int, reason: str) -> Question:
    """Let an open question leave this review undecided, with a reason; it opens again in the next cycle."""
    cycle_id = Question.objects.values_list("cycle_id", flat=True).get(pk=question_id)
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    question = question_locked(question_id)
    if question.decider_id != user.pk and not user.has_perm("sop.open_cycle"):
        raise NotAllowed(f"Only {question.decider.name} or the coordinator carries this question to the next cycle.")
    if question.state != QuestionState.OPEN:
        raise Refused(f"This question is {question.get_state_display().lower()} already.")
    if not reason.strip():
        raise Refused("Say why it is not decided now: next month somebody will ask.")
    question.state, question.carry_reason, question.carried_by = QuestionState.CARRIED, reason.strip(), user
    question._change_reason = reason.strip()  # type: ignore[attr-defined]
    question.save()
    cycle_event(
        cycle=step.cycle,
        kind="question_carried",
        sentence=f"{user.name} carried to the next cycle: {question.sentence}",
        step=step,
        reason=reason,
    )
    return question


def questions_carry_on(*, user: User, cycle: Cycle, before: Cycle) -> list[Question]:
    """Open again, in a new cycle, what the cycle before carried over; its options were that cycle's plans and go.

    Runs in the transaction that opens the cycle. Each is due when the new review is.
    """
    due_at = step_of(cycle, StepKind.REVIEW).due_at
    made = []
    for earlier in Question.objects.filter(cycle=before, state=QuestionState.CARRIED).order_by("id"):
        question = Question.objects.create(
            cycle=cycle,
            sentence=earlier.sentence,
            background=earlier.background,
            dissent=earlier.dissent,
            decider_id=earlier.decider_id,
            due_at=due_at,
            raised_by_id=earlier.raised_by_id,
            raised_at=timezone.now(),
            carried_from=earlier,
            reopened=earlier.reopened + 1,
        )
        sentence = f"Carried from the {before}: {question.sentence}"
        cycle_event(cycle=cycle, kind="question_reopened", sentence=sentence, reason=earlier.carry_reason)
        made.append(question)
    return made


@transaction.atomic
def question_prepare(
    *, user: User, question_id: int, option_ids: Sequence[int], recommended_id: int | None, decider_id: int
) -> Question:
    """Give a carried question this cycle's scenarios as its options, so that it can be decided."""
    need(user, "review.freeze_pack", "Only planners and the coordinator prepare questions.")
    cycle_id = Question.objects.values_list("cycle_id", flat=True).get(pk=question_id)
    step = step_unclosed_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    question = question_locked(question_id)
    if question.carried_from_id is None:
        raise Refused("The options of a question stay as they were asked; raise another question.")
    if question.state != QuestionState.OPEN:
        raise NotReady(f"This question is {question.get_state_display().lower()} already.")
    options = options_checked(question.cycle, option_ids, recommended_id)
    question.recommended_id, question.decider = recommended_id, decider_checked(decider_id)
    question.save()
    question.options.set(options)
    options_freeze(options)
    cycle_event(
        cycle=step.cycle,
        kind="question_prepared",
        sentence=f"{user.name} gave options to: {question.sentence}",
        step=step,
    )
    return question
