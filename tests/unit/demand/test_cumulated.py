"""rho(h): the measured error of demand summed over a lead time."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.cumulated import cumulated_error, rho_pool


def errors(kind="independent", series=3000, months=12, demand=100.0, size=20.0, route="regular", seed=1):
    random = np.random.default_rng(seed)
    noise = random.normal(0, size, (series, months if kind == "independent" else 1))
    error = np.broadcast_to(noise, (series, months)).ravel()
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"{route}{number:05d}" for number in range(series)], months),
            "route": route,
            "step": np.tile(np.arange(1, months + 1), series),
            "y": demand + error,
            "yhat": demand,
            "scale": 10.0,
        }
    )


def row(rho, months, route="regular"):
    return rho[(rho["route"] == route) & (rho["months"] == months)].iloc[0]


@pytest.mark.parametrize(("kind", "exponent"), [("independent", 0.5), ("dependent", 1.0)])
def test_error_of_the_sum_grows_as_its_months_hang_together(kind, exponent):
    rho = rho_pool(errors(kind), 18)
    for months in (1, 3, 12, 18):
        assert row(rho, months)["error"] == pytest.approx(2 * months**exponent, rel=0.06)
        assert row(rho, months)["rho"] == pytest.approx(0.2 * months ** (exponent - 1), rel=0.06)


def test_vectorised_pool_equals_the_loop():
    given = errors(series=25, seed=3)
    for months in (1, 2, 7, 12):
        sums = []
        demands = []
        for _, own in given[given["step"] <= months].groupby("unique_id"):
            sums.append(((own["y"] - own["yhat"]) / own["scale"]).sum())
            demands.append((own["y"] / own["scale"]).sum())
        expected = np.sqrt(np.mean(np.square(sums)))
        found = row(rho_pool(given, 12), months)
        assert found["error"] == pytest.approx(expected)
        assert found["rho"] == pytest.approx(expected / np.mean(demands))


def test_series_that_held_back_fewer_months_count_for_those():
    short = errors(series=20, months=4, route="short", seed=5)
    rho = rho_pool(pd.concat([errors(series=40), short]), 12)
    own = rho[rho["route"] == "short"]
    assert own["months"].tolist() == list(range(1, 13))
    assert np.isfinite(own["rho"]).all()
    assert (np.diff(own["error"]) > 0).sum() >= 8


def test_class_of_few_series_has_no_row_and_nothing_measured_gives_an_empty_table():
    rho = rho_pool(pd.concat([errors(series=40), errors(series=3, route="short", seed=5)]), 6)
    assert set(rho["route"]) == {"all", "regular"}
    assert rho_pool(errors(series=2).assign(scale=0.0), 6).empty


def test_error_in_units_follows_the_scale_and_the_lead_time():
    rho = rho_pool(errors("dependent"), 12)
    found = cumulated_error(
        rho, np.array(["regular", "regular", "short"]), np.array([10.0, 30.0, 10.0]), [2, 2.5, 0.25]
    )
    assert found == pytest.approx([40, 150, 20 * 0.5], rel=0.06)  # a class not measured leans on all


def test_nothing_measured_has_no_error_in_units():
    empty = rho_pool(errors(series=2).assign(scale=0.0), 6)
    assert np.isnan(cumulated_error(empty, np.array(["regular"]), np.array([10.0]), 3)).all()
