"""Risk: without spread it is the plan, with spread the closed form; draws hang on the item alone."""

from dataclasses import fields, replace
from hashlib import blake2b

import numpy as np
import pytest

from supply.engine import risk
from supply.engine.lanes import Lanes
from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.plan import plan_supply
from supply.engine.problem import Policy
from supply.engine.risk import Risk, risk_of
from supply.engine.risk_draws import RiskRule, Shocks, Streams
from supply.engine.risk_paths import DemandPath, error_process
from supply.engine.time import DAYS_PER_MONTH
from tests.unit.supply.problems import limited_problem, problem, random_problem, with_lanes

FEW = RiskRule(draws=8)


@pytest.mark.parametrize("seed", range(25))
def test_without_spread_and_with_backorders_it_is_the_netting_plan(seed):
    plan = plan_supply(random_problem(seed, rho=0.0, lead_days_sd=0.0, backorder_share=1.0))
    found = risk_of(plan, FEW)
    assert np.allclose(found.backlog, plan.months.backlog, atol=1e-3)
    assert np.allclose(found.late, plan.months.demand - plan.months.on_time, atol=1e-3)
    assert not found.lost.any()


@pytest.mark.parametrize("seed", range(40))
def test_with_several_lanes_and_without_spread_it_is_the_netting_plan(seed):
    one = random_problem(seed, rho=0.0, lead_days_sd=0.0, backorder_share=1.0)
    plan = plan_supply(with_lanes(one, seed, lead_days_sd=0.0))
    found = risk_of(plan, FEW)
    assert np.allclose(found.backlog, plan.months.backlog, atol=1e-3)
    assert np.allclose(found.late, plan.months.demand - plan.months.on_time, atol=1e-3)


