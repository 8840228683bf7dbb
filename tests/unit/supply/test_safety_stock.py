"""Safety stock of the plan: what it protects, from what it is made, what a planner may change."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from supply.engine.empirical import order_up_to_level_sampled, resampled_demand, sample_serves
from supply.engine.order_up_to import cycle_shortage, order_up_to_level_fill
from supply.engine.problem import Policy
from supply.engine.protection import demand_ahead, error_over, review_months
from supply.engine.safety_stock import expected_lost_plan, safety_stock_plan
from supply.engine.time import DAYS_PER_MONTH
from tests.unit.supply.problems import problem, random_problem

NORMAL = Policy(distribution="normal")


def test_demand_is_looked_up_ahead_with_parts_of_months():
    demand = np.array([[10.0, 20.0, 40.0]])
    assert demand_ahead(demand, np.array([[1.5, 2.0, 0.5]])).tolist() == [[20 / 1.5, 30.0, 40.0]]


def test_beyond_the_horizon_the_mean_inside_it_stands_for_the_rest():
    assert demand_ahead(np.array([[10.0, 20.0]]), np.array([[9.0, 9.0]])).tolist() == [[15.0, 20.0]]


def test_error_is_read_between_measured_horizons_and_scaled_beyond():
    rho = np.array([[0.4, 0.3, np.nan]])
    error, approximate = error_over(rho, np.array([[0.25, 1.0, 1.5, 2.0, 8.0]]))
    assert error[0].tolist() == pytest.approx([0.8, 0.4, 0.35, 0.3, 0.15])
    assert approximate[0].tolist() == [True, False, False, False, True]


def test_normal_safety_stock_is_k_times_sd():
    given = problem(rho=[[0.3]], lead_days_sd=10.0, review_days=DAYS_PER_MONTH, service_target=0.98, policy=NORMAL)
    safety = safety_stock_plan(given)
    spread = np.hypot(0.3 / np.sqrt(2) * 200, 100 * 10 / DAYS_PER_MONTH)
    assert safety.cover.sd[0, 0] == pytest.approx(spread)
    assert safety.quantity[0, 0] == pytest.approx(stats.norm.ppf(0.98) * spread)
    assert safety.factor[0, 0] == pytest.approx(stats.norm.ppf(0.98))
    assert safety.order_up_to[0, 0] == pytest.approx(200 + safety.quantity[0, 0])
    assert safety.shares[0][0, 0] + safety.shares[1][0, 0] == pytest.approx(1)
    assert safety.shares[2][0, 0] == 0
    assert safety.cover.approximate[0, 0]


def test_uncertain_yield_adds_its_share():
    given = problem(rho=[[0.3]], yield_mean=0.9, yield_sd=0.1, moq=500, policy=NORMAL)
    safety = safety_stock_plan(given)
    assert safety.cover.sd[0, 0] ** 2 * safety.shares[2][0, 0] == pytest.approx((500 * 0.1) ** 2)
    assert safety.shares[2][0, 0] == pytest.approx(2500 / safety.cover.sd[0, 0] ** 2)


@pytest.mark.parametrize("target", [0.8, 0.9, 0.95, 0.99])
def test_more_doubt_never_means_less_stock(target):
    stock = [
        safety_stock_plan(problem(rho=[[0.3]], lead_days_sd=days, service_target=target)).quantity[0, 0]
        for days in (0, 10, 40, 100, 200, 400, 1154, 4000)
    ]
    assert stock == sorted(stock)
    assert stock[-1] > stock[0]


def test_gamma_is_the_default_and_slow_movers_come_in_whole_units():
    fast, slow = problem(rho=[[0.5]]), problem(demand=np.full((1, 6), 2.0), rho=[[1.2]])
    assert safety_stock_plan(fast).quantity[0, 0] > safety_stock_plan(replace(fast, policy=NORMAL)).quantity[0, 0]
    upper = safety_stock_plan(slow).order_up_to[0]
    assert upper.tolist() == np.round(upper).tolist()


def test_without_spread_or_demand_there_is_no_safety_stock():
    assert not safety_stock_plan(problem()).quantity.any()
    assert not safety_stock_plan(problem(demand=np.zeros((1, 6)), rho=[[0.5]])).quantity.any()


def test_a_planners_own_number_replaces_the_formula_and_the_factor_scales_both():
    own = np.array([[np.nan, 70.0, np.nan, np.nan, np.nan, np.nan]])
    given = problem(rho=[[0.4]], safety_override=own)
    safety, half = safety_stock_plan(given), safety_stock_plan(replace(given, safety_factor=np.full((1, 6), 0.5)))
    assert safety.quantity[0, 1] == 70
    assert safety.by_hand[0].tolist() == [False, True, False, False, False, False]
    assert half.quantity[0].tolist() == (safety.quantity[0] / 2).tolist()


@pytest.mark.parametrize("distribution", ["normal", "gamma", "negative_binomial"])
def test_a_fill_target_is_met_exactly_by_the_smallest_level(distribution):
    target, demand = np.array([0.9, 0.95, 0.99]), (8.0, 4.5, 6.0, 4.0)
    found = order_up_to_level_fill(target, *demand, distribution=distribution)
    short = cycle_shortage(found, *demand, distribution=distribution)
    allowed = (1 - target) * 2.0
    assert (short <= allowed + 1e-9).all()
    assert (
        cycle_shortage(found - (1 if distribution == "negative_binomial" else 1e-6), *demand, distribution=distribution)
        > allowed
    ).all()


def test_expected_loss_of_a_fill_target_is_what_the_target_allows():
    given = problem(rho=[[0.5]], service_target=0.97, service_by_fill=1, review_days=14)
    expected = expected_lost_plan(given, safety_stock_plan(given))
    assert expected[0].tolist() == pytest.approx([3.0] * 6, rel=1e-6)


def test_more_safety_stock_leaves_less_to_chance():
    for seed in range(10):
        given = random_problem(seed)
        more = replace(given, safety_factor=np.full(given.demand.shape, 1.5))
        less, fewer = (expected_lost_plan(each, safety_stock_plan(each)) for each in (given, more))
        assert (fewer <= less + 1e-9).all()


def test_a_review_is_at_least_a_step():
    assert review_months(problem(review_days=1))[0] == 0.25
    assert review_months(problem(review_days=30.4375))[0] == 1


def test_the_gamma_level_attains_its_target_under_skewed_lead_times():
    """Demand over a random lead time, drawn: the level of the formula covers it about as often as promised."""
    random = np.random.default_rng(7)
    lead = random.gamma(4, 0.5, 200_000)  # mean 2 months, sd 1, skewed
    demand = 100 * lead * np.maximum(1 + random.normal(0, 0.2, 200_000), 0)
    given = problem(
        months=12, rho=[[0.2] * 12], lead_days=2 * DAYS_PER_MONTH, lead_days_sd=DAYS_PER_MONTH, service_target=0.98
    )
    review = 0.25 * 100
    level = safety_stock_plan(given).order_up_to[0, 0]
    attained = (demand + review <= level).mean()
    assert 0.965 < attained < 0.99


def test_two_lead_time_regimes_are_covered_only_by_resampling():
    """Three weeks and fourteen: no formula survives, the sample itself does."""
    random = np.random.default_rng(8)
    leads = np.concatenate([random.normal(21, 2, 20), random.normal(98, 5, 10)])
    errors = random.normal(0, 0.2, 48)
    sample = resampled_demand(leads, errors, per_month=100, review_days=7, draws=20_000, seed=1)
    again = resampled_demand(leads, errors, per_month=100, review_days=7, draws=20_000, seed=1)
    assert np.array_equal(sample, again)
    assert sample_serves(30, float(sample.mean()), float(sample.std()))
    assert not sample_serves(12, 100, 90)
    level = order_up_to_level_sampled(sample, 0.95)
    fresh = resampled_demand(leads, errors, per_month=100, review_days=7, draws=50_000, seed=2)
    assert (fresh <= level).mean() == pytest.approx(0.95, abs=0.01)
