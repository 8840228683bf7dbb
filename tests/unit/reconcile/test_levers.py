"""Levers: exactly what each changes, in which order, and what is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.engine.levers import (
    STAGES,
    Lever,
    PreBuyLever,
    RaisePriceLever,
    SafetyStockLever,
    apply_levers,
    levers_in_order,
)
from supply.engine.lanes import Lanes
from supply.engine.plan import plan_supply
from supply.engine.problem import COLUMNS
from tests.unit.supply.problems import problem, random_problem, with_lanes

EVERYONE = np.ones(6, dtype=bool)
ALONE = np.ones(1, dtype=bool)


def some(*rows):
    mask = np.zeros(6, dtype=bool)
    mask[list(rows)] = True
    return mask


def over(lever, scope=ALONE, first=0, last=5, label="Gypsum", **rest):
    return lever(scope=scope, first=first, last=last, label=label, **rest)


def rising(months=12, month=6, **changed):
    """Return one item whose cost rises by 8 % in a month."""
    cost = np.where(np.arange(months) >= month, 10.8, 10.0)[None]
    return problem(months=months, unit_cost=cost, **changed)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_lever_without_effect_is_the_base_plan_byte_for_byte(seed):
    base = random_problem(seed)
    nothing = [
        over(SafetyStockLever, EVERYONE, multiplier=1.0),
        over(RaisePriceLever, EVERYONE, change=0.0),
        over(PreBuyLever, EVERYONE, cover_months=0.0),
    ]
    for levers in ([], nothing, *([each] for each in nothing)):
        changed, _ = apply_levers(base, levers)
        assert all(np.array_equal(getattr(changed, name), getattr(base, name), equal_nan=True) for name in COLUMNS)
        plan, same = plan_supply(base).months, plan_supply(changed).months
        assert all(np.array_equal(getattr(plan, name), getattr(same, name)) for name in ("closing", "value", "revenue"))


def test_levers_act_in_their_fixed_order_whatever_the_order_chosen():
    chosen = [
        over(SafetyStockLever, multiplier=2.0),
        over(PreBuyLever),
        over(RaisePriceLever, change=0.1),
    ]
    for levers in (chosen, chosen[::-1]):
        assert [lever.kind for lever in levers_in_order(levers)[0]] == ["raise_price", "pre_buy", "safety_stock"]
    assert {lever.stage for lever in chosen} <= set(STAGES)


def test_of_two_levers_of_a_kind_the_last_one_counts_and_it_is_said():
    base = random_problem(5)
    family, product = (
        over(RaisePriceLever, some(0, 1, 2), change=0.05, label="Roofing"),
        over(RaisePriceLever, some(1), change=0.2, label="Shingles"),
    )
    changed, warnings = apply_levers(base, [family, product])
    assert changed.price[:, 0] / base.price[:, 0] == pytest.approx([1.05, 1.2, 1.05, 1, 1, 1])
    assert warnings == ["Shingles: set twice for 1 items; the lever chosen last counts."]


def test_the_same_lever_in_other_months_is_another_lever():
    base = problem()
    first, later = over(RaisePriceLever, last=2, change=0.05), over(RaisePriceLever, first=3, change=0.1)
    changed, warnings = apply_levers(base, [first, later])
    assert (changed.price / base.price)[0].tolist() == pytest.approx([1.05] * 3 + [1.1] * 3)
    assert warnings == []


def test_a_lever_on_no_item_does_nothing_and_says_so():
    base = problem()
    changed, warnings = apply_levers(base, [over(RaisePriceLever, np.array([False]), change=0.5)])
    assert changed is base
    assert warnings == ["Gypsum: no item belongs to this lever; it does nothing."]


def test_a_new_lever_is_one_more_class():
    class LessDemandLever(Lever):
        kind, stage = "less_demand", "demand"

        def apply(self, problem):
            from reconcile.engine.levers import Applied

            return Applied(replace(problem, demand=np.where(self.cells(problem), 0, problem.demand)))

    changed, _ = apply_levers(problem(), [over(LessDemandLever, first=4)])
    assert changed.demand[0].tolist() == [100, 100, 100, 100, 0, 0]


class TestSafetyStock:
    def test_a_multiplier_scales_it_in_its_months_only(self):
        base = problem(rho=[[0.4]])
        changed, _ = apply_levers(base, [over(SafetyStockLever, first=2, last=3, multiplier=0.5)])
        ratio = plan_supply(changed).months.safety_stock / plan_supply(base).months.safety_stock
        assert ratio[0].tolist() == pytest.approx([1, 1, 0.5, 0.5, 1, 1])

    def test_a_new_target_is_the_formula_at_that_target(self):
        base = problem(rho=[[0.4]])
        changed, _ = apply_levers(base, [over(SafetyStockLever, target=0.99)])
        assert np.array_equal(
            plan_supply(changed).months.safety_stock,
            plan_supply(problem(rho=[[0.4]], service_target=0.99)).months.safety_stock,
        )

    def test_a_new_target_replaces_a_number_set_by_hand_and_says_so(self):
        base = problem(rho=[[0.4]], safety_override=7.0)
        changed, warnings = apply_levers(base, [over(SafetyStockLever, target=0.99)])
        assert plan_supply(changed).months.safety_stock[0, 0] > 7
        assert warnings == ["Gypsum: the new target replaces the safety stock set by hand of 1 items."]


class TestRaisePrice:
    def test_price_rises_and_demand_follows_elasticity(self):
        base = problem(elasticity=-1.5)
        changed, _ = apply_levers(base, [over(RaisePriceLever, first=2, change=0.1)])
        assert changed.price[0].tolist() == pytest.approx([15, 15] + [16.5] * 4)
        assert changed.demand[0].tolist() == pytest.approx([100, 100] + [100 * 1.1**-1.5] * 4)

    def test_the_levers_own_elasticity_replaces_the_items(self):
        changed, _ = apply_levers(problem(elasticity=-1.5), [over(RaisePriceLever, change=0.1, elasticity=-1.0)])
        assert changed.demand[0, 0] == pytest.approx(100 / 1.1)

    def test_customers_pull_part_of_the_first_month_forward(self):
        lever = over(RaisePriceLever, first=2, change=0.1, pull_forward=0.25)
        changed, _ = apply_levers(problem(), [lever])
        assert changed.demand[0].tolist() == [100, 125, 75, 100, 100, 100]

    def test_nothing_is_pulled_before_the_first_month(self):
        changed, warnings = apply_levers(problem(), [over(RaisePriceLever, change=0.1, pull_forward=0.25)])
        assert changed.demand[0, 0] == 100
        assert warnings == ["Gypsum: there is no month before the first one to pull demand forward into."]

    def test_break_even_is_minus_x_over_margin_plus_x(self):
        applied = over(RaisePriceLever, change=0.05, elasticity=-1.0).apply(problem())
        margin = 5 / 15
        assert applied.figures["break_even_volume_change"] == pytest.approx(-0.05 / (margin + 0.05))
        assert applied.figures["volume_change"] == pytest.approx(1 / 1.05 - 1)


class TestPreBuy:
    def test_as_many_months_as_saving_exceeds_holding(self):
        """8 % of rise against 24 % a year of holding: four months of demand, ordered in the last step before it."""
        applied = over(PreBuyLever, last=11).apply(rising())
        assert applied.figures["units"] == pytest.approx(400)
        assert applied.figures["spend"] == pytest.approx(4000)
        assert applied.figures["saving"] == pytest.approx(400 * 0.8)
        assert applied.figures["months_covered"] == pytest.approx(4)
        assert applied.problem.pre_buys.release.tolist() == [6 * 4 - 1]
        assert applied.problem.pre_buys.arrival.tolist() == [6 * 4 + 4]  # when the first dearer order would arrive

    def test_the_plan_then_buys_nothing_until_it_is_used_up(self):
        base = rising()
        plan = plan_supply(apply_levers(base, [over(PreBuyLever, last=11)])[0])
        assert plan.months.planned_receipts[0, 6:12].tolist() == pytest.approx([100, 400, 0, 0, 0, 100])
        assert plan.months.planned_receipts.sum() == pytest.approx(plan_supply(base).months.planned_receipts.sum())
        assert plan.months.purchases.sum() == pytest.approx(plan_supply(base).months.purchases.sum() - 320)

    def test_it_is_rounded_down_to_the_multiple_and_dropped_below_the_least_order(self):
        lots = rising(multiple=150.0)
        assert over(PreBuyLever, last=11).apply(lots).figures["units"] == 300
        applied = over(PreBuyLever, last=11).apply(rising(moq=500.0))
        assert applied.figures["units"] == 0
        assert "1 items buy nothing early" in applied.warnings[0]

    def test_shelf_life_limits_it(self):
        assert over(PreBuyLever, last=11).apply(rising(shelf_life_months=1.5)).figures["units"] == pytest.approx(150)

    def test_the_planner_may_set_the_months(self):
        applied = over(PreBuyLever, last=11, cover_months=2.0).apply(rising())
        assert applied.figures["units"] == pytest.approx(200)

    def test_what_is_in_stock_for_years_is_not_bought_early(self):
        applied = over(PreBuyLever, last=11).apply(rising(on_hand=5000.0))
        assert applied.figures["units"] == 0

    def test_where_the_price_is_fixed_at_receipt_it_must_arrive_before_the_rise(self):
        applied = over(PreBuyLever, last=11).apply(rising(cost_at_order=0))
        assert applied.problem.pre_buys.arrival.tolist() == [6 * 4 - 1]
        assert applied.figures["units"] == pytest.approx(400)

    def test_a_rise_that_no_order_can_precede_is_said(self):
        applied = over(PreBuyLever, last=11).apply(rising(month=1, cost_at_order=0, lead_days=60))
        assert applied.figures["units"] == 0
        assert "too late" in applied.warnings[0]

    def test_no_rise_in_its_months_is_said(self):
        applied = over(PreBuyLever, last=3).apply(rising())
        assert applied.warnings == ("Gypsum: 1 of 1 items have no cost rise in these months.",)

    def test_without_holding_cost_it_buys_to_the_end_of_the_horizon(self):
        applied = over(PreBuyLever, last=11).apply(rising(carry_rate=0.0))
        assert applied.figures["units"] == pytest.approx(500)  # April's order arrives in the seventh month


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_levers_leave_lanes_as_they_are_and_no_effect_is_still_none(seed):
    base = with_lanes(random_problem(seed), seed)
    nothing = [
        over(SafetyStockLever, EVERYONE, multiplier=1.0),
        over(RaisePriceLever, EVERYONE, change=0.0),
        over(PreBuyLever, EVERYONE, cover_months=0.0),
    ]
    changed, _ = apply_levers(base, nothing)
    plan, same = plan_supply(base).months, plan_supply(changed).months
    assert all(np.array_equal(getattr(plan, name), getattr(same, name)) for name in ("closing", "value", "revenue"))
    pulled, _ = apply_levers(base, [over(SafetyStockLever, EVERYONE, multiplier=2.0), over(PreBuyLever, EVERYONE)])
    assert pulled.lanes is base.lanes
    assert (plan_supply(pulled).safety.quantity >= plan_supply(base).safety.quantity).all()


def test_only_what_the_main_supplier_would_deliver_dearer_is_bought_before_its_rise():
    one = rising(lead_days=30.0, multiple=5.0)
    halved = Lanes.build(one.items, 12, item=[0], supplier=[2], lead_days=30.0, unit_cost=10.0, multiple=5.0)
    bought = [
        apply_levers(each, [over(PreBuyLever, last=11, cover_months=4)])[0].pre_buys.quantity.sum()
        for each in (one, replace(one, lanes=halved))
    ]
    assert bought[1] == pytest.approx(bought[0] / 2, abs=50)


def test_the_break_even_of_a_price_goes_by_what_all_lanes_cost():
    one = problem(share=3.0)
    lanes = Lanes.build(one.items, 6, item=[0], supplier=[2], lead_days=30.0, unit_cost=14.0)
    lever = over(RaisePriceLever, change=0.1)
    dearer, same = (lever.apply(each).figures for each in (replace(one, lanes=lanes), problem(unit_cost=11.0)))
    assert dearer == same
