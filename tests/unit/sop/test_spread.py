"""Spreading: parts add up to the whole, whatever is typed, held or empty."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.engine.spread import SpreadError, largest_remainder, spread_over_time, spread_total

QUANTITIES = st.lists(st.integers(0, 5000), min_size=1, max_size=30)
WEIGHTS = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=30)


def loop_largest_remainder(weights: list[int], total: int) -> list[int]:
    """Hamilton's method in whole-number arithmetic, one cell after the other."""
    if sum(weights) == 0:
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), -weights[i], i))
    for cell in order[: total - sum(parts)]:
        parts[cell] += 1
    return parts


@given(QUANTITIES, st.integers(0, 100_000))
def test_vectorised_parts_equal_the_loop(weights, total):
    assert largest_remainder(weights, total).tolist() == loop_largest_remainder(weights, total)


@given(WEIGHTS, st.integers(0, 10**9))
def test_parts_add_up_and_stay_within_one_unit_of_their_share(weights, total):
    parts = largest_remainder(weights, total)
    assert parts.sum() == total
    share = np.array(weights) / sum(weights) if sum(weights) > 0 else np.full(len(weights), 1 / len(weights))
    assert (np.abs(parts - total * share) <= 1 + 1e-6).all()


@given(WEIGHTS, st.integers(0, 10**9))
def test_cents_add_up_as_decimals(weights, cents):
    parts = largest_remainder(weights, cents / 100, step=0.01)
    assert sum(Decimal(str(part)) for part in parts) == Decimal(cents) / 100


@given(WEIGHTS, st.integers(10**11, 10**14))
def test_totals_beyond_float_precision_of_a_share_still_add_up(weights, total):
    assert sum(int(part) for part in largest_remainder(weights, total)) == total


@given(QUANTITIES, st.integers(0, 10**6))
def test_negative_total_mirrors_the_positive_one(weights, total):
    assert (largest_remainder(weights, -total) == -largest_remainder(weights, total)).all()


@settings(max_examples=30)
@given(st.lists(st.tuples(QUANTITIES, st.integers(0, 9999)), min_size=1, max_size=20))
def test_groups_in_any_order_equal_one_call_each(cases):
    cells = [(group, weight) for group, (weights, _) in enumerate(cases) for weight in weights]
    groups = np.array([group for group, _ in cells])
    weights = np.array([weight for _, weight in cells], dtype=float)
    expected = np.concatenate([largest_remainder(weights, total) for weights, total in cases])
    totals = [total for _, total in cases]
    assert (largest_remainder(weights, totals, groups=groups) == expected).all()
    order = np.argsort(groups % 3, kind="stable")
    assert (largest_remainder(weights[order], totals, groups=groups[order]) == expected[order]).all()


def test_cell_without_weight_gets_nothing_while_others_have_some():
    assert largest_remainder([0, 5, 5, 0], 7).tolist() == [0, 4, 3, 0]


def test_total_that_is_no_multiple_of_the_step_is_refused_with_the_number():
    with pytest.raises(SpreadError, match=r"100\.5 is not a multiple of 1"):
        largest_remainder([1, 1], 100.5)


def test_negative_weight_empty_group_and_missing_number_are_refused():
    with pytest.raises(SpreadError, match="share is negative"):
        largest_remainder([1, -1], 10)
    with pytest.raises(SpreadError, match="no cell"):
        largest_remainder([], 10)
    with pytest.raises(SpreadError, match="no cell"):
        largest_remainder([1, 1], [5, 5, 5], groups=np.array([0, 2]))
    with pytest.raises(SpreadError, match="empty"):
        largest_remainder([1, np.nan], 10)


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), st.booleans()), min_size=1, max_size=25),
    st.integers(0, 60_000),
)
def test_typed_total_is_the_sum_and_held_cells_do_not_move(cells, total):
    current, baseline, held = (np.array(column) for column in zip(*cells, strict=True))
    kept = current[held].sum()
    if kept > total or (held.all() and kept != total):
        with pytest.raises(SpreadError):
            spread_total(current, total, baseline=baseline, held=held)
        return
    result = spread_total(current, total, baseline=baseline, held=held)
    assert result.sum() == total
    assert (result[held] == current[held]).all()
    assert (result >= 0).all()


@given(QUANTITIES.filter(any), st.integers(0, 5000))
def test_raise_lowers_no_cell_and_cut_raises_none(current, change):
    up = spread_total(current, sum(current) + change)
    down = spread_total(current, max(sum(current) - change, 0))
    assert (up >= current).all()
    assert (down <= current).all()


@given(QUANTITIES)
def test_typing_the_same_total_changes_nothing(current):
    assert spread_total(current, sum(current)).tolist() == current


def test_zero_cells_follow_the_baseline_then_share_evenly():
    assert spread_total([0, 0, 0], 100, baseline=[10, 30, 60]).tolist() == [10, 30, 60]
    assert spread_total([0, 0, 0], 100, baseline=[0, 0, 0]).tolist() == [34, 33, 33]
    assert spread_total([0, 0, 0], 9).tolist() == [3, 3, 3]


def test_fraction_held_leaves_whole_units_and_the_rest_on_the_largest_part():
    result = spread_total([3.27, 10, 30], 100, held=[True, False, False])
    assert result.tolist() == [3.27, 24.0, 72.73]


def test_refusals_carry_the_numbers():
    with pytest.raises(SpreadError, match=r"Held cells alone hold 120; the total cannot be 100\."):
        spread_total([120, 5], 100, held=[True, False])
    with pytest.raises(SpreadError, match=r"Every cell is held: the total stays at 125\."):
        spread_total([120, 5], 130, held=[True, True])
    with pytest.raises(SpreadError, match="below zero"):
        spread_total([1, 2], -3)


def test_five_thousand_rows_of_24_months_equal_one_call_per_month():
    rng = np.random.default_rng(7)
    current = rng.integers(0, 300, (5000, 24)).astype(float)
    held = rng.random((5000, 24)) < 0.1
    totals = np.round(current.sum(axis=0) * 1.1)
    groups = np.tile(np.arange(24), 5000)
    result = spread_total(current.ravel(), totals, held=held.ravel(), groups=groups).reshape(5000, 24)
    assert (result.sum(axis=0) == totals).all()
    for month in (0, 11, 23):
        assert (result[:, month] == spread_total(current[:, month], totals[month], held=held[:, month])).all()


@given(st.integers(0, 5000), st.lists(st.floats(0, 100), min_size=1, max_size=31))
def test_running_total_over_time_is_never_more_than_half_a_unit_off(total, weights):
    parts = spread_over_time(total, weights)
    shares = np.array(weights) if sum(weights) > 0 else np.ones(len(weights))
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert (np.abs(np.cumsum(parts) - total * np.cumsum(shares) / shares.sum()) <= 0.5 + 1e-6).all()
