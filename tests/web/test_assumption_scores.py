"""How earlier assumptions turned out, on the page, on each one's page and by API, for who sees the rows."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from demand.hooks import assumptions_run_on, baseline_is_adopted, layers_are_kept
from demand.models import Assumption
from demand.services.assumption import assumption_state
from demand.services.assumption_rules import Stated
from sop import cycle_hooks
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep, Price, User
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_close
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
APRIL, MAY, JUNE = date(2022, 4, 1), date(2022, 5, 1), date(2022, 6, 1)


@pytest.fixture
def known(cast: Cast) -> tuple[Cycle, Assumption]:
    """Return June's cycle and what Ana had stated of February to April: 80 percent of it came; nothing of Ben's."""
    cycle_hooks.on_close(StepKind.GATHER)(layers_are_kept)
    cycle_hooks.before_close(StepKind.GATHER)(baseline_is_adopted)
    cycle_hooks.on_cycle_open(assumptions_run_on)
    cycle = cycle_make(cast)
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    Price.objects.create(product=harbour.product, price=Decimal(4), valid_from=date(2021, 1, 1))
    adopted_baseline(cycle, {harbour: 100, ridge: 50})
    said = Stated(
        kind="project", state="in_number", first_bucket=FEBRUARY, last_bucket=APRIL, quantity=Decimal(30), note="Roofs"
    )
    stated = []
    for user, customer in ((cast.ana, cast.harbour), (cast.ben, cast.ridge)):
        with acting(user, Source.PAGE):
            own = Stated(**vars(said) | {"customer": customer})
            stated.append(assumption_state(user=user, cycle_id=cycle.pk, stated=own))
    with acting(cast.cora, Source.PAGE):
        step_close(user=cast.cora, step_id=step(cycle, StepKind.GATHER).pk, reason="Over.")
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    history_make(harbour, [130, 124, 118, 100], until=MAY)
    history_make(ridge, [50, 50, 50, 50], until=MAY)
    return cycle_make(cast, JUNE), stated[0]


def page(user: User, name: str, *numbers: int) -> str:
    html = client_of(user).get(reverse(f"demand:{name}", args=numbers)).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_page_tells_how_they_turned_out_by_person_kind_and_sureness(
    cast: Cast, known: tuple[Cycle, Assumption]
) -> None:
    cycle, _ = known
    text = page(cast.olga, "assumption-scores", cycle.pk)
    assert "Stated by Ana 1 1 80% · Ben 1 · 0% ·" in text
    assert "Kind Project 2 1 40% ·" in text
    assert "Said to be over 80% sure 2 1 40% ·" in text
    assert "Each of the 2" in text
    assert "Feb 22 to Apr 22 100% +90 +72 +$288 of +$360 Came: 80% of +90" in text
    assert "Nothing of +90 came" in text


def test_a_rep_sees_own_rows_only_and_a_cycle_without_known_months_nothing(
    cast: Cast, known: tuple[Cycle, Assumption]
) -> None:
    cycle, stated = known
    text = page(cast.ana, "assumption-scores", cycle.pk)
    assert "Each of the 1" in text
    assert "Ridge" not in text
    assert page(cast.olga, "assumption-scores", stated.cycle_id) == ""


def test_its_own_page_tells_what_came_and_how_others_turned_out(cast: Cast, known: tuple[Cycle, Assumption]) -> None:
    cycle, stated = known
    text = page(cast.olga, "assumption-score", cycle.pk, stated.pk)
    assert "This one Came: 80% of +90: +72 units, +$288 of +$360" in text
    assert "Others of this kind 0 of 1 came, nothing of the money expected" in text
    assert "Other" not in page(cast.ana, "assumption-score", cycle.pk, stated.pk)
    address = reverse("demand:assumption-score", args=[cycle.pk, stated.pk])
    assert (
        address in client_of(cast.olga).get(reverse("demand:assumption", args=[cycle.pk, stated.pk])).content.decode()
    )
    assert client_of(cast.ben).get(address).status_code == 404


def test_the_page_asks_for_how_they_turned_out_once_it_stands(cast: Cast, known: tuple[Cycle, Assumption]) -> None:
    cycle, _ = known
    html = client_of(cast.olga).get(reverse("demand:assumptions", args=[cycle.pk])).content.decode()
    assert f'hx-get="{reverse("demand:assumption-scores", args=[cycle.pk])}" hx-trigger="load"' in html


def test_programs_read_the_same(cast: Cast, known: tuple[Cycle, Assumption]) -> None:
    cycle, stated = known
    address = f"/api/v1/cycles/{cycle.pk}/demand/assumptions/scores/"
    assert len(api_of(cast.olga).rows(address)) == 2
    assert api_of(cast.ana).rows(address) == [
        {
            "assumption": stated.pk,
            "stated_by": "Ana",
            "months_known": 3,
            "months": 3,
            "expected_units": "90.000",
            "came_units": "72.000",
            "expected_money": "360.00",
            "came_money": "288.00",
            "noise_units": "0.000",
            "verdict": "came",
            "share": "0.8000",
            "sentence": "Came: 80% of +90",
        }
    ]
