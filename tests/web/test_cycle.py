"""The cycle page and the calendar: what is shown to whom, what a button does, what a refusal keeps."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, StepTemplate
from sop.selectors.cycle import step
from sop.services.cycle import step_close, step_submit
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def act(user: object, name: str, key: int, **fields: str) -> HttpResponse:
    return client_of(user).post(reverse(f"sop:{name}", args=[key]), fields)  # type: ignore[arg-type,return-value]


def page(user: object, cycle: Cycle) -> str:
    return client_of(user).get(reverse("sop:cycle", args=[cycle.pk])).content.decode()  # type: ignore[arg-type]


def gather_closed(cast: Cast, cycle: Cycle) -> CycleStep:
    gather = step(cycle, StepKind.GATHER)
    for rep in (cast.ana, cast.ben):
        step_submit(user=rep, step_id=gather.pk)
    return step_close(user=cast.olga, step_id=gather.pk)


def test_everybody_sees_steps_people_and_log(cast: Cast, cycle: Cycle) -> None:
    shown = page(cast.ana, cycle)
    for word in ("Gather demand", "Publish", "Ana", "Not started", "Cora opened the February 2022 cycle."):
        assert word in shown


def test_only_those_who_may_see_a_button(cast: Cast, cycle: Cycle) -> None:
    close = reverse("sop:step-close", args=[step(cycle, StepKind.GATHER).pk])
    assert close not in page(cast.ana, cycle)
    assert close not in page(cast.olga, cycle), "two territories are missing: only the coordinator may go on"
    assert close in page(cast.cora, cycle)


def test_closing_without_the_late_needs_a_reason_and_says_who_is_missing(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    refused = act(cast.cora, "step-close", gather.pk, reason=" ")
    assert refused.status_code == 422
    assert "Not submitted yet: Ana, Ben. Say why it closes all the same." in refused.content.decode()
    assert act(cast.cora, "step-close", gather.pk, reason="Both are ill").status_code == 302
    gather.refresh_from_db()
    assert gather.state == StepState.CLOSED
    assert "Late, last numbers used" in page(cast.ana, cycle)


def test_a_refused_reason_stays_in_its_open_form(cast: Cast, cycle: Cycle) -> None:
    gather = gather_closed(cast, cycle)
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    refused = act(cast.cora, "step-reopen", gather.pk, reason="A project came in")
    assert refused.status_code == 422
    assert "its plan stands" in refused.content.decode()


def test_a_closed_step_shows_who_closed_it_and_how_long_it_was_open(cast: Cast, cycle: Cycle) -> None:
    gather_closed(cast, cycle)
    shown = page(cast.ana, cycle)
    assert "closed by Olga" in shown
    assert "last was Ben" in shown


def test_reopening_shows_the_later_step_stale(cast: Cast, cycle: Cycle) -> None:
    gather = gather_closed(cast, cycle)
    act(cast.cora, "step-reopen", gather.pk, reason="A project came in")
    shown = page(cast.sam, cycle)
    assert "Gather demand was reopened: A project came in" in shown


def test_a_planner_asks_back_on_the_page(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    part = step_submit(user=cast.ana, step_id=gather.pk)
    assert act(cast.olga, "step-ask-back", part.pk, reason="Roofing?").status_code == 302
    assert "Asked back: Roofing?" in page(cast.ana, cycle)


def test_a_territory_is_not_submitted_here(cast: Cast, cycle: Cycle) -> None:
    assert act(cast.ana, "step-submit", step(cycle, StepKind.GATHER).pk).status_code == 404


def test_a_planner_submits_their_part_of_supply_here(cast: Cast, cycle: Cycle) -> None:
    gather_closed(cast, cycle)
    assert act(cast.sam, "step-submit", step(cycle, StepKind.SUPPLY).pk).status_code == 302
    assert "Sam submitted plan supply." in page(cast.sam, cycle)


def test_the_cycle_page_takes_a_bounded_number_of_queries(
    cast: Cast, cycle: Cycle, django_assert_max_num_queries: object
) -> None:
    cora = client_of(cast.cora)
    cora.get("/")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        cora.get(reverse("sop:cycle", args=[cycle.pk]))


def calendar(**changes: str) -> dict[str, str]:
    role = {"gather": "demand_planner", "supply": "supply_planner", "reconcile": "demand_planner"}
    fields = {}
    for day, kind in enumerate(StepKind, start=5):
        fields |= {f"{kind.value}-owner_role": role.get(kind, "coordinator"), f"{kind.value}-owner": ""}
        fields |= {f"{kind.value}-due_working_day": str(day), f"{kind.value}-due_hour": "17"}
    return fields | changes


def save(cast: Cast, **changes: str) -> HttpResponse:
    return client_of(cast.cora).post(reverse("sop:calendar"), calendar(**changes))  # type: ignore[return-value]


def test_the_calendar_is_saved_for_the_cycles_to_come(cast: Cast) -> None:
    assert save(cast, **{"gather-owner": str(cast.olga.pk)}).status_code == 302
    assert StepTemplate.objects.get(kind=StepKind.GATHER).owner == cast.olga
    assert step(cycle_make(cast), StepKind.GATHER).owner == cast.olga


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("supply-due_working_day", "2", "Plan supply would be due before Gather demand"),
        ("supply-due_working_day", "40", "less than or equal to 23"),
        ("supply-due_working_day", "soon", "Enter a whole number"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_place(cast: Cast, field: str, value: str, sentence: str) -> None:
    answer = save(cast, **{field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not StepTemplate.objects.exists()


def test_a_step_cannot_be_owned_by_somebody_of_another_role(cast: Cast) -> None:
    answer = save(cast, **{"gather-owner": str(cast.eve.pk)})
    assert "Eve is no demand planner." in answer.content.decode()
