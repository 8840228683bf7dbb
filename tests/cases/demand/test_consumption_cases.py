"""Orders consume the forecast: cases from other open planning systems."""

import pytest

from demand.engine.consumption import forecast_left

GROSS = [350, 350, 350, 350]


@pytest.mark.parametrize(
    ("orders", "window", "left"),
    [
        ([130, 100, 80, 0], 0, [220, 250, 270, 350]),
        ([300, 500, 280, 0], 0, [50, 0, 70, 350]),
        ([300, 500, 280, 0], 1, [0, 0, 0, 320]),
    ],
)
def test_frepple_forecast_netting(orders, window, left):
    """frePPLe 9.18.0, forecast-netting example: own month, then the one before, then the one after."""
    assert forecast_left(GROSS, orders, window=window).tolist() == left


def test_executed_sales_reduce_what_is_left_in_lots():
    """trytond_stock_forecast 8.2.0: 10 forecast in lots of 2, 2 sold: 4 lots left of 5."""
    left = forecast_left([10], [2])
    assert left.tolist() == [8]
    assert left[0] / 2 == 4


def test_orders_beyond_every_forecast_in_reach_consume_no_more():
    assert forecast_left([10, 10], [50, 0], window=1).tolist() == [0, 0]


def test_many_series_equal_one_call_each():
    forecast = [[350, 350, 350], [10, 0, 5]]
    orders = [[500, 0, 280], [0, 12, 0]]
    both = forecast_left(forecast, orders, window=1)
    for row in range(2):
        assert both[row].tolist() == forecast_left(forecast[row], orders[row], window=1).tolist()
