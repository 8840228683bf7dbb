"""Cover: periods of following demand, never a division by one month."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supply.engine.cover import cover
from supply.engine.plan import plan_supply
from tests.unit.supply.problems import problem


@pytest.mark.parametrize(
    ("stock", "demand", "tail", "lasts"),
    [
        (0, [10, 10], None, 0),
        (5, [10, 10], None, 0.5),
        (25, [10, 10], None, 2.5),
        (25, [10, 10], 2.5, 4),
        (25, [10, 10], 0, np.nan),
        (10, [0, 0, 10, 0, 5], None, 3),
        (12, [0, 0, 10, 0, 5], None, 4.4),
        (-3, [10, 10], None, 0),
    ],
)
def test_how_long_a_stock_lasts(stock, demand, tail, lasts):
    assert float(cover(stock, demand, tail)) == pytest.approx(lasts, nan_ok=True)


@given(stock=st.floats(0, 500), demand=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_cover_equals_eating_the_stock_period_by_period(stock, demand):
    left, lasts = stock, 0.0
    for wanted in demand + [demand[-1]] * 600:
        if left <= wanted:
            lasts += left / wanted if wanted else 0.0
            break
        left, lasts = left - wanted, lasts + 1
    else:
        assert demand[-1] == 0
        lasts = np.nan
    assert float(cover(stock, demand)) == pytest.approx(lasts if stock else 0.0, nan_ok=True, abs=1e-9)


def test_the_plans_cover_looks_past_the_horizon_at_the_last_years_mean():
    plan = plan_supply(problem(months=3, on_hand=1000.0))
    assert plan.cover[0].tolist() == pytest.approx([9.0, 8.0, 7.0])


def test_stock_without_any_demand_never_runs_out():
    assert np.isnan(plan_supply(problem(demand=np.zeros((1, 3)))).cover).all()
