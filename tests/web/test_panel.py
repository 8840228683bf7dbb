"""The side panel of the adjust screen: why this number, and how earlier ones turned out."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from demand.constants import METHODS
from demand.engine.global_model import GLOBAL
from demand.engine.members import MEMBERS
from demand.models import BaselineSeries, ForecastSnapshot, Series
from sop.models import Cycle, User
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make
from tests.plan_makers import actual_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
DECEMBER = date(2021, 12, 1)


def panel(user: User, cycle: Cycle, row: str) -> str:
    url = reverse("demand:panel", args=[cycle.pk])
    return " ".join(client_of(user).get(url, {"row": row}).content.decode().split())


def why_make(cycle: Cycle, series: Series, *, route: str, members: str) -> None:
    run = adopted_baseline(cycle, {series: 10})
    BaselineSeries.objects.create(run=run, series=series, route=route, reason="60 months.", months=60, members=members)


def test_every_method_has_its_words() -> None:
    assert set(METHODS) == {GLOBAL, *MEMBERS}


def test_a_regular_baseline_says_what_it_is_the_mean_of(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    why_make(cycle, series, route="regular", members="global, theta")
    assert "60 months. Mean of one model over all regular series and Theta with its own season." in panel(
        cast.ana, cycle, f"s{series.pk}"
    )


def test_other_routes_say_it_in_their_reason(cast: Cast) -> None:
    cycle, series = cycle_make(cast), series_make(cast.harbour)
    why_make(cycle, series, route="intermittent", members="imapa, recent_mean")
    assert "Mean of" not in panel(cast.ana, cycle, f"s{series.pk}")


def test_earlier_numbers_are_held_against_what_was_ordered(cast: Cast) -> None:
    before = cycle_make(cast, DECEMBER)
    Cycle.objects.update(state="closed")
    cycle, series = cycle_make(cast, FEBRUARY), series_make(cast.harbour)
    adopted_baseline(cycle, {series: 10})
    numbers = {"baseline": Decimal(100), "sales": Decimal(150), "consensus": Decimal(100)}
    ForecastSnapshot.objects.create(cycle=before, series=series, bucket=DECEMBER, **numbers)
    actual_make(series, DECEMBER, "100")
    shown = panel(cast.ana, cycle, f"s{series.pk}")
    assert "you asked for 150, 100 were ordered and kept. <b>+50%</b>" in shown
    assert "0 of 1 changed cells came nearer than the baseline" in shown
    assert "you asked for" not in panel(cast.eve, cycle, "total"), "who has no rows of their own has no record"
