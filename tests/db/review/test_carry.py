"""Questions a review leaves undecided: carried with a reason, opened again in the next cycle, counted."""

from datetime import date

import pytest

from review import hooks
from review.models import Question
from review.services.carry import question_carry, question_prepare
from review.services.question import decision_make
from sop import cycle_hooks
from sop.constants import Role, Source, StepKind, StepState
from sop.models import Cycle, CycleEvent, CycleStep, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.api_calls import api_of
from tests.api_world import World, chosen_make, question_make, scenario_make, step_only, world_make
from tests.factories import Cast, client_of, cycle_make, person_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 1)
REASON = "Northgate answers in March."


@pytest.fixture
def world(cast: Cast, bare_steps: None) -> World:
    cycle_hooks.on_cycle_open(hooks.undecided_questions_come_along)
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    return made


def carry(user: User, question: Question, reason: str = REASON) -> Question:
    with acting(user, Source.PAGE):
        return question_carry(user=user, question_id=question.pk, reason=reason)


def next_cycle(cast: Cast, bucket: date = MARCH) -> Cycle:
    Cycle.objects.update(state="closed")
    return cycle_make(cast, bucket)


@pytest.mark.parametrize("name", ["eve", "cora"])
def test_the_decider_or_the_coordinator_carries_a_question(cast: Cast, world: World, name: str) -> None:
    carried = carry(getattr(cast, name), question_make(cast, world))
    assert (carried.state, carried.carry_reason, carried.carried_by) == ("carried", REASON, getattr(cast, name))
    told = Question.history.filter(id=carried.pk).latest("history_id")
    assert (told.history_user_name, told.history_change_reason) == (name.title(), REASON)
    assert CycleEvent.objects.get(kind="question_carried").reason == REASON


@pytest.mark.parametrize("name", ["ana", "olga", "finn"])
def test_nobody_else_carries_it(cast: Cast, world: World, name: str) -> None:
    with pytest.raises(NotAllowed, match="Only Eve or the coordinator"):
        carry(getattr(cast, name), question_make(cast, world))


def test_another_executive_does_not_carry_what_is_not_theirs(cast: Cast, world: World) -> None:
    with pytest.raises(NotAllowed):
        carry(person_make("mia", Role.EXECUTIVE), question_make(cast, world))


