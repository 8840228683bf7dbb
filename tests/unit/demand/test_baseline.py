"""The whole baseline: the same however it is cut, honest about failures, never absurd."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from demand.engine import members
from demand.engine.all_series import all_series_pack, all_series_unpack, chunk_with_all
from demand.engine.baseline import (
    BaselineOptions,
    all_series_find,
    all_series_over,
    baseline_chunk,
    baseline_finish,
    baseline_make,
    seasons_find,
    seasons_over,
)
from demand.engine.baseline_tables import QUANTILES
from demand.engine.chunk import chunk_join, chunk_pack, chunk_unpack, chunk_with_member, points_of
from demand.engine.pool import baseline_pool
from sop.engine.months import month_add
from sop.engine.panel import PanelError
from tests.unit.demand.shapes import END, SEASON, company, panel_of, regular, sporadic

PANEL = company(100)
ALONE = BaselineOptions(with_all=False)
FACTS = pd.DataFrame({"unique_id": sorted(PANEL["unique_id"].unique())}).assign(
    family=lambda facts: np.where(facts.index % 2, "Roofing", "Doors"), whole=lambda facts: facts.index % 3 == 0
)


def same(one, other):
    pd.testing.assert_frame_equal(one.forecast, other.forecast, check_exact=True)
    pd.testing.assert_frame_equal(one.series, other.series, check_exact=True)
    pd.testing.assert_frame_equal(one.errors, other.errors, check_exact=True)
    pd.testing.assert_frame_equal(one.pool.quantiles, other.pool.quantiles, check_exact=True)
    pd.testing.assert_frame_equal(one.rho, other.rho, check_exact=True)


def learnt():
    """Return what all series teach, having travelled as bytes."""
    return all_series_unpack(all_series_pack(all_series_find(PANEL, horizon=18, as_of=END, facts=FACTS)))


def chunked(groups, found, through_bytes=False):
    """Return the baseline made in chunks of the given series, with what all series teach joined to each."""
    seasons = seasons_find(PANEL, FACTS, as_of=END)
    chunks = []
    for ids in groups:
        part, facts = PANEL[PANEL["unique_id"].isin(ids)], FACTS[FACTS["unique_id"].isin(ids)]
        chunk = baseline_chunk(part, horizon=18, as_of=END, facts=facts, seasons=seasons)
        chunks.append(chunk_with_all(chunk_unpack(chunk_pack(chunk)) if through_bytes else chunk, found))
    return chunks


def test_result_has_the_promised_shape():
    result = baseline_make(PANEL, horizon=18, as_of=END, facts=FACTS)
    count = len(FACTS)
    assert list(result.forecast.columns[:4]) == ["unique_id", "ds", "step", "yhat"]
    assert list(result.forecast.columns[4:10]) == [*QUANTILES, "naive"]
    assert list(QUANTILES) == ["q0.025", "q0.1", "q0.5", "q0.9", "q0.975"]
    assert len(result.forecast) == count * 18
    assert result.forecast["ds"].min() == pd.Timestamp("2022-02-01")
    assert result.forecast["step"].tolist() == list(range(1, 19)) * count
    assert len(result.series) == count
    assert {"route", "reason", "members", "fallback", "mase", "naive_mase", "wape", "bias", "fva", "noise"} <= set(
        result.series
    )
    assert set(result.series["route"]) == {"short", "growing", "ended", "intermittent", "regular"}
    assert np.isfinite(result.forecast[["yhat", "naive", *QUANTILES]].to_numpy()).all()
    assert (result.forecast[["yhat", "naive", *QUANTILES]].to_numpy() >= 0).all()
    assert (np.diff(result.forecast[list(QUANTILES)].to_numpy(), axis=1) >= 0).all()
    assert set(result.rho["months"]) == set(range(1, 19))


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_any_chunking_gives_the_same_to_the_last_bit(cut):
    whole = baseline_make(PANEL, horizon=18, as_of=END, facts=FACTS)
    ids = FACTS["unique_id"].sample(frac=1, random_state=cut).tolist()
    found = learnt()
    chunks = chunked([ids[place::cut] for place in range(cut)], found, through_bytes=True)
    pool = baseline_pool(reversed(chunks), found.sums)
    assert np.abs(pool.shift.points).max() > 0, "sums move their series"
    same(whole, baseline_finish(chunk_join(chunks), pool))


@pytest.mark.parametrize("cut", [2, 9, 100])
def test_what_all_teach_is_the_same_however_they_are_read(cut):
    ids = FACTS["unique_id"].sample(frac=1, random_state=cut).tolist()
    groups = [ids[place::cut] for place in range(cut)]
    parts = [(PANEL[PANEL["unique_id"].isin(own)], FACTS[FACTS["unique_id"].isin(own)]) for own in groups]
    seasons = seasons_over(iter(parts), as_of=END)
    pd.testing.assert_frame_equal(seasons, seasons_find(PANEL, FACTS, as_of=END), check_exact=True)
    found, whole = all_series_over(iter(parts), horizon=18, as_of=END), learnt()
    for one, other in ((found.now, whole.now), (found.past, whole.past), (vars(found.sums), vars(whole.sums))):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
    assert np.array_equal(found.ids, whole.ids)
    assert np.array_equal(found.after, whole.after)


def test_chunks_finished_one_by_one_are_the_rows_of_the_whole():
    whole = baseline_make(PANEL, horizon=18, as_of=END, facts=FACTS)
    ids = FACTS["unique_id"].tolist()
    found = learnt()
    chunks = chunked([ids[:13], ids[13:]], found)
    pool = baseline_pool(chunks, found.sums)
    parts = pd.concat([baseline_finish(chunk, pool).forecast for chunk in chunks], ignore_index=True)
    pd.testing.assert_frame_equal(parts, whole.forecast, check_exact=True)


def test_order_of_rows_and_a_second_run_change_nothing():
    once = baseline_make(PANEL, horizon=6, as_of=END)
    same(once, baseline_make(PANEL.sample(frac=1, random_state=3), horizon=6, as_of=END))


def test_back_test_is_the_forecast_of_a_year_ago():
    panel = panel_of(A=regular(60), B=regular(72, seed=4))
    today = baseline_make(panel, horizon=12, as_of=END)
    year_ago = baseline_make(panel, horizon=12, as_of=month_add(END, -12))
    assert today.errors["yhat"].to_numpy() == pytest.approx(year_ago.forecast["yhat"].to_numpy(), rel=1e-12)
    assert today.errors["ds"].tolist() == year_ago.forecast["ds"].tolist()
    for series in ("A", "B"):
        errors = today.errors[today.errors["unique_id"] == series]
        row = today.series.set_index("unique_id").loc[series]
        off = errors["yhat"] - errors["y"]
        assert row["wape"] == pytest.approx(off.abs().sum() / errors["y"].sum())
        assert row["bias"] == pytest.approx(off.sum() / errors["y"].sum())
        assert row["noise"] == pytest.approx(np.sqrt((off**2).mean()))
        assert row["mase"] == pytest.approx(off.abs().mean() / errors["scale"].iloc[0])
        naive = (errors["naive"] - errors["y"]).abs().sum()
        assert row["fva"] == pytest.approx(1 - off.abs().sum() / naive)


def test_regular_demand_is_forecast_with_its_level_and_season():
    result = baseline_make(panel_of(A=regular(60, trend=0, noise=1)), horizon=12, as_of=END)
    assert result.forecast["yhat"].to_numpy() == pytest.approx(100 * SEASON, rel=0.04)
    assert result.series["wape"].iloc[0] < 0.04


def test_theta_agrees_with_an_independent_implementation():
    values = 200 + np.cumsum(np.random.default_rng(6).normal(0.8, 4, 80))
    ours = baseline_make(panel_of(A=values), horizon=12).forecast["yhat"]
    theirs = ThetaModel(values, period=12, deseasonalize=False).fit().forecast(12)
    assert np.abs(ours.to_numpy() / theirs.to_numpy() - 1).max() < 0.05


def test_ended_series_is_zero_and_sporadic_one_is_the_mean_of_its_members():
    result = baseline_make(panel_of(A=[*regular(40), *np.zeros(12)], B=sporadic(60)), horizon=3)
    ended, lumpy = (result.forecast[result.forecast["unique_id"] == series] for series in "AB")
    assert (ended[["yhat", *QUANTILES]] == 0).all(axis=None)
    assert lumpy["yhat"].to_numpy() == pytest.approx(((lumpy["imapa"] + lumpy["recent_mean"]) / 2).to_numpy())
    assert result.series["members"].tolist() == ["", "imapa, recent_mean"]


def test_end_date_past_ends_a_series_and_one_to_come_does_not():
    panel = panel_of(A=regular(40), B=regular(40), C=regular(40))
    facts = pd.DataFrame({"unique_id": ["A", "B", "C"], "ends": [date(2022, 1, 31), date(2022, 6, 30), None]})
    routes = baseline_make(panel, horizon=3, as_of=END, facts=facts).series.set_index("unique_id")["route"]
    assert routes.to_dict() == {"A": "ended", "B": "regular", "C": "regular"}


def test_series_without_history_is_zero_without_a_range():
    result = baseline_make(panel_of(A=regular(40)), horizon=2, facts=pd.DataFrame({"unique_id": ["A", "NEW"]}))
    new = result.forecast[result.forecast["unique_id"] == "NEW"]
    assert new["yhat"].tolist() == [0, 0]
    assert new[list(QUANTILES)].isna().all(axis=None)


def test_short_series_borrows_its_siblings_season_in_any_chunk():
    panel = panel_of(**{f"OLD{n}": regular(60, trend=0, seed=n) for n in range(4)}, NEW=40 * SEASON[np.arange(-8, 0)])
    facts = pd.DataFrame({"unique_id": ["OLD0", "OLD1", "OLD2", "OLD3", "NEW"], "family": "Roofing"})
    whole = baseline_make(panel, horizon=12, as_of=END, facts=facts)
    seasons = seasons_find(panel, facts, as_of=END)
    alone = baseline_chunk(panel[panel["unique_id"] == "NEW"], horizon=12, as_of=END, facts=facts[4:], seasons=seasons)
    new = whole.forecast[whole.forecast["unique_id"] == "NEW"]
    assert new["yhat"].to_numpy() == pytest.approx(40 * SEASON, rel=0.08)
    assert points_of(alone.now, alone.route)[0].tolist() == new["yhat"].tolist()
    assert "with the season its siblings share" in whole.series.set_index("unique_id")["reason"]["NEW"]


def test_gap_before_the_plan_is_forecast_over():
    values = regular(60, trend=0, noise=1)
    result = baseline_make(panel_of(end=month_add(END, -2), A=values), horizon=12, as_of=END)
    assert result.forecast["ds"].iloc[0] == pd.Timestamp("2022-02-01")
    # The history ends two months earlier, so the first month forecast is the third of its season.
    assert result.forecast["yhat"].to_numpy() == pytest.approx(100 * np.roll(SEASON, -2), rel=0.05)
    assert result.forecast["naive"].iloc[0] == values[-10]


@pytest.mark.parametrize(
    "values",
    [
        [5.0],
        [0.0],
        [3.0, 4.0],
        np.zeros(30),
        np.full(60, 7.0),
        -regular(60),
        np.tile([0.0, 9.0], 20),
        [1e12] * 30,
        [1e-3] * 30,
        np.r_[np.zeros(30), 5.0],
        np.r_[regular(30), np.full(20, np.nan), regular(10)],
        np.r_[regular(58), 1e7, 100.0],
    ],
)
def test_odd_histories_give_a_finite_forecast_inside_the_fence(values):
    result = baseline_make(panel_of(A=np.asarray(values, dtype=float)), horizon=24)
    yhat = result.forecast["yhat"].to_numpy()
    assert np.isfinite(result.forecast[["yhat", *QUANTILES]].to_numpy()).all()
    last_year = np.asarray(values, dtype=float)[-12:]
    assert (yhat >= 0).all()
    assert yhat.max() <= 3 * max(np.nanmax(last_year), 0) + 1e-9
    assert result.series["reason"].iloc[0]


def test_exploding_or_negative_member_is_stopped_by_the_fence(monkeypatch):
    def wild(history, horizon):
        return np.where(np.arange(horizon) % 2, 1e9, -1e9) * np.ones((len(history), 1))

    monkeypatch.setitem(members.MEMBERS, "wild", wild)
    values = regular(60)
    result = baseline_make(panel_of(A=values), horizon=4, options=BaselineOptions(regular=("wild",)))
    assert result.forecast["yhat"].tolist() == [0, 3 * values[-12:].max()] * 2


def test_second_member_joins_by_its_name_and_the_mean_is_taken(monkeypatch):
    monkeypatch.setitem(
        members.MEMBERS, "last", lambda history, horizon: history.values[:, -1:].repeat(horizon, axis=1)
    )
    panel = panel_of(A=regular(60), B=sporadic(60))
    found = baseline_make(panel, horizon=3, options=BaselineOptions(regular=("theta", "last"), with_all=False))
    row = found.forecast[found.forecast["unique_id"] == "A"]
    assert row["yhat"].to_numpy() == pytest.approx(((row["theta"] + row["last"]) / 2).to_numpy())
    assert found.series["members"].tolist() == ["last, theta", "imapa, recent_mean"]


def test_member_run_beside_the_chunks_equals_one_run_inside():
    chunk = baseline_chunk(panel_of(A=regular(60), C=regular(50)), horizon=4)
    ten = np.full((2, 4), 10.0)
    joined = chunk_with_member(chunk, "global", ten, np.full((2, 12), 10.0))
    result = baseline_finish(joined, baseline_pool([joined]))
    assert result.forecast["yhat"].to_numpy() == pytest.approx(((result.forecast["theta"] + 10) / 2).to_numpy())
    assert result.series["members"].tolist() == ["global, theta", "global, theta"]


def test_empty_company_has_an_empty_baseline():
    empty = pd.DataFrame({"unique_id": [], "ds": [], "y": []})
    result = baseline_make(empty, horizon=12, as_of=END)
    assert result.forecast.empty
    assert result.series.empty
    assert result.rho.empty


def test_wrong_table_and_horizon_are_refused_in_words():
    with pytest.raises(PanelError, match="more than once"):
        baseline_make(pd.concat([PANEL, PANEL]), horizon=3)
    with pytest.raises(ValueError, match="at least 1"):
        baseline_make(PANEL, horizon=0)


def test_engine_starts_without_django_and_loads_the_forecasting_library_only_when_needed():
    code = (
        "import sys; sys.modules['django'] = None\n"
        "import demand.engine.baseline, demand.engine.panel_file, publish.engine.measure, sop.engine.spread\n"
        "assert 'statsforecast' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_method_of_the_documentation_can_be_plugged_in(monkeypatch):
    text = (Path(__file__).parents[3] / "docs" / "own-methods.md").read_text()
    example = text.split("```python\n")[2].split("```")[0]
    found: dict[str, object] = {}
    exec(example, found)
    monkeypatch.setitem(members.MEMBERS, "two_years", found["two_years_points"])
    values = regular(60)
    result = baseline_make(
        panel_of(A=values), horizon=14, options=BaselineOptions(regular=("two_years",), with_all=False)
    )
    year = (values[-12:] + values[-24:-12]) / 2
    assert result.forecast["yhat"].to_numpy() == pytest.approx(np.r_[year, year[:2]])
