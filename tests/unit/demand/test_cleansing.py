"""Corrections of history: what was lost comes back, what was a one-off goes, and a clean history is left alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from demand.engine.cleansing import LOOK_BACK, OUTLIER, PROJECT, STOCKOUT, Corrections, Orders, corrections_find
from demand.engine.history import history_of
from tests.unit.demand.shapes import regular, sporadic

LAST = LOOK_BACK - 1


def wide(*rows: np.ndarray) -> np.ndarray:
    """Return rows that end in the last column."""
    found = np.full((len(rows), LOOK_BACK), np.nan)
    for at, row in enumerate(rows):
        found[at, LOOK_BACK - len(row) :] = row
    return found


def orders_of(ordered, shipped=None, cancelled=None, others=None, whole=False) -> Orders:
    shipped = ordered if shipped is None else shipped
    cancelled = np.where(np.isnan(ordered), np.nan, 0.0) if cancelled is None else cancelled
    others = np.zeros_like(ordered) if others is None else others
    return Orders(ordered, shipped, cancelled, others, np.full(len(ordered), whole))


def company(count: int = 200, months: int = 60, noise: float = 8.0) -> np.ndarray:
    return wide(*(np.round(regular(months, noise=noise, seed=seed)) for seed in range(count)))


def only(found: Corrections) -> tuple[str, float, float, bool]:
    assert len(found) == 1, found
    return str(found.kind[0]), float(found.raw[0]), float(found.proposed[0]), bool(found.sure[0])


def test_a_clean_history_is_left_alone() -> None:
    found = corrections_find(orders_of(company(500, noise=15)))
    assert not found.sure.any()
    assert len(found) <= 500 * 60 * 0.002


def test_lost_sales_come_back_nearer_to_the_truth_than_raw() -> None:
    truth = company(300)
    random = np.random.default_rng(4)
    lost = (random.random(truth.shape) < 0.04) & ~np.isnan(truth)
    lost[:, -12:] &= random.random((300, 12)) < 0.5
    gone = np.round(truth * random.uniform(0.5, 0.9, truth.shape))
    # Customers ask for half as much again as they need, get a tenth and cancel: the order column is no truth.
    ordered = np.where(lost, np.round(truth * 1.5), truth)
    cancelled = np.where(lost, np.minimum(gone + np.round(truth * 0.5), ordered), np.where(np.isnan(truth), np.nan, 0))
    shipped = np.where(lost, np.round(truth * 0.1), truth)
    found = corrections_find(orders_of(ordered, shipped, cancelled))
    raw = ordered - cancelled
    filled = raw.copy()
    filled[found.row[found.sure], found.column[found.sure]] = found.proposed[found.sure]
    before, after = np.abs(raw - truth)[lost].sum(), np.abs(filled - truth)[lost].sum()
    assert after < 0.25 * before
    assert (np.abs(filled - truth)[~lost & ~np.isnan(truth)]).sum() == 0, "a month that was not short was touched"
    assert (found.kind[found.sure] == STOCKOUT).all()
    assert found.sure.sum() > 0.95 * lost.sum()
    restored = found.kind == STOCKOUT
    at = (found.row[restored], found.column[restored])
    assert (found.proposed[restored] >= raw[at]).all(), "restored below what was asked for"
    assert (found.proposed[restored] <= ordered[at]).all(), "restored above what was ordered"


def test_an_inflated_order_is_restored_to_what_was_expected_and_no_further() -> None:
    ordered = wide(np.full(48, 100.0))
    shipped, cancelled = ordered.copy(), np.where(np.isnan(ordered), np.nan, 0.0)
    ordered[0, -10], shipped[0, -10], cancelled[0, -10] = 300, 20, 260
    found = corrections_find(orders_of(ordered, shipped, cancelled))
    assert only(found) == (STOCKOUT, 40, 100, True)
    assert "Ordered 300, shipped 20, cancelled 260" in found.why[0]


def test_a_cancelled_order_that_was_small_is_restored_to_the_order() -> None:
    ordered = wide(np.full(48, 100.0))
    shipped, cancelled = ordered.copy(), np.where(np.isnan(ordered), np.nan, 0.0)
    ordered[0, -10], shipped[0, -10], cancelled[0, -10] = 60, 5, 50
    assert only(corrections_find(orders_of(ordered, shipped, cancelled))) == (STOCKOUT, 10, 60, True)


def test_what_takes_padded_orders_back_was_never_lost() -> None:
    ordered = wide(np.full(48, 100.0))
    shipped, cancelled = ordered.copy(), np.where(np.isnan(ordered), np.nan, 0.0)
    ordered[0, -13:-10] = 180  # twice asked for, hoping for once: 240 more than needed
    shipped[0, -13:-10] = 20
    ordered[0, -10], shipped[0, -10], cancelled[0, -10] = 100, 0, 70
    found = corrections_find(orders_of(ordered, shipped, cancelled))
    assert STOCKOUT not in found.kind, found.why
    cancelled[0, -10] = 100
    ordered[0, -13:-10] = shipped[0, -13:-10] = 100
    assert only(corrections_find(orders_of(ordered, shipped, cancelled))) == (STOCKOUT, 0, 100, True)


def test_an_order_shipped_late_but_kept_is_demand_as_it_stands() -> None:
    ordered = wide(np.full(48, 100.0))
    shipped = ordered.copy()
    shipped[0, -10], shipped[0, -9] = 0, 200
    assert len(corrections_find(orders_of(ordered, shipped))) == 0


@pytest.mark.parametrize(("usually", "then", "sure"), [(80, 0, True), (80, 50, False), (0, 0, False)])
def test_silence_counts_by_itself_only_where_nobody_got_the_item(usually: float, then: float, sure: bool) -> None:
    ordered = wide(np.full(48, 100.0))
    ordered[0, -10] = 0
    others = np.full_like(ordered, usually)
    others[0, -10] = then
    kind, raw, proposed, by_rule = only(corrections_find(orders_of(ordered, others=others)))
    assert (kind, raw, by_rule) == (STOCKOUT, 0, sure)
    assert proposed == pytest.approx(100, abs=1)


def test_silence_beside_a_short_month_is_the_same_shortage() -> None:
    ordered = wide(np.full(48, 100.0))
    shipped, cancelled = ordered.copy(), np.where(np.isnan(ordered), np.nan, 0.0)
    ordered[0, -10], shipped[0, -10], cancelled[0, -10] = 90, 0, 90
    ordered[0, -9] = shipped[0, -9] = 0
    found = corrections_find(orders_of(ordered, shipped, cancelled))
    assert found.proposed.tolist() == pytest.approx([90, 100])
    assert found.sure.all()


def test_a_product_that_rests_or_ended_or_sells_now_and_then_is_left_alone() -> None:
    rests, ended = np.full(60, 50.0), np.full(60, 50.0)
    rests[30:36] = 0
    ended[-5:] = 0
    found = corrections_find(orders_of(wide(rests, ended, sporadic(60), np.zeros(60), np.full(5, 10.0))))
    assert len(found) == 0, found.why


def test_one_huge_month_is_a_project_and_goes_back_to_season() -> None:
    values = regular(60, noise=2)
    truth = values[40]
    values[40] = 4 * truth
    kind, _, proposed, sure = only(corrections_find(orders_of(wide(values))))
    assert (kind, sure) == (PROJECT, False)
    assert proposed == pytest.approx(truth, rel=0.1)


def test_the_last_month_may_be_a_new_level_and_is_never_decided_by_rule() -> None:
    values = regular(60, noise=2)
    values[-1] *= 30
    kind, _, _, sure = only(corrections_find(orders_of(wide(values))))
    assert (kind, sure) == (OUTLIER, False)


@pytest.mark.parametrize("factor", [10, 100, 0.01])
def test_a_slip_of_the_keyboard_counts_without_a_person(factor: float) -> None:
    values = regular(60, level=2000, trend=1, noise=40)
    truth = values[41]
    values[41] *= factor
    kind, _, proposed, sure = only(corrections_find(orders_of(wide(values))))
    assert (kind, sure) == (OUTLIER, True)
    assert proposed == pytest.approx(truth, rel=0.1)


def test_a_new_level_is_never_decided_by_rule_and_hardly_asked_about() -> None:
    values = np.concatenate([regular(40, trend=0, noise=3), regular(24, level=300, trend=0, noise=3)[4:]])
    found = corrections_find(orders_of(wide(values)))
    assert len(found) <= 2, found.why
    assert not found.sure.any()


def test_under_two_years_the_line_between_the_neighbours_is_expected() -> None:
    values = np.full(16, 40.0)
    values[8] = 400
    kind, _, proposed, _ = only(corrections_find(orders_of(wide(values))))
    assert kind == OUTLIER
    assert proposed == pytest.approx(40)


def test_whole_units_stay_whole() -> None:
    values = np.round(regular(60, noise=2))
    values[40] *= 4
    proposed = corrections_find(orders_of(wide(values), whole=True)).proposed[0]
    assert proposed == round(proposed)


def test_a_month_in_which_nobody_is_known_to_have_ordered_is_neither_corrected_nor_learned_from() -> None:
    values = wide(np.full(48, 100.0))
    values[0, -10] = np.nan
    assert len(corrections_find(orders_of(values))) == 0


def test_how_series_are_cut_into_parts_changes_nothing() -> None:
    values = company(40)
    values[:, 100] *= np.where(np.arange(40) % 3 == 0, 5, 1)
    whole = corrections_find(orders_of(values))
    parts = [corrections_find(orders_of(values[at : at + 7])) for at in range(0, 40, 7)]
    assert len(whole) >= 10
    assert np.concatenate([part.proposed for part in parts]).tolist() == whole.proposed.tolist()
    assert [said for part in parts for said in part.why] == whole.why


@pytest.mark.parametrize("shape", [(0, LOOK_BACK), (3, LOOK_BACK)])
def test_nothing_known_gives_nothing(shape: tuple[int, int]) -> None:
    assert len(corrections_find(orders_of(np.full(shape, np.nan)))) == 0


@pytest.mark.parametrize("name", ["m3_monthly", "m1_monthly"])
def test_of_real_months_hardly_any_is_corrected_by_rule(name: str, real_data: Path) -> None:
    panel = pd.read_parquet(real_data / "forecast" / f"{name}_train.parquet")
    values = history_of(panel).values[:, -LOOK_BACK:]
    found = corrections_find(orders_of(values))
    known = int((~np.isnan(values)).sum())
    assert found.sure.sum() < 0.0005 * known
    assert 0 < len(found) < 0.01 * known
