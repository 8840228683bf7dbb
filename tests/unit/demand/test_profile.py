"""The kind of demand a series is."""

import numpy as np
import pytest

from demand.engine.history import history_of
from demand.engine.level_shift import level_shifts
from demand.engine.profile import PATTERNS, profile_of
from demand.engine.routes import routes_find
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import panel_of, regular, sporadic

FLAT = 100 + np.random.default_rng(3).normal(0, 4, 60)


def kind(values, ids=None):
    history = history_of(check_panel(panel_of(A=np.asarray(values, dtype=float))), ids=ids)
    found = profile_of(history, routes_find(history).route, level_shifts(history))
    return dict(zip(history.ids, zip(found.pattern, found.xyz, strict=True), strict=True))


@pytest.mark.parametrize(
    ("values", "pattern", "xyz"),
    [
        (FLAT, "smooth", "X"),
        (regular(60, trend=0, noise=3), "seasonal", "X"),
        (FLAT * 1.012 ** np.arange(60), "trending", "X"),
        (regular(60, trend=2, noise=3), "seasonal_trend", "X"),
        (sporadic(60, lot=1.0), "intermittent", "Z"),
        (np.where(np.arange(60) % 4, 0, np.r_[np.ones(50), np.full(10, 90)]), "lumpy", "Z"),
        (regular(8), "short", ""),
        (regular(18), "short", "Y"),
        ([*regular(40), *np.zeros(12)], "ended", ""),
    ],
)
def test_pattern_and_variation(values, pattern, xyz):
    found, variation = kind(values)["A"]
    assert (str(found), pattern in PATTERNS) == (pattern, True)
    if xyz != "Y":
        assert str(variation) == xyz


def test_what_season_and_level_explain_is_no_variation():
    erratic = 100 * np.random.default_rng(5).lognormal(0, 0.9, 60)
    varying = 100 * np.random.default_rng(5).lognormal(0, 0.35, 60)
    assert kind(erratic)["A"][1] == "Z"
    assert kind(varying)["A"][1] == "Y"


def test_without_history_a_series_is_new():
    assert kind(regular(40), ids=np.array(["NEW"]))["NEW"] == ("new", "")
