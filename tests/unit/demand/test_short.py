"""Series under two years: level, siblings' season, same month last year."""

import numpy as np
import pytest

from demand.engine.history import history_of
from demand.engine.short import (
    donors_of,
    same_month_points,
    ses_points,
    sibling_seasons,
    sibling_ses_points,
    with_siblings,
)
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import SEASON, panel_of, regular


def history(**series):
    return history_of(check_panel(panel_of(**series)))


def family(count, *, seeds=0, noise=4.0):
    return {f"OLD{number}": regular(60, trend=0, noise=noise, seed=seeds + number) for number in range(count)}


def test_season_is_borrowed_where_siblings_agree():
    # The newcomer ends in January like its siblings; their histories start in February, phase 0 of SEASON.
    new = 40 * SEASON[np.arange(-8, 0) % 12]
    found = history(**family(4), NEW=new)
    families = np.array(["Roofing"] * 5)
    seasons = sibling_seasons([donors_of(found, families)])
    assert seasons[["family", "siblings", "agree"]].values.tolist() == [["Roofing", 4, True]]
    points = sibling_ses_points(with_siblings(found, families, seasons), 12)
    newcomer = points[found.ids == "NEW"][0]
    assert newcomer == pytest.approx(40 * SEASON, rel=0.06)
    assert np.ptp(ses_points(found, 12)[found.ids == "NEW"]) == 0


@pytest.mark.parametrize(
    "siblings",
    [
        family(2),  # too few
        {f"N{seed}": np.maximum(50 + np.random.default_rng(seed).normal(0, 9, 60), 1) for seed in range(6)},  # noise
        {f"R{shift}": np.roll(regular(60, trend=0), shift) for shift in (0, 4, 8)},  # each its own season
        {f"Z{number}": np.zeros(60) for number in range(4)},
    ],
)
def test_no_season_is_borrowed_where_siblings_are_few_or_disagree(siblings):
    found = history(**siblings)
    families = np.array(["Roofing"] * len(found))
    seasons = sibling_seasons([donors_of(found, families)])
    assert not seasons["agree"].any()
    assert np.isnan(with_siblings(found, families, seasons).siblings).all()


def test_families_do_not_mix_and_a_series_without_family_borrows_nothing():
    found = history(**family(4), X=regular(8), Y=regular(8))
    families = np.array(["Roofing"] * 4 + ["Doors", ""])
    lent = with_siblings(found, families, sibling_seasons([donors_of(found, families)])).siblings
    assert np.isnan(lent[:, 0]).tolist() == [False] * 4 + [True, True]


def test_same_month_last_year_and_last_month_before_there_is_a_year():
    points = same_month_points(history(A=np.arange(24.0), B=[3.0, 8.0]), 14)
    assert points[0].tolist() == [*range(12, 24), 12, 13]
    assert points[1].tolist() == [8.0] * 14
