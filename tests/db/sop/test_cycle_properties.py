"""Whatever people do in whatever order, a cycle keeps its shape."""

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sop.constants import CycleState, Progress, StepKind, StepState
from sop.models import Cycle, CycleStep, StepProgress, User
from sop.refusals import Refused
from sop.services.cycle import step_ask_back, step_close, step_edit_lock, step_mark_fresh, step_submit
from sop.services.cycle_open import cycle_close, cycle_open
from sop.services.step_reopen import step_reopen
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

# Mostly the coordinator and the step at work, so that runs get far; now and then anybody anywhere.
KINDS = st.sampled_from([None] * 8 + list(StepKind))
PEOPLE = st.sampled_from(["ana", "ben", "olga", "sam", "finn", "eve"] + ["cora"] * 6)
WORDS = st.sampled_from(["open", "close cycle", "submit", "reopen", "ask back"] + ["close", "fresh"] * 3)
REASON = st.sampled_from(["", "It is urgent", "Ben is ill"])
ACTIONS = st.lists(st.tuples(WORDS, PEOPLE, KINDS, REASON), min_size=10, max_size=60)


def at_work(cycle: Cycle) -> CycleStep:
    """Return the step that is open, the last one when all are closed."""
    steps = list(CycleStep.objects.filter(cycle=cycle).order_by("number"))
    return next((step for step in steps if step.state == StepState.OPEN), steps[-1])


def act(word: str, user: User, kind: StepKind | None, reason: str) -> None:
    cycle = Cycle.objects.order_by("-bucket").first()
    assert cycle is not None
    step = CycleStep.objects.get(cycle=cycle, kind=kind) if kind else at_work(cycle)
    part = StepProgress.objects.filter(step=step).first()
    calls: dict[str, Callable[[], object]] = {
        "open": lambda: cycle_open(user=user),
        "close cycle": lambda: cycle_close(user=user, cycle_id=cycle.pk),
        "submit": lambda: step_submit(user=user, step_id=step.pk),
        "close": lambda: step_close(user=user, step_id=step.pk, reason=reason),
        "reopen": lambda: step_reopen(user=user, step_id=step.pk, reason=reason),
        "ask back": lambda: part and step_ask_back(user=user, progress_id=part.pk, note=reason),
        "fresh": lambda: step_mark_fresh(cycle_id=cycle.pk, kind=StepKind(step.kind)),
    }
    calls[word]()


def check_shape() -> None:
    assert Cycle.objects.filter(state=CycleState.OPEN).count() <= 1
    for cycle in Cycle.objects.all():
        states = list(CycleStep.objects.filter(cycle=cycle).order_by("number").values_list("state", flat=True))
        closed = states.count(StepState.CLOSED)
        assert states[:closed] == [StepState.CLOSED] * closed, "closed steps come first"
        assert states.count(StepState.OPEN) == (1 if closed < len(states) else 0), "work goes on in one step"
        assert cycle.state == CycleState.OPEN or closed == len(states)
    for step in CycleStep.objects.select_related("cycle"):
        assert (step.closed_at is not None) == (step.state == StepState.CLOSED)
        assert step.state != StepState.CLOSED or not step.stale_because
        assert_edits_follow(step)
    late = StepProgress.objects.filter(late=True).exclude(step__kind=StepKind.GATHER)
    assert not late.exists()
    assert not StepProgress.objects.filter(state=Progress.SUBMITTED, submitted_at=None).exists()


def assert_edits_follow(step: CycleStep) -> None:
    """An edit is taken by an open step and by no other."""
    try:
        step_edit_lock(cycle_id=step.cycle_id, kind=StepKind(step.kind))
        taken = True
    except Refused:
        taken = False
    assert taken == (step.state == StepState.OPEN)


@given(actions=ACTIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cycle_keeps_its_shape(cast: Cast, actions: list[tuple[str, str, StepKind | None, str]]) -> None:
    with transaction.atomic():
        cycle_open(user=cast.cora)
        for word, name, kind, reason in actions:
            try:
                with transaction.atomic():
                    act(word, User.objects.get(username=name), kind, reason)
            except Refused as refusal:
                assert str(refusal).endswith((".", "?")), "a refusal is a sentence"
            check_shape()
        event(f"cycles: {Cycle.objects.count()}, closed steps: {CycleStep.objects.filter(state='closed').count()}")
        transaction.set_rollback(True)