@pytest.mark.parametrize("seed", range(40))
def test_with_several_lanes_within_limits_and_without_spread_it_is_the_limited_plan(seed):
    one = limited_problem(seed, lanes=True, rho=0.0, lead_days_sd=0.0, backorder_share=1.0)
    one = replace(one, lanes=replace(one.lanes, lead_days_sd=np.zeros_like(one.lanes.lead_days)))
    plan = plan_supply(one)
    found = risk_of(plan, FEW)
    assert np.allclose(found.backlog, plan.months.backlog, atol=1e-3)
    assert np.allclose(found.late, plan.months.demand - plan.months.on_time, atol=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_with_several_lanes_order_and_grouping_change_nothing_bit_for_bit(seed):
    given = with_lanes(random_problem(seed), seed)
    sources = np.arange(6) % 3
    whole = risk_of(plan_supply(given), FEW, supplier=sources)
    for rows in ([4, 1, 5, 0, 3, 2], [2], [3, 5]):
        part = risk_of(plan_supply(given.take(rows)), FEW, supplier=sources[rows])
        for each in fields(Risk):
            found, expected = getattr(part, each.name), getattr(whole, each.name)[rows]
            assert np.array_equal(found, expected, equal_nan=True), each.name


def test_a_second_supplier_spreads_the_risk_of_late_orders():
    stray = problem(24, rho=0.0, lead_days_sd=15.0, on_hand=150.0, safety_override=10.0, backorder_share=1.0)
    usual = {"lead_days": DAYS_PER_MONTH, "unit_cost": 10.0}
    late = {}
    for sd in (0.0, 15.0):
        both = Lanes.build(stray.items, 24, item=[0], supplier=[2], lead_days_sd=sd, **usual)
        late[sd] = risk_of(plan_supply(replace(stray, lanes=both)), RiskRule(draws=2000)).late.sum()
    assert 0 < late[0.0] < 0.8 * late[15.0]
    assert late[15.0] < risk_of(plan_supply(stray), RiskRule(draws=2000)).late.sum(), "two suppliers are not late alike"


@pytest.mark.parametrize("seed", range(40))
def test_within_limits_and_without_spread_it_is_the_limited_plan(seed):
    plan = plan_supply(limited_problem(seed, rho=0.0, lead_days_sd=0.0, backorder_share=1.0))
    found = risk_of(plan, FEW)
    assert np.allclose(found.backlog, plan.months.backlog, atol=1e-3)
    assert np.allclose(found.late, plan.months.demand - plan.months.on_time, atol=1e-3)


@pytest.mark.parametrize("multiple", [0.0, 12.0])
def test_no_draw_gets_more_than_a_limit_lets_through(multiple):
    free = problem(12, rho=0.5, multiple=multiple, on_hand=200.0, service_target=0.98)
    limits = SupplierLimits.build([7], {7: SupplierLimit(np.full((1, 12), 80.0))}, months=12)
    found, unlimited = (risk_of(plan_supply(one)) for one in (replace(free, limits=limits), free))
    shipped = (found.demand - found.lost).sum()
    assert np.array_equal(found.demand, unlimited.demand)
    assert 200 + 8 * 72 < shipped <= 200 + 11 * 80 < (unlimited.demand - unlimited.lost).sum()


@pytest.mark.parametrize("lead_days_sd", [0.0, 0.01])
def test_in_a_month_set_by_hand_nothing_else_arrives(lead_days_sd):
    own = np.full((1, 6), np.nan)
    own[0, 1] = 30.0
    given = problem(receipt_override=own, lead_days=14.0, review_days=30.0, backorder_share=1.0)
    plan = plan_supply(replace(given, lead_days_sd=np.full((1, 6), lead_days_sd), safety_override=np.zeros((1, 6))))
    assert plan.months.backlog[0, 1] > 20
    assert np.allclose(risk_of(plan, FEW).backlog, plan.months.backlog, atol=1e-3)


def test_a_base_stock_system_has_the_stock_outs_and_the_backlog_of_the_closed_form():
    level = 264.7668943741548  # Snyder & Shen, data of example 4.4: demand 50 +- 8, lead time 4
    one = problem(
        60,
        demand=np.full((1, 60), 50.0),
        rho=8 / 50,
        lead_days=4 * DAYS_PER_MONTH,
        on_hand=level,
        safety_override=level - 250,
        backorder_share=1.0,
        steps_per_month=1,
        review_days=1,
        policy=Policy(distribution="normal"),
    )
    found = risk_of(plan_supply(one), RiskRule(draws=4000))
    assert found.stockout[:, 20:].mean() == pytest.approx(0.20454545, rel=0.02)
    assert found.backlog[:, 20:].mean() == pytest.approx(2.0553864, rel=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_order_and_grouping_change_nothing_bit_for_bit(seed):
    given = random_problem(seed)
    places, sources = np.arange(6) % 2, np.arange(6) % 3
    whole = risk_of(plan_supply(given), FEW, location=places, supplier=sources)
    for rows in ([4, 1, 5, 0, 3, 2], [2], [3, 5]):
        part = risk_of(plan_supply(given.take(rows)), FEW, location=places[rows], supplier=sources[rows])
        for each in fields(Risk):
            found, expected = getattr(part, each.name), getattr(whole, each.name)[rows]
            assert np.array_equal(found, expected, equal_nan=True), each.name


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("waits", [0.0, 1.0])
def test_more_safety_stock_meets_the_same_draws_and_never_serves_less(seed, waits):
    given = random_problem(seed, moq=0.0, multiple=0.0, max_order=np.inf, backorder_share=waits, lead_days_sd=0.0)
    less, more = (risk_of(plan_supply(replace(given, safety_factor=given.safety_factor * by))) for by in (1.0, 1.5))
    assert np.array_equal(less.demand, more.demand)
    assert (more.lost.sum(axis=1) <= less.lost.sum(axis=1) + 1e-6).all()
    assert (more.late.sum(axis=1) <= less.late.sum(axis=1) + 1e-6).all()


def test_cumulated_errors_spread_as_far_as_was_measured():
    months = np.arange(1, 7)
    carry, sd = 0.5, 0.2
    rho = [np.sqrt(sd**2 * sum(carry ** abs(i - j) for i in range(h) for j in range(h))) / h for h in months]
    given = problem(6, rho=np.array([rho]), policy=Policy(distribution="normal"))
    rule = RiskRule(draws=20_000, demand_common=0.0)
    own = Streams(rule, 6).own(np.array(["GYP"]), np.zeros(1, dtype=int), lead=False)
    shocks = Shocks(own.demand, np.zeros((6, 0, 0)), np.zeros(0, dtype=int), 0.0)
    path = DemandPath(error_process(given.rho), 20_000, np.dtype(np.float32), normal=True)
    factors = np.stack([path.month(shocks.month(m, np.empty((1, 20_000), np.float32))) for m in range(6)])
    cumulated = factors[:, 0].cumsum(axis=0) - months[:, None]
    assert np.allclose(cumulated.std(axis=1) / months, rho, rtol=0.03)


def test_error_bars_hold_what_many_draws_say_about_nineteen_times_in_twenty():
    plan = plan_supply(problem(4, rho=0.3, on_hand=120.0, lead_days_sd=10.0, service_target=0.9))
    truth = risk_of(plan, RiskRule(draws=40_000, seed=999))
    inside = [
        (abs(one.stockout - truth.stockout) <= one.stockout_bar, abs(one.fill - truth.fill) <= one.fill_bar)
        for one in (risk_of(plan, RiskRule(seed=seed)) for seed in range(100))
    ]
    shares = np.mean(inside, axis=(0, 2))
    assert (shares > 0.85).all()


def test_nothing_seen_in_the_draws_is_not_never():
    found = risk_of(plan_supply(problem(3, on_hand=10_000.0, rho=0.3)), FEW)
    assert not found.stockout.any()
    assert np.allclose(found.stockout_bar, 3 / 8)


def test_a_stream_is_that_of_a_fresh_generator_whatever_was_drawn_before():
    streams = Streams(RiskRule(seed=5), 6)
    first = streams.bits("item", "GYP", 10)
    streams.bits("item", "GYP", 7)
    assert np.array_equal(streams.bits("item", "GYP", 10), first)
    assert not np.array_equal(streams.bits("location", "GYP", 10), first)
    name = int.from_bytes(blake2b(b"item:GYP", digest_size=8).digest(), "little")
    fresh = np.random.Philox(key=np.array([name, 5], dtype=np.uint64)).random_raw(3)
    assert np.array_equal(fresh.view(np.uint16)[:10], first)


@pytest.mark.parametrize("seed", range(12))
def test_single_precision_and_quick_lots_say_what_double_precision_and_the_plans_own_lots_say(seed, monkeypatch):
    more = {"yield_mean": 0.95, "yield_sd": 0.05} if seed % 2 else {}
    plan = plan_supply(random_problem(seed, max_order=np.inf, **more) if seed % 3 else random_problem(seed, **more))
    quick = risk_of(plan, RiskRule(draws=60))
    monkeypatch.setattr(risk, "DRAWN", np.dtype(np.float64))
    exact = risk_of(plan, RiskRule(draws=60))
    scale = plan.problem.demand.mean(axis=1, keepdims=True)
    assert np.allclose(quick.demand, exact.demand, rtol=1e-5)
    assert (abs(quick.stockout - exact.stockout) <= 1.01 / 60).all(), "at most one draw at the edge of a lot"
    assert abs(quick.late - exact.late).max() <= 0.02 * scale.max()
    assert np.allclose(quick.late.sum(axis=1), exact.late.sum(axis=1), rtol=0.01, atol=0.001 * scale.max())


def test_what_does_not_vary_is_certain():
    found = risk_of(plan_supply(problem(4, on_hand=150.0, lead_days=200.0)), FEW)
    assert found.stockout.tolist() == [[0, 1, 1, 1]]
    assert not found.stockout_bar.any()
    assert not found.late_bar.any()
    assert not found.fill_bar.any()


def test_items_at_one_location_stray_together_and_scenarios_differ_less_than_their_own_error():
    items = 40
    many = problem(6, items=np.arange(items), family=np.full(items, "F"), demand=np.full((items, 6), 100.0), rho=0.4)
    safer = replace(many, safety_factor=many.safety_factor * 1.1)
    found = {}
    for common in (0.0, 0.5):
        runs = [
            [risk_of(plan_supply(one), RiskRule(20, seed, common)).late.sum() for one in (many, safer)]
            for seed in range(30)
        ]
        found[common] = np.array(runs)
    assert found[0.5][:, 0].std() > 1.5 * found[0.0][:, 0].std()
    paired = (found[0.5][:, 0] - found[0.5][:, 1]).std()
    strangers = (found[0.5][:-1, 0] - found[0.5][1:, 1]).std()
    assert paired < strangers / 3
