"""Elasticity: a known one is found within its interval, and what history cannot tell is refused in words."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from demand.engine.regression import Elasticity, TooLittle, elasticity_find, what_if

TRUE, LIFT = -0.8, 0.3


def family(
    seed: int,
    *,
    months: int = 48,
    elasticity: float = TRUE,
    moved: float = 0.04,
    noise: float = 0.04,
    follows: float = 0.3,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return units, price and promotions of a family with trend and season; promotions every ninth month."""
    rng = np.random.default_rng(seed)
    at = np.arange(months)
    log_price = 0.004 * at + rng.normal(0, moved, months)
    error = rng.normal(0, noise, months)
    for place in range(1, months):
        error[place] += follows * error[place - 1]
    promotion = at % 9 == 4
    season = 0.2 * np.sin(2 * np.pi * at / 12)
    logs = 6 + elasticity * log_price + LIFT * promotion + 0.003 * at + season + error
    return np.exp(logs), 50 * np.exp(log_price), promotion


def found_of(seed: int, **more: float) -> Elasticity:
    units, price, promotion = family(seed, **more)  # type: ignore[arg-type]
    return elasticity_find(units, price, promotion, first_month=1)


@pytest.mark.parametrize("months", [24, 36, 60])
def test_a_known_elasticity_lies_in_its_interval_about_as_often_as_it_says(months: int) -> None:
    inside = told = 0
    for seed in range(100):
        found = found_of(seed, months=months)
        inside += found.price.low <= TRUE <= found.price.high
        told += found.price.is_told
    assert inside >= 88
    assert told >= (40 if months == 24 else 80)


def test_a_promotion_s_lift_is_found_beside_the_price() -> None:
    found = found_of(7)
    assert found.promotion is not None
    assert found.promotion.low <= LIFT <= found.promotion.high
    assert found.promotion.is_told
    assert found.explained > 0.8


def test_without_effect_none_is_told() -> None:
    told = sum(found_of(seed, elasticity=0.0).price.is_told for seed in range(60))
    assert told <= 9


def test_without_noise_it_is_exact_whatever_the_price_is_counted_in() -> None:
    units, price, promotion = family(3, noise=0.0)
    for scale in (1.0, 1000.0):
        found = elasticity_find(units, price * scale, promotion, first_month=5)
        assert found.price.value == pytest.approx(TRUE)
    assert found.fitted == pytest.approx(units)


def test_months_without_demand_or_price_are_left_out() -> None:
    units, price, promotion = family(3, months=40)
    units[5], price[9] = 0.0, np.nan
    found = elasticity_find(units, price, promotion, first_month=1)
    assert found.months == 38
    assert np.flatnonzero(np.isnan(found.fitted)).tolist() == [5, 9]


def test_too_little_is_refused_in_words() -> None:
    units, price, promotion = family(3, months=23)
    with pytest.raises(TooLittle, match="Only 23 months have both demand and a price; 24 are needed"):
        elasticity_find(units, price, promotion, first_month=1)
    with pytest.raises(TooLittle, match="No month has"):
        elasticity_find(units, np.full(23, np.nan), promotion, first_month=1)
    with pytest.raises(TooLittle, match="hardly moved: beside trend and season by 0"):
        found_of(3, moved=0.001)


def test_too_few_promotions_are_no_regressor() -> None:
    units, price, promotion = family(3)
    promotion[:] = False
    promotion[[4, 13]] = True
    assert elasticity_find(units, price, promotion, first_month=1).promotion is None


def test_what_a_change_does_by_month() -> None:
    found = found_of(7)
    change, promotion = np.array([0.0, 0.05, -0.05, 0.05]), np.array([False, False, False, True])
    seen = what_if(found, price_change=change, promotion=promotion)
    assert (seen.likely[0], seen.low[0], seen.high[0]) == (1, 1, 1)
    assert seen.likely[1] == pytest.approx(1.05**found.price.value)
    assert seen.low[1] == pytest.approx(1.05**found.price.low)
    assert seen.likely[1] < 1 < seen.likely[2]
    assert (seen.low <= seen.likely).all() and (seen.likely <= seen.high).all()
    assert found.promotion is not None
    assert seen.likely[3] == pytest.approx(seen.likely[1] * np.exp(found.promotion.value))
    with pytest.raises(ValueError, match="100 %"):
        what_if(found, price_change=np.array([-1.0]), promotion=np.array([False]))


def test_dearer_beer_sold_less_at_a_real_distributor(real_data: Path) -> None:
    table = pd.read_parquet(real_data / "forecast" / "stallion_distributor_train.parquet")
    for sku in ("SKU_01", "SKU_03", "SKU_05"):
        sold = table[table["sku"] == sku]
        logs = np.log(sold["price_actual"].where(sold["price_actual"] > 0))
        weight = sold.groupby("unique_id")["y"].transform("mean")
        apart = (logs - logs.groupby(sold["unique_id"]).transform("median")) * weight
        sums = pd.DataFrame({"ds": sold["ds"], "apart": apart, "weight": weight.where(apart.notna()), "y": sold["y"]})
        month = sums.groupby("ds").sum()
        price = np.exp(month["apart"] / month["weight"]).to_numpy()
        found = elasticity_find(month["y"].to_numpy(), price, np.zeros(len(month), dtype=bool), first_month=1)
        assert found.months == 48
        assert -4 < found.price.value < 0
        assert found.price.is_told, sku
