"""Questions to leadership: raised with options, decided once by the one named, or carried to the next cycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from reconcile import selectors as reconcile
from reconcile.constants import ConflictState, ScenarioState
from review.constants import QuestionState
from review.models import Decision, Question
from review.services.rules import need
from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event, step_edit_lock, step_unclosed_lock


@dataclass(frozen=True)
class QuestionText:
    """What is asked: one sentence, its background, the recommendation's dissent."""

    sentence: str
    background: str = ""
    dissent: str = ""


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
    need(user, "review.freeze_pack", "Only planners and the coordinator raise questions.")
    cycle = step_unclosed_lock(cycle_id=cycle_id, kind=StepKind.REVIEW).cycle
    if not text.sentence.strip():
        raise Refused("Write the question as one sentence.")
    decider = decider_checked(decider_id)
    options = options_checked(cycle, option_ids, recommended_id)
    if conflict_id is not None:
        _conflict_send(cycle, conflict_id, text.sentence.strip())
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
    options_freeze(options)
    cycle_event(cycle=cycle, kind="question_raised", sentence=f"{user.name} asked {decider.name}: {question.sentence}")
    return question


@transaction.atomic
def decision_make(
    *, user: User, question_id: int, scenario_id: int, rationale: str, check_on: date, trip_wire: str = ""
) -> Decision:
    """Answer a question once: what, why, what is expected, when it is looked at again.

    One the coordinator carried to the next cycle can still be answered while this review is open.
    """
    need(user, "review.decide", "Only executives decide.")
    cycle_id = Question.objects.values_list("cycle_id", flat=True).get(pk=question_id)
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.REVIEW)
    question = question_locked(question_id)
    if question.decider_id != user.pk:
        raise NotAllowed(f"{question.decider.name} decides this question.")
    if question.state == QuestionState.DECIDED:
        raise Refused("This question is decided; a decided question stays closed.")
    if not question.options.filter(pk=scenario_id).exists():
        raise Refused("Choose one of the options.")
    if not rationale.strip():
        raise Refused("Say why in a sentence: next month somebody will ask.")
    chosen = question.options.get(pk=scenario_id)
    run = reconcile.scenario_run(chosen)
    if run is None or not reconcile.run_holds(run):
        raise Refused(f"{chosen.name} was calculated on an earlier supply plan; calculate it again first.")
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


def question_locked(question_id: int) -> Question:
    """Return a question nobody else decides, carries or prepares meanwhile; the step is locked before."""
    return Question.objects.select_for_update(of=("self",)).select_related("cycle", "decider").get(pk=question_id)


def decider_checked(decider_id: int) -> User:
    """Return the person who is to decide, who must be able to."""
    decider = User.objects.get(pk=decider_id)
    if not decider.is_active or not decider.has_perm("review.decide"):
        raise Refused(f"{decider.name} cannot decide; choose an executive.")
    return decider


def options_checked(cycle: Cycle, option_ids: Sequence[int], recommended_id: int | None) -> list[Any]:
    """Return the cycle's scenarios that are put up as options: two or more, each with figures that still hold."""
    options = list(reconcile.scenarios(cycle).filter(pk__in=option_ids))
    if len(options) < 2:
        raise Refused("Give at least two options to choose from; doing nothing (the base plan) is one.")
    runs = {option.name: reconcile.scenario_run(option) for option in options}
    uncomputed = [name for name, run in runs.items() if run is None or not reconcile.run_holds(run)]
    if uncomputed:
        raise Refused(f"Calculate {', '.join(uncomputed)} first: an option without figures of today is no option.")
    if recommended_id is not None and recommended_id not in {option.pk for option in options}:
        raise Refused("The recommended option must be one of the options.")
    return options


def _conflict_send(cycle: Cycle, conflict_id: int, sentence: str) -> None:
    """Mark the conflict a question is about as sent to the review: planners see that leadership has it."""
    conflict = reconcile.conflicts(cycle).select_for_update(of=("self",)).filter(pk=conflict_id).first()
    if conflict is None:
        raise Refused("This conflict is gone, or belongs to another cycle.")
    conflict.state = ConflictState.SENT
    conflict._change_reason = sentence  # type: ignore[attr-defined]
    conflict.save()


def options_freeze(options: Sequence[Any]) -> None:
    """Let no option change any more; each is saved by itself, so that its history tells it."""
    for option in options:
        if option.state == ScenarioState.DRAFT:
            option.state = ScenarioState.FROZEN
            option.save()
