"""Regimes of a lead time: a jump is found soon and dated, chance is not taken for one, nothing is averaged across."""

import numpy as np
import pytest

from supply.engine.regime import regimes_find, trend_days_a_month

START = np.datetime64("2019-01-01", "D")


def orders(levels, every=5, spread=0.2, seed=1):
    """Return order dates and days: so many orders at each level in days, one every few days."""
    chance = np.random.default_rng(seed)
    days = np.concatenate([level * chance.lognormal(0, spread, count) for count, level in levels])
    placed = START + np.arange(len(days)) * np.timedelta64(every, "D")
    return placed, np.round(days)


def test_three_weeks_and_then_fourteen_are_two_regimes():
    placed, days = orders([(60, 21), (20, 98)])
    calm, crisis = regimes_find(placed, days)
    assert calm.lead.mean_days == pytest.approx(21, rel=0.1)
    assert crisis.lead.mean_days == pytest.approx(98, rel=0.15)
    assert abs((crisis.first - placed[60]) / np.timedelta64(1, "D")) <= 10
    assert (calm.lead.receipts, crisis.lead.receipts) == pytest.approx((60, 20), abs=2)


def test_six_orders_are_enough_and_back_again_is_a_third_regime():
    placed, days = orders([(40, 21), (30, 98), (12, 30)])
    assert [round(each.lead.mean_days / 10) for each in regimes_find(placed, days)] == [2, 10, 3]
    placed, days = orders([(40, 21), (7, 98)])
    assert len(regimes_find(placed, days)) == 2


@pytest.mark.parametrize("count", [12, 40, 150, 600])
def test_chance_alone_is_one_regime(count):
    found = [len(regimes_find(*orders([(count, 35)], spread=0.3, seed=seed))) for seed in range(100)]
    assert sum(many > 1 for many in found) <= 2


def test_months_with_a_fate_of_their_own_are_seldom_taken_for_regimes():
    wrong = 0
    for seed in range(60):
        placed, days = orders([(120, 40)], spread=0.15, seed=seed)
        month = (placed.astype("datetime64[M]") - START.astype("datetime64[M]")).astype(int)
        fate = np.random.default_rng(seed + 1_000).lognormal(0, 0.12, month.max() + 1)
        wrong += len(regimes_find(placed, days * fate[month])) > 1
    assert wrong <= 3


def test_orders_that_should_have_come_long_ago_count_with_their_age():
    placed, days = orders([(60, 21)])
    as_of = placed[-1] + np.timedelta64(120, "D")
    waiting = placed[-1] + np.arange(1, 9) * np.timedelta64(3, "D")
    found = regimes_find(placed, days, open_since=waiting, as_of=as_of)
    assert len(found) == 2
    assert found[-1].still_open == 8
    assert found[-1].lead.mean_days > 90


def test_of_a_time_still_open_the_fast_ones_alone_are_not_believed():
    placed, days = orders([(60, 98)], every=4)
    as_of = placed[-1] + np.timedelta64(25, "D")
    came = placed + days.astype("timedelta64[D]") <= as_of
    came[-8:] = [True, False, False, True, False, False, False, False]
    days[-8], days[-5] = 18, 20
    found = regimes_find(placed[came], days[came], open_since=placed[~came], as_of=as_of)
    assert len(found) == 1
    assert found[0].lead.mean_days > 85


def test_orders_of_one_day_are_not_torn_apart():
    placed = np.repeat(START + np.arange(8) * np.timedelta64(30, "D"), 5)
    days = np.repeat([20, 21, 20, 22, 60, 61, 62, 59], 5).astype(float)
    days[20] = 21  # one line of the first late day came with the last ship of the calm
    calm, late = regimes_find(placed, days)
    assert (calm.last, late.first) == (placed[19], placed[20])
    assert (calm.lead.receipts, late.lead.receipts) == (20, 20)


def test_many_lines_of_one_day_are_no_proof():
    placed = np.repeat(START + np.arange(20) * np.timedelta64(7, "D"), 8)
    for seed in range(40):
        fate = np.random.default_rng(seed).lognormal(np.log(35), 0.3, 20)
        assert len(regimes_find(placed, np.repeat(fate, 8))) == 1


def test_without_receipts_there_is_no_regime_and_a_receipt_before_its_order_is_refused():
    assert regimes_find([], []) == []
    with pytest.raises(ValueError, match="3 days before its order"):
        regimes_find(["2021-01-01"], [-3])


def test_the_order_of_rows_changes_nothing():
    placed, days = orders([(40, 21), (20, 70)])
    mixed = np.random.default_rng(5).permutation(len(days))
    assert regimes_find(placed[mixed], days[mixed]) == regimes_find(placed, days)


def test_a_trend_inside_a_regime_is_told_and_chance_is_not():
    placed, _ = orders([(40, 30)])
    months = (placed - placed[0]) / np.timedelta64(1, "D") / 30.4375
    assert trend_days_a_month(placed, 30 + 2 * months) == pytest.approx(2)
    chance = np.random.default_rng(4)
    trends = [trend_days_a_month(placed, 30 + chance.normal(0, 4, 40)) for _ in range(300)]
    assert sum(each != 0 for each in trends) <= 27
