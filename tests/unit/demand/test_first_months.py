"""What becomes of a new series, told by those that were new before."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.first_months import LOWEST, YOUNG, after_first_months
from demand.engine.history import History, history_of
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import panel_of, regular

OLD = {"OLD": regular(72)}  # the whole history began with it


def history(**series: np.ndarray) -> History:
    return history_of(check_panel(panel_of(**OLD, **series)))


def once_then_rarely(number: int, months: int = 40) -> np.ndarray:
    """Return demand of 60 in the first month and again a year after, nothing else."""
    values = np.zeros(months)
    values[[0, 12]] = 60.0
    values[-1] = 1.0 if number % 2 else 0.0  # some still sell
    return values


def test_series_that_go_on_as_they_began_are_carried_on_as_they_are() -> None:
    found = history(**{f"S{number}": np.full(30 + number % 5, 20.0) for number in range(40)})
    assert after_first_months(found) == pytest.approx(np.ones(YOUNG))


def test_one_first_order_is_carried_on_by_what_such_orders_led_to() -> None:
    factors = after_first_months(history(**{f"S{number}": once_then_rarely(number) for number in range(40)}))
    assert factors[0] == pytest.approx(1 / 12), "after one month of 60: 60 in the year that follows"


def test_few_series_or_such_as_sold_from_the_beginning_tell_nothing() -> None:
    few = history(**{f"S{number}": once_then_rarely(number) for number in range(29)})
    always = history(**{f"S{number}": once_then_rarely(number, 72) for number in range(40)})
    assert (after_first_months(few) == 1).all()
    assert (after_first_months(always) == 1).all()
    assert (after_first_months(history_of(check_panel(panel_of()))) == 1).all()


def test_a_factor_stays_within_sense() -> None:
    gone = {f"S{number}": np.r_[60.0, np.zeros(30)] for number in range(40)}
    grown = {f"S{number}": np.r_[1.0, np.full(30, 50.0)] for number in range(40)}
    assert after_first_months(history(**gone))[0] == LOWEST
    assert after_first_months(history(**grown))[0] == 1.0


def test_new_series_are_forecast_by_what_became_of_earlier_ones_and_say_so() -> None:
    series = {f"S{number}": once_then_rarely(number) for number in range(40)}
    panel = panel_of(**OLD, **series, NEW=np.array([60.0]), BORN=np.r_[90.0, 90.0, 90.0])
    alone = baseline_make(panel, horizon=6, options=BaselineOptions(with_all=False))
    result = baseline_make(panel, horizon=6)

    def row(of: pd.DataFrame, name: str) -> pd.DataFrame:
        return of[of["unique_id"] == name]

    assert row(alone.forecast, "NEW")["yhat"].tolist() == [60.0] * 6
    assert row(result.forecast, "NEW")["yhat"].to_numpy() == pytest.approx(np.full(6, 5.0))
    assert row(result.series, "NEW")["reason"].item().endswith("New series here went on at 8% of such a level.")
    assert row(result.forecast, "BORN")["yhat"].tolist() == [90.0] * 6, "three steady months are no first order"
    other = result.series["unique_id"].isin(["NEW", "BORN"])
    assert not result.series.loc[~other, "reason"].str.contains("New series").any()
