"""Key figures: sums over items, ratios from summed parts."""

import numpy as np
import pytest

from supply.engine.kpi import SUMMED, fill_rate, kpi_by, kpi_totals, margin_rate, turns
from supply.engine.plan import plan_supply
from tests.unit.supply.problems import problem, random_problem


def test_families_add_up_to_the_whole():
    plan = plan_supply(random_problem(3))
    families, whole = kpi_by(plan, plan.problem.family), kpi_by(plan, np.full(6, "all"))
    for row in (*SUMMED, "excess", "excess_value"):
        by_month = families.groupby("month")[row].sum()
        assert by_month.to_numpy() == pytest.approx(whole[row].to_numpy())
        assert whole[row].to_numpy() == pytest.approx(
            plan.excess.sum(axis=0) if row == "excess" else by_month.to_numpy()
        )


def test_ratios_come_from_summed_parts():
    plan = plan_supply(random_problem(4))
    whole, months = kpi_by(plan, np.full(6, "all")), plan.months
    assert whole["fill_rate"].to_numpy() == pytest.approx(months.on_time.sum(axis=0) / months.demand.sum(axis=0))
    margin = (months.revenue - months.cogs).sum(axis=0) / months.revenue.sum(axis=0)
    assert whole["margin_rate"].to_numpy() == pytest.approx(margin)


def test_backlog_shipped_later_was_not_on_time():
    plan = plan_supply(problem(on_hand=0.0, backorder_share=1.0))
    totals = kpi_totals(plan)
    assert totals["shipped"] == pytest.approx(600)
    assert totals["fill_rate"] == pytest.approx(5 / 6)
    assert totals["backlog"] == 0


def test_totals_of_one_item_by_hand():
    totals = kpi_totals(plan_supply(problem(payment_days=0)))
    expected = {
        "revenue": 9000,
        "cogs": 6000,
        "gross_margin": 3000,
        "margin_rate": 1 / 3,
        "purchases": 5000,
        "lost": 0,
        "fill_rate": 1,
        "closing_value": 0,
        "peak_excess_value": 0,
    }
    assert {name: totals[name] for name in expected} == pytest.approx(expected)
    assert totals["economic_margin"] == pytest.approx(3000 - totals["carrying"])
    assert totals["turns"] == pytest.approx(12000 / totals["average_value"])


def test_nothing_to_divide_by_is_said_and_not_zero():
    assert np.isnan(fill_rate(0, 0))
    assert np.isnan(margin_rate(0, 0))
    assert np.isnan(turns(100, 0))


def test_cover_of_a_family_is_summed_stock_against_summed_demand():
    demand = np.array([[100.0] * 4, [0.0] * 4])
    given = problem(
        items=["A", "B"], family=["F", "F"], demand=demand, on_hand=[0.0, 300.0], lead_days=400, avg_cost=1.0
    )
    assert kpi_by(plan_supply(given), given.family)["cover_months"].tolist() == pytest.approx([3.0] * 4)
