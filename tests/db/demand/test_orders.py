"""Open orders of a grid row, and what their customers made of earlier ones."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from demand.models import Actual, OrderBook, Series
from demand.selectors.grid import grid_json, measure_json
from demand.selectors.orders import inflation_words, month_orders, row_orders
from sop.engine.months import month_add, month_list
from sop.models import Cycle
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH, MAY, DECEMBER = date(2022, 3, 1), date(2022, 5, 1), date(2021, 12, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast, cycle: Cycle) -> Series:
    found = series_make(cast.harbour)
    adopted_baseline(cycle, {found: 100})
    return found


def book_make(series: Series, bucket: date, orders: int, quotes: int = 0) -> None:
    OrderBook.objects.create(series=series, bucket=bucket, open_orders=orders, quotes=quotes, as_of=FEBRUARY)


def years_make(series: Series, ordered: float, shipped: float = 100, cancelled: float = 0, normal: float = 100) -> None:
    """Write two normal years and one in which `ordered` a month stood against `shipped`."""
    months = month_list(month_add(FEBRUARY, -36), 36)
    Actual.objects.bulk_create(
        Actual(
            series=series,
            bucket=month,
            ordered=Decimal(ordered if month >= month_add(FEBRUARY, -12) else normal),
            shipped=Decimal(shipped if month >= month_add(FEBRUARY, -12) else 100),
            cancelled=Decimal(cancelled if month >= month_add(FEBRUARY, -12) else 0),
        )
        for month in months
    )


def test_orders_stand_beside_the_plan_of_the_months_they_reach(cast: Cast, cycle: Cycle, series: Series) -> None:
    years_make(series, 134, cancelled=5)
    for bucket, orders, quotes in ((DECEMBER, 40, 0), (MARCH, 160, 10), (MAY, 200, 0), (month_add(MAY, 3), 0, 30)):
        book_make(series, bucket, orders, quotes)
    found = row_orders(cycle, cast.ana, Series.objects.all())
    assert (found.open_orders, found.overdue, found.horizon_open, found.horizon_quotes) == (400, 40, 360, 40)
    assert (found.as_of, found.until, found.planned) == (FEBRUARY, MAY, 400), "four months of 100"
    assert (found.ordered, found.shipped, found.cancelled) == (12 * 134, 1200, 60)
    assert found.index == pytest.approx(1.34)
    assert found.sentence == "Customers here order 1.34 for every 1 kept: of 400 on order about 300 will stay."
    assert month_orders(Series.objects.all(), MARCH) == (160, 10)
    named = row_orders(cycle, cast.ana, Series.objects.all(), customer=cast.harbour)
    assert named.sentence == "Harbour orders 1.34 for every 1 kept: of 400 on order about 300 will stay."


def test_a_row_without_an_order_book_has_its_past(cast: Cast, cycle: Cycle, series: Series) -> None:
    years_make(series, 100)
    found = row_orders(cycle, cast.ana, Series.objects.all())
    assert (found.as_of, found.until, found.planned, found.is_empty) == (None, None, 0, False)
    assert found.sentence == "Customers here order what is kept."


def test_a_series_with_too_few_orders_is_told_by_its_customer(cast: Cast, cycle: Cycle, series: Series) -> None:
    few = series_make(cast.harbour, product_make("NAIL"))
    years_make(series, 150)
    book_make(few, MARCH, 30)
    chosen = Series.objects.filter(pk=few.pk)
    found = row_orders(cycle, cast.ana, chosen, customer=cast.harbour)
    assert found.index is None
    assert found.sentence == (
        "Too few orders in this row. Harbour, over all products, orders 1.50 for every 1 kept: "
        "of 30 on order about 20 will stay."
    )
    unseen = row_orders(cycle, cast.ben, chosen, customer=cast.harbour)
    assert unseen.sentence == "Too few orders to say how many will stay."


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (1.02, "Customers here order what is kept: the 400 on order can be taken as they stand."),
        (0.8, "Customers here order only 0.80 for every 1 shipped"),
        (2.0, "of 400 on order about 200 will stay"),
    ],
)
def test_an_index_is_told_in_words(index: float, words: str) -> None:
    assert words in inflation_words(index, 400)


@pytest.mark.parametrize(("open_orders", "stay"), [(3, "about 2 "), (99, "about 50 "), (1234, "about 620 ")])
def test_about_means_two_figures(open_orders: float, stay: str) -> None:
    assert stay in inflation_words(2.0, open_orders)


def test_open_orders_are_a_measure_of_the_grid_and_a_line_where_there_are_any(
    cast: Cast, cycle: Cycle, series: Series
) -> None:
    series_make(cast.harbour, product_make("NAIL"))
    book_make(series, DECEMBER, 40)
    book_make(series, MARCH, 160)
    grid = grid_json(cycle, cast.ana)
    product = next(at for at, row in enumerate(grid["rows"]) if row["id"] == f"p{series.product_id}")
    assert grid["layers"]["open_orders"] == [product]
    values = measure_json(cycle, cast.ana, "open_orders")["values"]
    months = [month["bucket"] for month in grid["months"]]
    for row in (0, product):
        assert (values[row][months.index("2021-12-01")], values[row][months.index("2022-03-01")]) == (40, 160)
        assert np.isnan(values[row][months.index("2022-04-01")])
