"""Lots: least order, multiple, largest order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.engine.lots import lot, lot_orders, lot_within


@pytest.mark.parametrize(
    ("need", "rules", "orders"),
    [
        (0, {}, []),
        (-5, {"moq": 10}, []),
        (12.5, {}, [12.5]),
        (3, {"moq": 10, "multiple": 4}, [12]),
        (0.3, {"multiple": 0.1}, [0.3]),
        (200, {"max_order": 100}, [100, 100]),
        (250, {"multiple": 30, "max_order": 100}, [90, 90, 90]),
        (5, {"moq": 150, "max_order": 100}, [150]),
        (5, {"multiple": 48, "max_order": 40}, [48]),
    ],
)
def test_orders_a_need_becomes(need, rules, orders):
    assert lot_orders(need, **rules) == pytest.approx(orders)
    assert lot(need, **rules) == pytest.approx(sum(orders))


@given(
    need=st.floats(0.01, 1e4),
    moq=st.integers(0, 300),
    multiple=st.sampled_from([0, 1, 2.5, 12]),
    largest=st.sampled_from([np.inf, 40, 500]),
)
def test_lots_cover_the_need_in_allowed_orders(need, moq, multiple, largest):
    orders = lot_orders(need, moq, multiple, largest)
    assert sum(orders) >= need - 1e-6
    assert all(order >= moq - 1e-9 for order in orders)
    assert float(lot(need, moq, multiple, largest)) == pytest.approx(sum(orders))
    if multiple:
        assert all(order / multiple == pytest.approx(round(order / multiple)) for order in orders)


def test_a_limit_is_rounded_down_and_never_below_the_least_order():
    assert lot_within([35, 36, 8], moq=12, multiple=12).tolist() == [24, 36, 0]
    assert lot_within([35.5], moq=0, multiple=0).tolist() == [35.5]
