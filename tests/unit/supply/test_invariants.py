"""What holds for every plan, whatever the problem: tried on random ones."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supply.engine.causes import too_late_to_order
from supply.engine.lines import PlanLines
from supply.engine.plan import plan_supply
from supply.engine.problem import Policy
from supply.engine.receipts import FirmReceipts
from supply.engine.time import buckets_of, steps_of_days
from tests.unit.supply.problems import START, by_step, figures, random_problem

ROWS = [each.name for each in fields(PlanLines)]
QUANTITIES = ROWS[: ROWS.index("value")]
MONEY = ROWS[ROWS.index("value") :]
FIRM = ("item", "quantity", "unit_cost", "promised")


def seeds(test):
    """Run a test on random problems."""
    return settings(max_examples=40, deadline=None)(given(seed=st.integers(0, 2**32 - 1))(test))


def total_lost(problem):
    return plan_supply(problem).months.lost.sum(axis=1)


@seeds
def test_units_balance_and_nothing_is_negative(seed):
    plan = plan_supply(random_problem(seed))
    for rows in (by_step(plan), plan.months):
        received = rows.firm_receipts + rows.planned_receipts
        assert np.allclose(rows.opening + received - rows.shipped, rows.closing, atol=1e-6)
        assert (rows.shipped <= rows.opening + received + 1e-6).all()
    assert all((row >= -1e-9).all() for row in vars(by_step(plan)).values())
    assert all((getattr(plan.months, row) >= -1e-9).all() for row in QUANTITIES)
    months, problem = plan.months, plan.problem
    served = months.shipped.sum(axis=1) + months.lost.sum(axis=1) + months.backlog[:, -1]
    assert np.allclose(problem.backlog + problem.demand.sum(axis=1), served)
    assert (plan.cover[~np.isnan(plan.cover)] >= 0).all()


@seeds
def test_money_balances_and_average_cost_stays_between_the_costs_that_entered(seed):
    plan = plan_supply(random_problem(seed))
    problem, months = plan.problem, plan.months
    before = np.concatenate([(problem.on_hand * problem.avg_cost)[:, None], months.value[:, :-1]], axis=1)
    assert np.allclose(before + months.purchases - months.cogs, months.value, atol=1e-6)
    assert (months.unpaid <= months.purchases.cumsum(axis=1) + 1e-6).all()
    held = months.closing > 1e-3
    average = months.value[held] / months.closing[held]
    row = np.nonzero(held)[0]
    lowest, highest = problem.unit_cost.min(axis=1), problem.unit_cost.max(axis=1)
    lowest, highest = np.minimum(lowest, problem.avg_cost), np.maximum(highest, problem.avg_cost)
    np.minimum.at(lowest, problem.firm.item, problem.firm.unit_cost)
    np.maximum.at(highest, problem.firm.item, problem.firm.unit_cost)
    assert (average >= lowest[row] * (1 - 1e-6)).all()
    assert (average <= highest[row] * (1 + 1e-6)).all()


@seeds
def test_order_and_grouping_of_items_change_nothing_bit_for_bit(seed):
    problem = random_problem(seed)
    whole = plan_supply(problem)
    shuffled = np.random.default_rng(seed).permutation(len(problem.items))
    other = plan_supply(problem.take(shuffled))
    alone = [plan_supply(problem.take([row])) for row in range(len(problem.items))]
    for row, found in figures(whole).items():
        assert np.array_equal(figures(other)[row], found[shuffled]), row
        assert np.array_equal(np.concatenate([figures(plan)[row] for plan in alone]), found), row


@seeds
def test_a_month_is_the_sum_of_its_steps(seed):
    plan = plan_supply(random_problem(seed))
    for row in ("demand", "shipped", "lost", "firm_receipts", "planned_receipts", "releases"):
        by_month = getattr(by_step(plan), row).reshape(*plan.months.demand.shape, -1).sum(axis=2)
        assert np.allclose(getattr(plan.months, row), by_month), row
    for row in ("backlog", "closing", "safety_stock"):
        assert np.array_equal(getattr(plan.months, row), getattr(by_step(plan), row)[:, 3::4]), row


@seeds
def test_all_quantities_scale_together(seed):
    """Demand in whole units (slow movers) has no scale of its own; the normal distribution has."""
    problem, c = random_problem(seed, policy=Policy(distribution="normal")), 8.0
    firm = replace(problem.firm, quantity=problem.firm.quantity * c)
    names = ("demand", "on_hand", "backlog", "moq", "multiple", "max_order", "safety_override")
    larger = replace(problem, firm=firm, **{name: getattr(problem, name) * c for name in names})
    plan, other = plan_supply(problem), plan_supply(larger)
    for row in QUANTITIES + MONEY:
        assert np.allclose(getattr(other.months, row), getattr(plan.months, row) * c, rtol=1e-6, atol=1e-3), row


@seeds
def test_all_money_scales_together(seed):
    problem, c = random_problem(seed), 7.0
    firm = replace(problem.firm, unit_cost=problem.firm.unit_cost * c)
    names = ("price", "unit_cost", "avg_cost", "backlog_price", "goodwill")
    dearer = replace(problem, firm=firm, **{name: getattr(problem, name) * c for name in names})
    plan, other = plan_supply(problem), plan_supply(dearer)
    for row in MONEY:
        assert np.allclose(getattr(other.months, row), getattr(plan.months, row) * c, rtol=1e-9, atol=1e-6), row
    for row in QUANTITIES:
        assert np.array_equal(getattr(other.months, row), getattr(plan.months, row)), row


@seeds
def test_orders_keep_to_lots_fence_and_horizon(seed):
    problem = random_problem(seed, frozen_days=np.random.default_rng(seed).choice([0, 20, 40], 6))
    plan = plan_supply(problem)
    item, step = np.nonzero(plan.orders.flows.ordered)
    ordered = plan.orders.flows.ordered[item, step]
    multiple = problem.multiple[item]
    assert (ordered >= problem.moq[item] - 1e-9).all()
    lots = np.where(multiple > 0, ordered / np.where(multiple > 0, multiple, 1), 0)
    assert np.allclose(lots, np.round(lots))
    release = plan.orders.chances.release[item, step]
    first_open = steps_of_days(problem.frozen_days)[item]
    assert (release >= first_open).all()
    assert np.array_equal(release + plan.orders.lead[item, release], step)
    assert np.allclose(plan.months.releases.sum(axis=1), plan.months.planned_receipts.sum(axis=1))


@seeds
def test_where_an_order_can_arrive_in_time_nothing_is_short(seed):
    plan = plan_supply(random_problem(seed))
    reached, steps = ~too_late_to_order(plan), by_step(plan)
    assert (steps.closing >= steps.safety_stock - 1e-6)[reached].all()
    assert (steps.lost[reached] <= 1e-6).all()
    assert (steps.backlog[reached] <= 1e-6).all()


@seeds
def test_more_safety_stock_never_loses_more_in_any_month(seed):
    random = np.random.default_rng(seed)
    problem = random_problem(seed, safety_override=np.round(random.uniform(0, 80, (6, 8))))
    more = replace(problem, safety_override=problem.safety_override + np.round(random.uniform(0, 50, (6, 8))))
    assert (plan_supply(more).months.lost <= plan_supply(problem).months.lost + 1e-6).all()


@seeds
def test_more_opening_stock_never_loses_more(seed):
    problem = random_problem(seed)
    more = replace(problem, on_hand=problem.on_hand + np.random.default_rng(seed).uniform(0, 100, 6))
    assert (total_lost(more) <= total_lost(problem) + 1e-6).all()


@seeds
def test_orders_a_step_earlier_never_lose_more(seed):
    problem = random_problem(seed)
    due = problem.firm.promised - 8 >= START  # what is past due has its own rule
    firm = FirmReceipts(*(getattr(problem.firm, name)[due] for name in FIRM))
    base = replace(problem, firm=firm)
    earlier = replace(problem, firm=replace(firm, promised=firm.promised - 8))
    assert (total_lost(earlier) <= total_lost(base) + 1e-6).all()


@pytest.mark.parametrize("what", ["lead time", "demand"])
@seeds
def test_longer_lead_time_or_more_demand_never_loses_less(what, seed):
    random = np.random.default_rng(seed)
    base = random_problem(
        seed, lead_days=random.choice([5, 21, 56], 6), backorder_share=0, backlog=0, safety_override=30.0
    )
    changed = {"lead time": {"lead_days": base.lead_days + 25}, "demand": {"demand": base.demand * 1.3 + 2}}[what]
    assert (total_lost(replace(base, **changed)) >= total_lost(base) - 1e-6).all()


def first_day_of(step, problem):
    """Return a day that falls in a step, for the step-th quarter of its month."""
    month, quarter = np.divmod(step, problem.steps_per_month)
    first = buckets_of(problem.first_month, problem.months)
    days = (buckets_of(problem.first_month + 1, problem.months) - first).astype(int)[month]
    return first[month] + np.ceil(quarter * days / problem.steps_per_month).astype(int)


@seeds
def test_replanning_from_the_third_month_gives_the_same_plan(seed):
    random = np.random.default_rng(seed)
    problem = random_problem(
        seed,
        lead_days=random.choice([5, 21, 56], 6),
        review_days=0,
        safety_override=np.round(random.uniform(0, 80, (6, 8))),
    )
    plan, start = plan_supply(problem), 3 * problem.steps_per_month
    planned = by_step(plan).planned_receipts
    released_before = (plan.orders.chances.release < start) & (planned > 0)
    units = np.where(released_before, planned, 0) + plan.agreed.firm
    item, step = np.nonzero(units * (np.arange(problem.steps) >= start))
    rolled = replace(
        problem,
        first_month=problem.first_month + 3,
        on_hand=plan.months.closing[:, 2],
        backlog=plan.months.backlog[:, 2],
        firm=FirmReceipts.build(item, units[item, step], np.full(len(item), 10.0), first_day_of(step, problem)),
        **{
            name: getattr(problem, name)[:, 3:]
            for name in (
                *("demand", "price", "unit_cost", "lead_days", "lead_days_sd", "service_target", "safety_override"),
                *("safety_factor", "receipt_override", "reference_demand"),
            )
        },
    )
    again = plan_supply(rolled)
    for row in ("shipped", "lost", "backlog", "closing"):
        assert np.allclose(getattr(again.months, row), getattr(plan.months, row)[:, 3:], atol=1e-6), row
