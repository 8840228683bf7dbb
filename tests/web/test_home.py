"""The home page: what each person does next and by when."""

import pytest
from django.urls import reverse

from sop.constants import CycleState, StepKind, StepState
from sop.models import Company, Cycle, CycleStep
from sop.selectors.cycle import step
from sop.selectors.home import home
from sop.services.cycle import step_ask_back, step_close, step_mark_stale, step_submit
from tests.factories import Cast, client_of, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    Company.objects.create(id=1, name="Harlow Supply", timezone="America/Chicago")
    product_make()
    return cycle_make(cast)


def first(user: object) -> str:
    item = home(user).first  # type: ignore[arg-type]
    return item.sentence if item else ""


def submit(cast: Cast, cycle: Cycle, *reps: object) -> CycleStep:
    gather = step(cycle, StepKind.GATHER)
    for rep in reps:
        step_submit(user=rep, step_id=gather.pk)  # type: ignore[arg-type]
    return gather


def test_a_new_installation_says_what_to_bring_in(cast: Cast) -> None:
    page = client_of(cast.cora).get("/").content.decode()
    assert "No data yet" in page
    assert "Import files" in page
    assert "Import files" not in client_of(cast.ana).get("/").content.decode()


def test_between_cycles_the_coordinator_opens_and_the_others_wait(cast: Cast) -> None:
    product_make()
    assert first(cast.cora) == "Open the next cycle"
    assert first(cast.ana) == "No cycle is open"
    answer = client_of(cast.cora).post(reverse("sop:cycle-new"), {"month": "2022-02"})
    assert answer["Location"] == reverse("sop:cycle", args=[Cycle.objects.get().pk])


def test_a_month_that_is_none_is_refused_in_place(cast: Cast) -> None:
    product_make()
    page = client_of(cast.cora).post(reverse("sop:cycle-new"), {"month": "soon"})
    assert page.status_code == 422
    assert "Write the month as year and month" in page.content.decode()


def test_a_rep_adjusts_and_submits_by_the_due_date_in_the_companys_time(cast: Cast, cycle: Cycle) -> None:
    page = client_of(cast.ana).get("/").content.decode()
    assert "Adjust and submit your forecast" in page
    assert "due Thu 10 Feb 17:00" in page


def test_a_rep_who_submitted_sees_whom_the_step_waits_for(cast: Cast, cycle: Cycle) -> None:
    submit(cast, cycle, cast.ana)
    shown = home(cast.ana).first
    assert shown is not None
    assert (shown.sentence, shown.detail) == ("You submitted gather demand", "Waiting for Ben.")


def test_a_rep_asked_back_reads_the_note(cast: Cast, cycle: Cycle) -> None:
    gather = submit(cast, cycle, cast.ana)
    part = gather.progress.get(user=cast.ana)
    step_ask_back(user=cast.olga, progress_id=part.pk, note="Roofing doubled: why?")
    shown = home(cast.ana).first
    assert shown is not None
    assert shown.detail == "Asked back: Roofing doubled: why?"


def test_the_planner_waits_for_the_late_by_name_and_then_closes(cast: Cast, cycle: Cycle) -> None:
    submit(cast, cycle, cast.ana)
    shown = home(cast.olga).first
    assert shown is not None
    assert shown.detail == "Waiting for Ben to submit."
    submit(cast, cycle, cast.ben)
    assert first(cast.olga) == "Close gather demand"


def test_somebody_whose_part_comes_later_reads_when(cast: Cast, cycle: Cycle) -> None:
    assert first(cast.sam) == "Nothing to do until plan supply opens"
    assert first(cast.eve) == "Nothing to do until review opens"


def test_the_next_steps_person_is_called_when_it_opens(cast: Cast, cycle: Cycle) -> None:
    gather = submit(cast, cycle, cast.ana, cast.ben)
    step_close(user=cast.olga, step_id=gather.pk)
    assert first(cast.sam) == "Plan supply and answer the shortages"
    assert first(cast.ana) == "Nothing to do for you now"


def test_a_stale_step_asks_to_be_calculated_again(cast: Cast, cycle: Cycle) -> None:
    gather = submit(cast, cycle, cast.ana, cast.ben)
    step_close(user=cast.olga, step_id=gather.pk)
    step_mark_stale(cycle_id=cycle.pk, after=StepKind.GATHER, because="A late order file arrived.")
    assert "Calculate plan supply again" in client_of(cast.cora).get("/").content.decode()


def test_when_all_steps_are_closed_the_coordinator_closes_the_cycle(cast: Cast, cycle: Cycle) -> None:
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    assert first(cast.cora) == "Close the cycle"
    client_of(cast.cora).post(reverse("sop:cycle-end", args=[cycle.pk]))
    assert Cycle.objects.get().state == CycleState.CLOSED


def test_the_home_page_takes_a_bounded_number_of_queries(
    cast: Cast, cycle: Cycle, django_assert_max_num_queries: object
) -> None:
    ana = client_of(cast.ana)
    ana.get("/")
    with django_assert_max_num_queries(21):  # type: ignore[operator]
        ana.get("/")


def test_a_person_without_a_role_gets_a_page_and_nothing_to_do(cast: Cast, cycle: Cycle) -> None:
    cast.finn.groups.clear()
    assert client_of(cast.finn).get("/").status_code == 200
