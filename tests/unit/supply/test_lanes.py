"""Several lanes: orders go in turn to the lane furthest below its share, whole and in its own lots and time."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supply.engine.causes import too_late_to_order
from supply.engine.flags import flags_find
from supply.engine.lane_views import lane_views
from supply.engine.lanes import Lanes
from supply.engine.lines import PlanLines
from supply.engine.plan import plan_supply
from supply.engine.problem import Policy
from supply.engine.safety_stock import expected_lost_plan, safety_stock_plan
from supply.engine.time import DAYS_PER_MONTH, months_of_days, steps_of_days
from tests.unit.supply.problems import by_step, figures, problem, random_problem, same, with_lanes

ROWS = [each.name for each in fields(PlanLines)]
QUANTITIES = ROWS[: ROWS.index("value")]


def seeds(test):
    """Run a test on random problems."""
    return settings(max_examples=40, deadline=None)(given(seed=st.integers(0, 2**32 - 1))(test))


def several(months=12, *, share=1.0, main=None, **terms):
    """Return one item, 100 a month and 25 a step, with one further lane like its first one but for the terms given."""
    own = {"on_hand": 200.0, "multiple": 5.0} | (main or {})
    first = problem(months, **own)
    usual = {"lead_days": DAYS_PER_MONTH, "unit_cost": 8.0, "multiple": 5.0, "share": share}
    return replace(first, lanes=Lanes.build(first.items, months, item=[0], supplier=[2], **{**usual, **terms}))


def by_lane(plan, row=0):
    """Return what one item orders of each lane in the whole plan [units]."""
    ordered, lane = plan.orders.flows.ordered[row], plan.orders.turns.lane[row]
    return np.bincount(lane, ordered, minlength=3)


@seeds
def test_one_lane_is_the_plan_without_lanes_byte_for_byte(seed):
    one = random_problem(seed)
    nobody = Lanes.build(one.items, one.months, item=[1, 4], share=0.0, lead_days=7.0, unit_cost=1.0)
    plan, other = plan_supply(one), plan_supply(replace(one, lanes=nobody, share=one.share * 0.4))
    assert same(plan, other)
    mixed = with_lanes(one, seed)
    alone = np.setdiff1d(np.arange(6), mixed.lanes.items)
    beside = plan_supply(mixed)
    assert same(beside, plan, alone)


@seeds
def test_units_and_money_balance(seed):
    plan = plan_supply(with_lanes(random_problem(seed), seed))
    for rows in (by_step(plan), plan.months):
        received = rows.firm_receipts + rows.planned_receipts
        assert np.allclose(rows.opening + received - rows.shipped, rows.closing, atol=1e-6)
    assert all((row >= -1e-9).all() for row in vars(by_step(plan)).values())
    months = plan.months
    assert all((getattr(months, row) >= -1e-9).all() for row in QUANTITIES)
    before = np.concatenate([(plan.problem.on_hand * plan.problem.avg_cost)[:, None], months.value[:, :-1]], axis=1)
    assert np.allclose(before + months.purchases - months.cogs, months.value, atol=1e-5)
    assert (months.unpaid >= -1e-6).all()
    assert (months.unpaid <= months.purchases.cumsum(axis=1) + 1e-6).all()


@seeds
def test_every_order_is_in_whole_lots_in_time_and_at_the_cost_of_its_lane(seed):
    plan = plan_supply(with_lanes(random_problem(seed, backlog=0.0), seed))
    ordered, lane, release = plan.orders.flows.ordered, plan.orders.turns.lane, plan.orders.chances.release
    worth = np.zeros(len(ordered))
    for view in lane_views(plan.problem):
        one = view.problem
        mine = np.where(lane[view.rows] == view.rank, ordered[view.rows], 0.0)
        for row, step in np.argwhere(mine > 0):
            quantity, placed = mine[row, step], release[view.rows[row], step]
            assert quantity >= one.moq[row] - 1e-9
            if one.multiple[row]:
                assert quantity / one.multiple[row] == pytest.approx(round(quantity / one.multiple[row]))
            assert placed >= steps_of_days(one.frozen_days)[row]
            assert placed + steps_of_days(one.lead_days)[row, placed // 4] == step
            worth[view.rows[row]] += quantity * one.yield_mean[row] * one.unit_cost[row, placed // 4]
    found = plan.months.purchases.sum(axis=1) - plan.agreed.bought.sum(axis=1)
    rows = plan.problem.lanes.items
    assert np.allclose(found[rows], worth[rows])
    assert np.allclose(plan.months.releases.sum(axis=1), ordered.sum(axis=1))


@seeds
def test_order_of_lanes_and_of_items_changes_nothing_bit_for_bit(seed):
    one = with_lanes(random_problem(seed), seed)
    whole, lanes = plan_supply(one), one.lanes
    random = np.random.default_rng(seed)
    at, items = random.permutation(len(lanes)), random.permutation(6)
    names = [each.name for each in fields(Lanes) if each.name not in {"item", "rank", "per_unit"}]
    mixed = Lanes.build(one.items, one.months, item=lanes.item[at], **{n: getattr(lanes, n)[at] for n in names})
    again, shuffled = plan_supply(replace(one, lanes=mixed)), plan_supply(one.take(items))
    alone = [plan_supply(one.take([row])) for row in range(6)]
    assert same(again, whole)
    for row, found in figures(whole).items():
        assert np.array_equal(figures(shuffled)[row], found[items]), row
        assert np.array_equal(np.concatenate([figures(plan)[row] for plan in alone]), found), row


@seeds
def test_shares_are_met_within_one_lot_where_all_lanes_can_always_deliver(seed):
    random = np.random.default_rng(seed)
    share = np.round(random.uniform(0.1, 1.0, 2), 2)
    free = random_problem(seed, lead_days=5.0, review_days=0, max_order=np.inf, backlog=0.0)
    first = replace(free, on_hand=free.demand.max(axis=1) * 2)
    terms = {"lead_days": 5.0, "review_days": 0.0, "frozen_days": 0.0, "max_order": np.inf, "yield_mean": 1.0}
    plan = plan_supply(with_lanes(first, seed, **terms, share=share[0]))
    for row in plan.problem.lanes.items:
        ordered, lane = plan.orders.flows.ordered[row], plan.orders.turns.lane[row]
        mine = plan.problem.lanes.item == row
        shares = np.array([plan.problem.share[row], *plan.problem.lanes.share[mine]])
        total = np.bincount(lane, ordered, minlength=len(shares))
        ratio, largest = total / shares, np.array([ordered[lane == rank].max(initial=0) for rank in range(len(shares))])
        # Who is ahead got its last order when it was not ahead: by no more than that order.
        assert (ratio - ratio.min() <= largest / shares + 1e-6).all()


def test_orders_go_in_turn_three_to_two():
    plan = plan_supply(several(share=2.0, main={"share": 3.0, "on_hand": 200.0, "multiple": 5.0}))
    ordered, lane = plan.orders.flows.ordered[0], plan.orders.turns.lane[0]
    assert lane[ordered > 0][:5].tolist() == [0, 1, 0, 1, 0]
    assert by_lane(plan)[:2].tolist() == [600.0, 400.0]
    assert np.array_equal(lane, plan_supply(several(share=0.4, main={"share": 0.6})).orders.turns.lane[0])


def test_what_was_ordered_before_counts_so_that_shares_hold_from_plan_to_plan():
    """One order of each plan is placed, then all is planned anew: it must not always go to the same lane."""
    before = np.zeros(2)
    for _ in range(10):
        one = several(main={"on_hand": 200.0, "multiple": 5.0, "ordered_before": before[0]}, ordered_before=before[1])
        plan = plan_supply(replace(one, share=np.array([3.0])))
        first = np.flatnonzero(plan.orders.flows.ordered[0])[0]
        before[plan.orders.turns.lane[0, first]] += plan.orders.flows.ordered[0, first]
    assert before.tolist() == pytest.approx([187.5, 62.5], abs=25)


def test_the_fast_lane_fills_what_the_slow_one_cannot_reach_and_the_slow_one_does_not_catch_up():
    plan = plan_supply(several(lead_days=4 * DAYS_PER_MONTH, main={"on_hand": 100.0}))
    lane, ordered = plan.orders.turns.lane[0], plan.orders.flows.ordered[0]
    assert plan.months.lost.sum() == 0
    assert not lane[:16].any()
    assert lane[16:20].tolist() == [0, 1, 0, 1], "alike from the day both can, whatever came before"
    assert abs(np.diff(np.bincount(lane[16:], ordered[16:]))[0]) <= 25
    assert not too_late_to_order(plan)[0, 4:].any()


def test_nothing_is_late_that_the_faster_lane_still_brings_in_time():
    slow = {"main": {"lead_days": 3 * DAYS_PER_MONTH, "on_hand": 100.0}}
    plan = plan_supply(several(lead_days=7.0, **slow))
    assert plan.months.lost.sum() == 0
    assert "late_order" not in set(flags_find(plan)["kind"])
    alone = plan_supply(replace(plan.problem, lanes=Lanes.build()))
    assert alone.months.lost.sum() == pytest.approx(200)
    assert "late_order" in set(flags_find(alone)["kind"])


def test_what_a_planner_sets_by_hand_comes_from_the_main_lane():
    own = np.full((1, 12), np.nan)
    own[0, 5] = 70.0
    plan = plan_supply(several(lead_days=7.0, main={"receipt_override": own, "on_hand": 200.0}))
    assert plan.months.planned_receipts[0, 5] == 70
    assert plan.months.releases[0].sum() == pytest.approx(plan.months.planned_receipts[0].sum())
    assert plan.months.purchases[0, 5] == pytest.approx(700)


def test_each_lane_costs_and_is_paid_by_its_own_terms():
    plan = plan_supply(several(payment_days=DAYS_PER_MONTH, main={"payment_days": 0.0}))
    bought = by_lane(plan)
    assert plan.months.purchases.sum() == pytest.approx(bought[0] * 10 + bought[1] * 8)
    own = np.where(plan.orders.turns.lane[0] == 1, plan.orders.flows.receipts[0] * 8, 0.0)
    running = np.cumsum(own)
    expected = running - np.concatenate([np.zeros(4), running[:-4]])
    assert np.allclose(plan.months.unpaid[0], expected[3::4])


def test_safety_stock_is_that_of_mean_and_variance_over_lanes_by_share():
    normal = {"rho": 0.3, "service_target": 0.95, "policy": Policy(distribution="normal"), "review_days": 15.0}
    one = several(lead_days=3 * DAYS_PER_MONTH, lead_days_sd=20.0, share=3.0, review_days=30.0, main=normal)
    mixed = safety_stock_plan(one)
    views = lane_views(one)
    cover = [safety_stock_plan(view.problem).cover for view in views]
    weights = [view.weight[0] for view in views]
    assert weights == [0.25, 0.75]
    mean = sum(w * part.mean for w, part in zip(weights, cover, strict=True))
    variance = sum(w * part.sd**2 for w, part in zip(weights, cover, strict=True))
    assert np.allclose(mixed.cover.mean, mean)
    assert np.allclose(mixed.cover.sd, np.sqrt(variance))
    assert np.allclose(mixed.quantity, 1.6448536269514722 * np.sqrt(variance))
    assert np.allclose(sum(mixed.shares), 1)
    assert np.allclose(
        mixed.cover.months, months_of_days(0.25 * (DAYS_PER_MONTH + 15) + 0.75 * (3 * DAYS_PER_MONTH + 30))
    )
    assert (expected_lost_plan(one, mixed) > 0).all()


@seeds
def test_shares_of_lanes_just_alike_change_no_safety_stock(seed):
    one = random_problem(seed)
    names = ("lead_days", "lead_days_sd", "unit_cost", "moq", "review_days", "yield_mean", "yield_sd")
    same = {name: getattr(one, name)[[0, 2]] for name in names}
    twice = replace(one, lanes=Lanes.build(one.items, one.months, item=[0, 2], share=0.3, **same))
    found, alone = safety_stock_plan(twice), safety_stock_plan(one)
    assert np.allclose(found.quantity, alone.quantity, rtol=1e-6)
    assert np.allclose(expected_lost_plan(twice, found), expected_lost_plan(one, alone), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"item": [1]}, "a lane names an item that is not in the plan"),
        ({"item": [0, 0], "supplier": [4, 4]}, "item GYP has two lanes with one supplier"),
        ({"item": [0], "moq": -1.0}, "moq: item GYP has -1"),
        ({"item": [0], "colour": 1.0}, "there is no term called colour"),
    ],
)
def test_a_lane_that_makes_no_sense_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Lanes.build(["GYP"], 6, **({"lead_days": 7.0, "unit_cost": 1.0} | wrong))


def test_lanes_of_another_horizon_are_refused():
    lanes = Lanes.build(["GYP"], 5, item=[0], lead_days=7.0, unit_cost=1.0)
    with pytest.raises(ValueError, match="expected 6 months, got 5"):
        problem(lanes=lanes)


@seeds
def test_a_textbook_table_is_never_short_and_orders_late_only_what_no_lane_brings_in_time(seed):
    one = with_lanes(random_problem(seed, policy=Policy(plan_mode="unconstrained")), seed)
    plan = plan_supply(one)
    assert (by_step(plan).closing >= by_step(plan).safety_stock - 1e-6).all()
    assert plan.months.lost.sum() == pytest.approx(0)
    ordered, release = plan.orders.flows.ordered > 0, plan.orders.chances.release
    for view in lane_views(one):
        mine = ordered[view.rows] & (plan.orders.turns.lane[view.rows] == view.rank)
        first_open = steps_of_days(view.problem.frozen_days)[:, None]
        assert (plan.orders.turns.late[view.rows] > 0)[mine & (release[view.rows] < first_open)].all()
