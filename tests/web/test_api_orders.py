"""The order book by API: own customers only, the same figures as in the panel."""

from datetime import date
from decimal import Decimal

import pytest

from demand.models import Actual, OrderBook
from sop.engine.months import month_add, month_list
from tests.api_calls import api_of, calls_of
from tests.demand_makers import series_make
from tests.factories import FEBRUARY, Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH = date(2022, 3, 1)


def test_a_rep_reads_own_orders_and_what_stays_of_them(cast: Cast) -> None:
    cycle, north, south = cycle_make(cast), series_make(cast.harbour), series_make(cast.ridge)
    for series, orders in ((north, 400), (south, 1000)):
        OrderBook.objects.create(series=series, bucket=MARCH, open_orders=orders, quotes=5, as_of=FEBRUARY)
    Actual.objects.bulk_create(
        Actual(
            series=north,
            bucket=month,
            ordered=Decimal(134 if month >= month_add(FEBRUARY, -12) else 100),
            shipped=Decimal(100),
        )
        for month in month_list(month_add(FEBRUARY, -36), 36)
    )
    api = api_of(cast.ana)
    assert api.rows("/api/v1/order-book/?product=SHINGLE&month=2022-03-01") == [
        {
            "series": north.pk, "family": "ROOFING", "product": "SHINGLE", "customer": "HARBOUR", "location": "DC1",
            "month": "2022-03-01", "open_orders": "400.000", "quotes": "5.000", "as_of": "2022-02-01",
        }
    ]  # fmt: skip
    assert len(api_of(cast.olga).rows("/api/v1/order-book/")) == 2
    here = f"/api/v1/cycles/{cycle.pk}/demand/orders/"
    found = api.get(f"{here}?product=SHINGLE").json()
    assert (found["open_orders"], found["quotes"], found["ordered"]) == ("400.000", "5.000", "1608.000")
    assert found["index"] == pytest.approx(1.34)
    assert found["sentence"].endswith("of 400 on order about 300 will stay.")
    assert api_of(cast.olga).get(here).json()["open_orders"] == "1400.000"
    assert api.get(f"{here}?series={south.pk}").status_code == 404
    assert api.get(f"{here}?product=NONE").status_code == 400
    assert api_of(cast.eve).get(f"{here}?family=ROOFING&product=SHINGLE").status_code == 400


def test_more_orders_take_no_more_queries(cast: Cast) -> None:
    cycle_make(cast)
    series = series_make(cast.harbour)
    OrderBook.objects.create(series=series, bucket=MARCH, open_orders=1, as_of=FEBRUARY)
    few = calls_of(cast.olga, ["/api/v1/order-book/"])
    for number in range(1, 6):
        OrderBook.objects.create(series=series, bucket=month_add(MARCH, number), open_orders=1, as_of=FEBRUARY)
    assert calls_of(cast.olga, ["/api/v1/order-book/"]) == few