def test_carrying_needs_a_reason_and_an_open_question(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    with pytest.raises(Refused, match="Say why"):
        carry(cast.cora, question, "  ")
    carry(cast.cora, question)
    with pytest.raises(Refused, match="carried to the next cycle already"):
        carry(cast.cora, question)


def test_its_decider_may_still_decide_it_in_this_review_and_then_it_is_not_carried(cast: Cast, world: World) -> None:
    question = carry(cast.cora, question_make(cast, world))
    decision_make(
        user=cast.eve, question_id=question.pk, scenario_id=world.base.pk, rationale="It cannot wait.", check_on=APRIL
    )
    assert not Question.objects.filter(cycle=next_cycle(cast)).exists()


def test_a_closed_review_carries_nothing_more(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        carry(cast.cora, question)


def test_the_review_closes_over_a_carried_question_and_not_over_an_open_one(cast: Cast, world: World) -> None:
    review, question = step(world.cycle, StepKind.REVIEW), question_make(cast, world)
    assert hooks.questions_are_decided(review) == ["1 question is still open."]
    carry(cast.eve, question)
    assert hooks.questions_are_decided(review) == []


def test_the_next_cycle_opens_with_what_was_carried(cast: Cast, world: World) -> None:
    chosen_make(cast, world)
    carried, decided = question_make(cast, world), question_make(cast, world)
    carry(cast.eve, carried)
    Question.objects.filter(pk=decided.pk).update(state="decided")
    march = next_cycle(cast)
    again = Question.objects.get(cycle=march)
    assert (again.sentence, again.decider, again.state) == (carried.sentence, cast.eve, "open")
    assert (again.carried_from, again.reopened) == (carried, 1)
    assert again.due_at == step(march, StepKind.REVIEW).due_at
    assert not again.options.exists(), "plans of last month are no options now"
    event = CycleEvent.objects.get(cycle=march, kind="question_reopened")
    assert (event.reason, carried.sentence in event.sentence) == (REASON, True)


def test_every_cycle_that_leaves_it_undecided_is_counted(cast: Cast, world: World) -> None:
    carry(cast.eve, question_make(cast, world))
    march = next_cycle(cast)
    step_only(march, StepKind.REVIEW)
    carry(cast.cora, Question.objects.get(cycle=march), "Still no answer.")
    april = next_cycle(cast, APRIL)
    assert list(Question.objects.order_by("id").values_list("cycle", "reopened")) == [
        (world.cycle.pk, 0),
        (march.pk, 1),
        (april.pk, 2),
    ]
    next_cycle(cast, date(2022, 5, 1))
    assert Question.objects.count() == 3, "what was not carried on again stays where it is"


def test_a_carried_question_is_decided_among_the_new_cycles_plans(cast: Cast, world: World) -> None:
    carry(cast.eve, question_make(cast, world))
    march = next_cycle(cast)
    world.run.pk, world.run.cycle = None, march
    world.run.save()
    plans = [scenario_make(march, world.run, world.item, name, base=name == "Base", revenue=1.0) for name in "AB"]
    base = scenario_make(march, world.run, world.item, "Base", base=True, revenue=1.0)
    question, asked = Question.objects.get(cycle=march), [base.pk, plans[0].pk]

    def prepare(user: User, options: list[int]) -> Question:
        return question_prepare(
            user=user, question_id=question.pk, option_ids=options, recommended_id=None, decider_id=cast.eve.pk
        )

    with pytest.raises(Refused, match="at least two"):
        prepare(cast.olga, [world.base.pk, world.dearer.pk])
    with pytest.raises(NotAllowed):
        prepare(cast.eve, asked)
    prepare(cast.olga, asked)
    step_only(march, StepKind.REVIEW)
    decision = decision_make(
        user=cast.eve, question_id=question.pk, scenario_id=base.pk, rationale="Enough stock.", check_on=APRIL
    )
    assert decision.question.carried_from is not None


def test_a_question_asked_this_cycle_keeps_its_options(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    with pytest.raises(Refused, match="stay as they were asked"):
        question_prepare(
            user=cast.olga, question_id=question.pk, option_ids=[], recommended_id=None, decider_id=cast.eve.pk
        )


def test_the_page_and_the_api_carry_it_and_the_next_page_tells(cast: Cast, world: World) -> None:
    by_page, by_api = question_make(cast, world), question_make(cast, world)
    api_of(cast.olga).post(f"/api/v1/cycles/{world.cycle.pk}/pack/")
    page = client_of(cast.cora)
    address = f"/review/questions/{by_page.pk}/carry/"
    assert "Carry to the next cycle" in page.get(f"/cycle/{world.cycle.pk}/review/").content.decode()
    assert page.post(address, {"reason": ""}).status_code == 422
    assert page.post(address, {"reason": REASON}).status_code == 302
    assert client_of(cast.olga).post(address, {"reason": REASON}).status_code == 403
    answer = api_of(cast.eve).post(f"/api/v1/questions/{by_api.pk}/carry/", {"reason": REASON})
    assert (answer.status_code, answer.json()["state"]) == (200, "carried")
    march = next_cycle(cast)
    rows = api_of(cast.eve).rows(f"/api/v1/cycles/{march.pk}/questions/")
    assert [(row["carried_from"], row["reopened"]) for row in rows] == [(by_page.pk, 1), (by_api.pk, 1)]
    prepare = f"/review/questions/{rows[0]['id']}/prepare/"
    assert "Carried from the February 2022 cycle" in client_of(cast.olga).get(prepare).content.decode()
    assert api_of(cast.olga).post(f"/api/v1/questions/{rows[0]['id']}/prepare/", {"options": []}).status_code == 422
