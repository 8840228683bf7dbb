"""For which months actuals are in: those with orders, not those that only saw earlier orders shipped."""

from datetime import date

import pytest

from demand.models import Actual, Series
from demand.selectors.layers import last_actual_month, months_with_actuals
from tests.factories import FEBRUARY, Cast, location_make, product_make

pytestmark = pytest.mark.django_db
JANUARY, MARCH = date(2022, 1, 1), date(2022, 3, 1)


def test_a_month_that_only_shipped_earlier_orders_is_not_in_yet(cast: Cast) -> None:
    series = Series.objects.create(product=product_make(), customer=cast.harbour, location=location_make())
    for bucket, ordered, shipped in ((JANUARY, 5, 2), (FEBRUARY, 7, 3), (MARCH, 0, 7)):
        Actual.objects.create(series=series, bucket=bucket, ordered=ordered, shipped=shipped)
    assert last_actual_month() == FEBRUARY, "no month of zero demand is forecast from"
    assert months_with_actuals(FEBRUARY) == [FEBRUARY], "nothing is measured against a month still to come"
