"""Every layer is held against all that was asked for, also where nobody forecast anything."""

from decimal import Decimal

import pytest
from django.urls import reverse

from demand.models import Actual, ForecastSnapshot, Series
from publish.models import PlanMeasure
from publish.services import plan_measure
from sop.constants import Source
from sop.models import Customer, Location, Product
from sop.request_context import acting
from tests.factories import FEBRUARY, Cast, client_of, cycle_make, location_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


def sold(product: Product, customer: Customer, place: Location, ordered: int, cancelled: int = 0) -> Series:
    """Let a customer order so much in February."""
    series = Series.objects.create(product=product, customer=customer, location=place)
    Actual.objects.create(series=series, bucket=FEBRUARY, ordered=ordered, shipped=ordered, cancelled=cancelled)
    return series


def test_what_sold_without_a_forecast_is_an_error_too(cast: Cast) -> None:
    cycle, product, place = cycle_make(cast), product_make(), location_make()
    planned = sold(product, cast.harbour, place, 10, cancelled=2)
    sold(product, cast.ridge, place, 5)
    layers = {"baseline": 7, "sales": 9, "consensus": 12}
    ForecastSnapshot.objects.create(cycle=cycle, version=1, series=planned, bucket=FEBRUARY, **layers)
    with acting(cast.olga, Source.PAGE):
        plan_measure(user=cast.olga, cycle_id=cycle.pk)
        plan_measure(user=cast.olga, cycle_id=cycle.pk)
    found = {
        row.layer: (row.forecast, row.actual, row.absolute_error) for row in PlanMeasure.objects.filter(kind="total")
    }
    assert found == {
        "naive": (0, 13, 13),
        "baseline": (7, 13, 6),
        "sales": (9, 13, 6),
        "consensus": (12, 13, 9),
    }
    ridge = PlanMeasure.objects.get(kind="customer", code="RIDGE", layer="consensus")
    assert (ridge.forecast, ridge.actual, ridge.absolute_error) == (0, Decimal(5), 5)
    page = client_of(cast.olga).get(reverse("publish:measure", args=[cycle.pk])).content.decode()
    assert "5 units sold in 1 row the plan did not have; there the forecast counts as 0." in page
