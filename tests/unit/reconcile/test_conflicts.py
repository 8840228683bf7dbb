"""Conflicts: priced, dated, and gone when their cause is."""

import numpy as np
import pytest

from reconcile.engine.conflicts import COLUMNS, conflicts_find, margin_missing
from supply.engine.kpi import excess_value
from supply.engine.plan import plan_supply
from tests.unit.supply.problems import problem, random_problem

LONG = 90.0  # days: nothing ordered now arrives before May


def only(table, kind):
    return table[table["kind"] == kind].reset_index(drop=True)


def test_a_sound_plan_has_no_conflict():
    table = conflicts_find(plan_supply(problem()))
    assert table.empty
    assert list(table.columns) == COLUMNS


def test_a_shortage_is_priced_at_sales_and_dated_to_its_first_month():
    (row,) = only(conflicts_find(plan_supply(problem(on_hand=150.0, lead_days=LONG))), "shortage").to_dict("records")
    assert (row["label"], row["level"], row["month"]) == ("Gypsum", "family", 1)
    assert (str(row["first_bucket"].date()), str(row["last_bucket"].date())) == ("2022-03-01", "2022-04-01")
    assert (row["units"], row["money"], row["lost_margin"]) == pytest.approx((150, 2250, 750))


def test_waiting_orders_count_once_with_their_worst_month():
    plan = plan_supply(problem(on_hand=150.0, lead_days=LONG, backorder_share=1.0))
    (row,) = only(conflicts_find(plan), "shortage").to_dict("records")
    assert (row["units"], row["money"]) == pytest.approx((150, 2250))


def test_cash_is_the_worst_month_end_above_what_is_justified():
    plan = plan_supply(problem(on_hand=1000.0))
    (row,) = only(conflicts_find(plan), "cash").to_dict("records")
    assert row["month"] == 0
    assert row["money"] == pytest.approx(excess_value(plan).max())
    assert row["units"] == pytest.approx(plan.excess.max())


def test_a_ceiling_on_stock_value_is_a_conflict_of_the_whole():
    plan = plan_supply(problem(on_hand=300.0, lead_days=1.0))
    table = conflicts_find(plan, value_ceiling=[1500.0] * 6)
    (row,) = table[table["level"] == "total"].to_dict("records")
    assert (row["kind"], row["month"], row["money"]) == ("cash", 0, pytest.approx(500))
    assert conflicts_find(plan, value_ceiling=5000).query("level == 'total'").empty


def test_margin_is_missing_while_the_price_has_not_followed_the_cost():
    """Cost up in April, price in June: stock at the old cost delays the bite, the price rise ends it."""
    cost = np.array([[10.0, 10, 12, 12, 12, 12]])
    price = np.array([[15.0, 15, 15, 15, 18, 18]])
    plan = plan_supply(problem(unit_cost=cost, price=price, cost_at_order=0))
    (row,) = only(conflicts_find(plan), "margin").to_dict("records")
    assert (row["month"], str(row["last_bucket"].date())) == (2, "2022-05-01")
    assert row["money"] == pytest.approx(2 * 200)
    assert row["lowest_margin_rate"] == pytest.approx(0.2)
    assert margin_missing(plan)[0].tolist() == pytest.approx([0, 0, 200, 200, 0, 0])


def test_old_stock_delays_the_bite():
    cost = np.array([[10.0, 10, 12, 12, 12, 12]])
    plan = plan_supply(problem(unit_cost=cost, on_hand=350.0, cost_at_order=0))
    assert only(conflicts_find(plan), "margin")["month"].tolist() == [3]


def test_a_cost_that_never_rises_is_no_margin_conflict():
    assert only(conflicts_find(plan_supply(problem(price=9.0))), "margin").empty


@pytest.mark.parametrize("seed", range(8))
def test_families_hold_their_items(seed):
    plan = plan_supply(random_problem(seed, items=12))
    families, items = conflicts_find(plan), conflicts_find(plan, by="item")
    family_of = dict(zip(plan.problem.items, plan.problem.family, strict=True))
    for kind in ("shortage", "margin"):
        mine, theirs = only(families, kind), only(items, kind)
        if kind == "margin":
            sums = theirs.groupby(theirs["label"].map(family_of))["money"].sum()
            assert mine.set_index("label")["money"].sort_index().to_numpy() == pytest.approx(
                sums.sort_index().to_numpy()
            )
        first = theirs.groupby(theirs["label"].map(family_of))["month"].min()
        assert mine.set_index("label")["month"].sort_index().tolist() == first.sort_index().tolist()
    worst = plan.problem.items[families["worst_row"]]
    assert [family_of[item] for item in worst] == families["label"].tolist()
    assert families["money"].is_monotonic_decreasing
    assert (families["money"] > 0).all()


def test_an_empty_company_has_no_conflict():
    assert conflicts_find(plan_supply(random_problem(1).take([])), value_ceiling=0).empty
