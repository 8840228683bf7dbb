"""Accuracy of the layers: summed parts, never averaged ratios."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from publish.engine.measure import bias, measures_make, value_added, wmape
from sop.engine.panel import PanelError


def plan(seed=3):
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, 50, 60).astype(float)
    layers = {layer: actual + rng.normal(0, 5, 60).round() for layer in ("naive", "baseline", "sales", "consensus")}
    return pd.DataFrame({"family": np.repeat(["Roofing", "Insulation", "Doors"], 20), "y": actual, **layers})


def test_vectorised_measures_equal_the_loop():
    frame = plan()
    for measure in measures_make(frame, by=["family"]):
        rows = [row for row in frame.to_dict("records") if row["family"] == measure.group[0]]
        errors = [row[measure.layer] - row["y"] for row in rows]
        demand = sum(row["y"] for row in rows)
        assert measure.rows == 20
        assert measure.wmape == pytest.approx(sum(abs(error) for error in errors) / demand)
        assert measure.bias == pytest.approx(sum(errors) / demand)


def test_total_is_made_of_sums_not_of_averaged_ratios():
    frame = pd.DataFrame({"family": ["big", "small"], "y": [990.0, 10.0], "baseline": [990.0, 30.0]})
    (total,) = measures_make(frame, layers=["baseline"])
    big, small = measures_make(frame, layers=["baseline"], by=["family"])
    assert (big.wmape, small.wmape, total.wmape) == (0.0, 2.0, 0.02)
    assert total.bias == 0.02


def test_plus_bias_means_forecast_too_high():
    assert bias(120.0, 100.0) == pytest.approx(0.2)
    assert bias(Decimal("80.000"), Decimal("100.000")) == pytest.approx(-0.2)
    assert wmape(Decimal("30.000"), Decimal("120.000")) == 0.25


def test_nothing_sold_has_no_ratio():
    frame = pd.DataFrame({"y": [0.0, 0.0], "naive": [5.0, 0.0], "baseline": [0.0, 0.0]})
    naive, baseline = measures_make(frame, layers=["naive", "baseline"])
    assert (naive.wmape, naive.bias, naive.absolute_error) == (None, None, 5.0)
    assert value_added([naive, baseline])[0].points is None
    assert value_added([naive, baseline])[0].share == 1.0


def test_value_added_is_the_fall_of_the_error_from_step_to_step():
    frame = pd.DataFrame({"y": [100.0], "naive": [140.0], "baseline": [120.0], "sales": [130.0], "consensus": [130.0]})
    steps = value_added(measures_make(frame))
    assert [(step.before, step.layer) for step in steps] == [
        ("naive", "baseline"), ("baseline", "sales"), ("sales", "consensus"),
    ]  # fmt: skip
    assert [step.points for step in steps] == pytest.approx([0.2, -0.1, 0.0])
    assert [step.share for step in steps] == pytest.approx([0.5, -0.5, 0.0])


def test_value_added_compares_layers_of_one_group_only():
    steps = value_added(measures_make(plan(), layers=["naive", "baseline"], by=["family"]))
    assert [step.group for step in steps] == [("Doors",), ("Insulation",), ("Roofing",)]


def test_cell_without_a_number_is_left_out_of_its_layer_and_not_compared():
    frame = pd.DataFrame({"y": [100.0, 50.0], "naive": [90.0, np.nan], "baseline": [100.0, 50.0]})
    naive, baseline = measures_make(frame, layers=["naive", "baseline"])
    assert (naive.rows, naive.actual, naive.wmape) == (1, 100.0, 0.1)
    assert baseline.wmape == 0.0
    assert value_added([naive, baseline])[0].points is None


def test_empty_table_measures_nothing():
    frame = pd.DataFrame({"family": [], "y": [], "naive": []})
    assert measures_make(frame, layers=["naive"]) == []
    assert measures_make(frame, layers=["naive"], by=["family"]) == []


def test_missing_layer_is_named():
    with pytest.raises(PanelError, match="Column sales is missing"):
        measures_make(pd.DataFrame({"y": [1.0]}), layers=["sales"])
