"""The baseline page says how the months of the adopted run were taken."""

import pytest
from django.urls import reverse

from demand.models import BaselineRun
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ({}, "January 2022."),
        ({"working_days": False, "holidays": "US"}, "January 2022."),
        ({"working_days": True, "holidays": ""}, "January 2022, months by their working days."),
        (
            {"working_days": True, "holidays": "US"},
            "January 2022, months by their working days without public holidays of US.",
        ),
    ],
)
def test_the_page_says_how_months_were_taken(cast: Cast, summary: dict[str, object], said: str) -> None:
    cycle = cycle_make(cast)
    run = adopted_baseline(cycle, {series_make(cast.harbour): 100})
    BaselineRun.objects.filter(pk=run.pk).update(summary=summary)
    answer = client_of(cast.olga).get(reverse("demand:baseline", args=[cycle.pk]))
    assert said in answer.content.decode()
