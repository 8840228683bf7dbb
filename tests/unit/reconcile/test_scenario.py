"""Scenarios: totals, families, and what each lever brings beside what it costs."""

from dataclasses import replace

import numpy as np
import pytest

from reconcile.engine.levers import PreBuyLever, RaisePriceLever, SafetyStockLever
from reconcile.engine.scenario import scenario_change, scenario_compute, scenario_totals
from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.plan import plan_supply
from tests.unit.supply.problems import problem, random_problem

EVERYONE = np.ones(6, dtype=bool)


def same(found, expected):
    return all(found[name] == pytest.approx(expected[name], nan_ok=True) for name in expected)


def test_without_levers_it_is_the_plan():
    base = random_problem(1)
    result = scenario_compute(base)
    assert result.totals == pytest.approx(scenario_totals(plan_supply(base)), nan_ok=True)
    assert result.effects == ()
    assert result.warnings == ()


def test_families_and_months_add_up_to_the_totals():
    result = scenario_compute(random_problem(2))
    for name in ("revenue", "cogs", "purchases", "lost", "lost_value", "carrying"):
        assert result.by_family[name].sum() == pytest.approx(result.totals[name])
    last = result.by_family[result.by_family["month"] == 7]
    assert last["value"].sum() == pytest.approx(result.totals["closing_value"])


def test_more_safety_stock_shows_its_benefit_beside_its_cost():
    base = problem(rho=[[0.5]], months=12)
    lever = SafetyStockLever(scope=np.ones(1, dtype=bool), first=0, last=11, target=0.99, label="Gypsum")
    (effect,) = scenario_compute(base, [lever]).effects
    assert effect.change["average_value"] > 0
    assert effect.change["carrying"] > 0
    assert effect.change["expected_lost_units"] < 0
    assert effect.change["expected_lost_value"] == pytest.approx(15 * effect.change["expected_lost_units"])


def test_the_effect_of_one_lever_is_the_difference_the_scenario_makes():
    base = random_problem(3)
    lever = RaisePriceLever(scope=EVERYONE, first=2, last=7, change=0.1, elasticity=-1.2, label="All")
    result = scenario_compute(base, [lever])
    (effect,) = result.effects
    assert same(effect.change, scenario_change(scenario_compute(base).totals, result.totals))
    assert effect.items == 6
    assert effect.figures["volume_change"] == pytest.approx(1.1**-1.2 - 1)


def test_each_of_several_levers_is_measured_beside_the_others():
    base = random_problem(4)
    price = RaisePriceLever(scope=EVERYONE, first=0, last=7, change=0.1, elasticity=-1.0, label="All")
    stock = SafetyStockLever(scope=EVERYONE, first=0, last=7, multiplier=1.5, label="All")
    effects = {effect.kind: effect for effect in scenario_compute(base, [price, stock]).effects}
    both, only_stock = scenario_compute(base, [price, stock]).totals, scenario_compute(base, [stock]).totals
    assert same(effects["raise_price"].change, scenario_change(only_stock, both))


def test_an_effect_counts_only_the_items_of_its_scope():
    base = random_problem(5)
    scope = np.array([True, False, False, False, False, False])
    lever = SafetyStockLever(scope=scope, first=0, last=7, multiplier=2.0, label="One")
    (effect,) = scenario_compute(base, [lever]).effects
    whole = scenario_change(scenario_compute(base).totals, scenario_compute(base, [lever]).totals)
    assert effect.change["carrying"] == pytest.approx(whole["carrying"])
    assert effect.items == 1


def test_a_pre_buy_nets_its_saving_against_the_extra_carrying():
    cost = np.where(np.arange(12) >= 6, 10.8, 10.0)[None]
    base = problem(months=12, unit_cost=cost)
    lever = PreBuyLever(scope=np.ones(1, dtype=bool), first=0, last=11, label="Gypsum")
    (effect,) = scenario_compute(base, [lever]).effects
    assert effect.figures["net_benefit"] == pytest.approx(effect.figures["saving"] - effect.change["carrying"])
    assert 0 < effect.figures["net_benefit"] < effect.figures["saving"]
    # The rule stops where the last unit saves what holding it costs: half the saving is eaten on the way.
    assert effect.change["carrying"] == pytest.approx(effect.figures["saving"] / 2, rel=0.2)


def test_an_empty_company_is_an_empty_scenario():
    result = scenario_compute(random_problem(1).take([]), [])
    assert result.totals["revenue"] == 0
    assert result.by_family.empty


def limited(seed):
    """Return a random problem whose six items share a supplier that accepts less than the plan wants."""
    free = random_problem(seed)
    room = np.full((1, 8), plan_supply(free).months.releases.sum() / 8 * 0.8)
    limits = SupplierLimits.build(np.zeros(6, dtype=int), {0: SupplierLimit(room)}, months=8)
    return replace(free, limits=limits)


def test_a_scenario_plans_within_the_same_limits():
    base = limited(3)
    plan, result = plan_supply(base), scenario_compute(base)
    assert plan.limited.moved.any()
    assert result.plan.months.closing.tobytes() == plan.months.closing.tobytes()
    assert result.totals == pytest.approx(scenario_totals(plan), nan_ok=True)


def test_an_effect_counts_what_the_lever_takes_from_others_at_a_limited_supplier():
    base = limited(3)
    scope = np.array([True, False, False, False, False, False])
    lever = SafetyStockLever(scope=scope, first=0, last=7, multiplier=3.0, label="One")
    result = scenario_compute(base, [lever])
    (effect,) = result.effects
    assert same(effect.change, scenario_change(scenario_compute(base).totals, result.totals))
    assert effect.items == 1


def test_a_pre_buy_is_no_larger_than_the_supplier_accepts():
    cost = np.where(np.arange(12) < 4, 10.0, 14.0)[None, :]
    base = problem(months=12, unit_cost=cost)
    lever = PreBuyLever(scope=np.ones(1, dtype=bool), first=0, last=11, label="Gypsum")
    free = scenario_compute(base, [lever]).plan
    room = np.full((1, 12), 150.0)
    limits = SupplierLimits.build([0], {0: SupplierLimit(room)}, months=12)
    plan = scenario_compute(replace(base, limits=limits), [lever]).plan
    assert free.months.releases.max() > 150
    assert (plan.months.releases <= 150 + 1e-9).all()
