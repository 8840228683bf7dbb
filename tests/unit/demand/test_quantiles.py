"""Ranges from pooled errors: they cover what they promise, and small pools lean on larger ones."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.quantiles import PROBABILITIES, quantiles_apply, quantiles_pool


def errors(series=400, growth=0.08, route="regular", seed=1, scale=10.0):
    random = np.random.default_rng(seed)
    step = np.tile(np.arange(1, 13), series)
    error = random.normal(0, scale * (1 + growth * (step - 1)))
    return pd.DataFrame({"route": route, "step": step, "y": 100 + error, "yhat": 100.0, "scale": scale})


def test_growth_of_the_error_and_its_quantiles_are_found_again():
    pool = quantiles_pool(errors(2000))
    own = pool[pool["route"] == "regular"]
    assert own["growth"].iloc[0] == pytest.approx(0.08, abs=0.02)
    assert own["value"].to_numpy() == pytest.approx([-1.96, -1.2816, 0, 1.2816, 1.96], abs=0.08)


def test_range_covers_what_it_promises_on_new_errors_at_every_step():
    pool, new = quantiles_pool(errors(1000)), errors(1000, seed=2)
    cuts = quantiles_apply(np.full((1, 12), 100.0), np.array([10.0]), np.array(["regular"]), pool)[0]
    for step in range(1, 13):
        came = new.loc[new["step"] == step, "y"]
        assert came.between(cuts[step - 1, 1], cuts[step - 1, 3]).mean() == pytest.approx(0.8, abs=0.05)
        assert came.between(cuts[step - 1, 0], cuts[step - 1, 4]).mean() == pytest.approx(0.95, abs=0.03)


def test_small_class_leans_on_all_and_none_at_all_on_a_normal_curve():
    many, few = errors(100), errors(3, route="short", seed=4)
    pool = quantiles_pool(pd.concat([many, few]))
    assert set(pool["route"]) == {"regular", "all", "assumed"}
    points, scale = np.full((2, 1), 50.0), np.array([10.0, 10.0])
    regular, short = quantiles_apply(points, scale, np.array(["regular", "short"]), pool)
    assert not np.array_equal(regular, short)
    assumed = quantiles_apply(points[:1], scale[:1], np.array(["short"]), quantiles_pool(few))
    assert assumed[0, 0] == pytest.approx([50 + 12.533 * z for z in (-1.96, -1.2816, 0, 1.2816, 1.96)], abs=0.01)


def test_quantiles_never_cross_nor_fall_below_zero():
    pool = quantiles_pool(errors(100))
    cuts = quantiles_apply(np.array([[1.0, 500.0]]), np.array([30.0]), np.array(["regular"]), pool)
    assert (cuts >= 0).all()
    assert (np.diff(cuts, axis=2) >= 0).all()
    assert cuts.shape == (1, 2, len(PROBABILITIES))


def test_series_without_a_scale_teaches_nothing_and_has_no_range():
    still = errors(100).assign(scale=0.0)
    assert set(quantiles_pool(still)["route"]) == {"assumed"}
    cuts = quantiles_apply(np.array([[7.0]]), np.array([0.0]), np.array(["regular"]), quantiles_pool(still))
    assert cuts[0, 0].tolist() == [7.0] * 5
