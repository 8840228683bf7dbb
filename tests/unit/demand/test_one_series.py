"""One series of a run looked at again: the same members and errors as the run had."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.one_series import one_series

UNTIL = date(2021, 12, 1)


def panel_of(values: np.ndarray, name: str = "a") -> pd.DataFrame:
    months = pd.date_range(end="2021-12-01", periods=len(values), freq="MS")
    return pd.DataFrame({"unique_id": name, "ds": months, "y": values})


def facts_of(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"unique_id": list(names), "family": "F"})


def steady(months: int, seed: int = 2) -> np.ndarray:
    at = np.arange(months)
    return 200 + at + 40 * np.sin(2 * np.pi * at / 12) + np.random.default_rng(seed).normal(0, 5, months)


def test_members_and_errors_are_those_of_a_run_over_all() -> None:
    panel = pd.concat([panel_of(steady(60), "a"), panel_of(steady(48, 3), "b")])
    options = BaselineOptions(regular=("theta", "ets"), with_all=False)
    run = baseline_make(panel, horizon=6, as_of=UNTIL, facts=facts_of("a", "b"), options=options)
    mine = run.forecast[run.forecast["unique_id"] == "a"]
    said = run.series.set_index("unique_id").loc["a"]
    found = one_series(
        panel_of(steady(60)), horizon=6, as_of=UNTIL, facts=facts_of("a"), members=["ets", "global", "theta"]
    )
    assert set(found.members) == {"theta", "ets"}
    assert found.members["theta"] == pytest.approx(mine["theta"].to_numpy())
    assert (found.route, found.last, len(found.history)) == ("regular", UNTIL, 60)
    assert found.actual == pytest.approx(steady(60)[-12:])
    tests = {test.name: test for test in found.tests}
    assert set(tests) == {"theta", "ets", "mean", "naive"}
    assert tests["mean"].wape == pytest.approx(said["wape"])
    assert tests["mean"].bias == pytest.approx(said["bias"])
    assert tests["mean"].mase == pytest.approx(said["mase"])
    assert tests["mean"].fva == pytest.approx(said["fva"])
    assert tests["naive"].fva == 0
    assert found.scale == pytest.approx(said["scale"])


def test_a_series_that_forecasts_nothing_has_no_test() -> None:
    ended = np.concatenate([steady(30), np.zeros(14)])
    found = one_series(panel_of(ended), horizon=3, as_of=UNTIL, facts=facts_of("a"), members=[])
    assert (found.route, found.tests, found.members) == ("ended", (), {})
    empty = panel_of(np.array([]))
    nothing = one_series(empty, horizon=3, as_of=UNTIL, facts=facts_of("a"), members=[])
    assert (nothing.route, len(nothing.history), nothing.tests) == ("none", 0, ())


def test_several_series_are_refused() -> None:
    panel = pd.concat([panel_of(steady(30), "a"), panel_of(steady(30), "b")])
    with pytest.raises(ValueError, match="One series"):
        one_series(panel, horizon=3, as_of=UNTIL, facts=facts_of("a", "b"), members=[])
