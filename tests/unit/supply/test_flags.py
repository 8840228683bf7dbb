"""Flags: each condition seen, priced, and its cause named."""

import numpy as np
import pytest

from supply.engine.flags import COLUMNS, flags_by_item, flags_find
from supply.engine.plan import plan_supply
from supply.engine.problem import Policy
from supply.engine.receipts import FirmReceipts
from tests.unit.supply.problems import problem, random_problem

LONG = 90.0  # days: nothing ordered now arrives before May


def flags_of(kind, **changed):
    table = flags_find(plan_supply(problem(**changed)))
    return table[table["kind"] == kind].sort_values("month").reset_index(drop=True)


def test_a_sound_plan_has_no_flag():
    table = flags_find(plan_supply(problem()))
    assert table.empty
    assert list(table.columns) == COLUMNS
    assert flags_by_item(table).empty


def test_a_shortage_carries_units_sales_value_margin_and_first_step():
    found = flags_of("shortage", on_hand=150.0, lead_days=LONG)
    assert found["month"].tolist() == [1, 2]
    assert found["units"].tolist() == pytest.approx([50, 100])
    assert found["money"].tolist() == pytest.approx([750, 1500])
    assert found["margin"].tolist() == pytest.approx([250, 500])
    assert found["step"].tolist() == [6, 8]
    assert found["bucket"].astype(str).tolist() == ["2022-03-01", "2022-04-01"]
    assert set(found["cause"]) == {"no feasible release"}


def test_a_shortage_because_a_firm_order_comes_late():
    firm = FirmReceipts.build([0], [200.0], [10.0], ["2022-01-25"])
    found = flags_of("shortage", on_hand=50.0, lead_days=LONG, firm=firm, late_days=60)
    assert found["cause"].tolist()[0] == "firm order late"


def test_a_shortage_because_demand_is_above_the_published_plan():
    found = flags_of("shortage", on_hand=200.0, lead_days=LONG, reference_demand=np.full((1, 6), 60.0))
    assert found["cause"].tolist() == ["demand above plan"]


def test_a_shortage_because_a_planner_set_the_receipts():
    own = np.array([[np.nan, np.nan, 0.0, np.nan, np.nan, np.nan]])
    assert flags_of("shortage", receipt_override=own)["cause"].tolist() == ["receipts set by hand"]


def test_a_shortage_because_part_of_orders_never_arrives():
    found = flags_of("shortage", yield_mean=0.8, policy=Policy(gross_up=False))
    assert set(found["cause"]) == {"order came short"}


def test_waiting_orders_are_short_until_served():
    found = flags_of("shortage", on_hand=150.0, lead_days=LONG, backorder_share=1.0)
    assert found["units"].tolist() == pytest.approx([50, 150])
    assert found["flow"].tolist() == [0, 0]


def test_below_safety_stock_only_where_nothing_is_short():
    found = flags_of("below_ss", on_hand=220.0, lead_days=60, safety_override=50.0)
    assert found["month"].tolist() == [1]
    assert found["units"][0] == pytest.approx(30)
    assert found["money"][0] == pytest.approx(300)


def test_a_late_order_says_how_many_days_ago_it_was_due():
    found = flags_of("late_order", on_hand=150.0, lead_days=LONG)
    assert found["units"].tolist() == pytest.approx([50, 100])
    # Needed in step 6, twelve steps of lead time: six steps ago.
    assert found["days"][0] == pytest.approx(6 * 30.4375 / 4)


def test_an_order_line_past_its_promise_is_flagged_in_the_first_month():
    firm = FirmReceipts.build([0, 0], [30.0, 20.0], [10.0, 11.0], ["2022-01-25", "2022-01-02"])
    found = flags_of("past_due_po", firm=firm)
    assert found[["month", "units", "money", "days"]].to_numpy().tolist() == [[0, 50, 520, 30]]


def test_no_supply_when_nothing_is_on_order_and_nothing_can_come():
    found = flags_of("no_supply", on_hand=150.0, lead_days=400)
    assert found["units"].tolist() == pytest.approx([450])
    assert found["month"].tolist() == [1]
    firm = FirmReceipts.build([0], [1.0], [10.0], ["2022-03-01"])
    assert flags_of("no_supply", on_hand=150.0, lead_days=400, firm=firm).empty


def test_excess_is_what_safety_stock_and_lots_do_not_justify():
    found = flags_of("excess", on_hand=1000.0, months=4, safety_override=20.0)
    # A month and a quarter of demand is under way at any time, 20 are safety stock.
    assert found["units"].tolist() == pytest.approx([900 - 145, 800 - 145, 700 - 145, 600 - 145])
    assert found["money"][0] == pytest.approx(10 * (900 - 145))
    assert found["days"][0] == pytest.approx(9 * 30.4375)


def test_stock_without_demand_is_no_demand_and_not_excess_as_well():
    changed = {"demand": np.zeros((1, 3)), "on_hand": 80.0, "moq": 500}
    found = flags_of("no_demand", **changed)
    assert found["units"].tolist() == [80] * 3
    assert found["days"].isna().all()
    assert flags_of("excess", **changed).empty


def test_one_row_per_item_adds_flows_and_takes_the_worst_of_what_stands():
    months = flags_find(plan_supply(problem(on_hand=150.0, lead_days=LONG, backorder_share=0.5)))
    by_item = flags_by_item(months).set_index("kind")
    short = months[months["kind"] == "shortage"].sort_values("month")
    assert short["units"].tolist() == pytest.approx([50, 125])  # 25 lost and 25 waiting; 50 lost and 75 waiting
    assert by_item.loc["shortage", "units"] == pytest.approx(25 + 50 + 75)
    assert by_item.loc["shortage", "money"] == pytest.approx(15 * 150)
    assert str(by_item.loc["shortage", "last_bucket"].date()) == "2022-04-01"


@pytest.mark.parametrize("seed", range(12))
def test_flags_of_any_plan_are_priced_and_agree_with_its_rows(seed):
    plan = plan_supply(random_problem(seed, items=12))
    table = flags_find(plan)
    assert (table["money"] >= 0).all()
    assert table["money"].is_monotonic_decreasing
    short = table[table["kind"] == "shortage"]
    assert short["units"].sum() == pytest.approx((plan.months.lost + plan.months.backlog).sum())
    assert short["flow"].sum() == pytest.approx(plan.months.lost.sum())
    excess = table[table["kind"].isin(["excess", "no_demand"])]
    assert excess["units"].sum() == pytest.approx(plan.excess.sum())
    below = table[table["kind"] == "below_ss"]
    assert not set(zip(below["row"], below["month"], strict=True)) & set(zip(short["row"], short["month"], strict=True))


HURRIED = {"on_hand": 150.0, "lead_days": LONG, "expedite_days": 20.0}


def test_what_can_still_be_hurried_is_worth_what_it_earns_after_the_surcharge():
    found = flags_of("expedite", expedite_cost=2.0, **HURRIED)
    assert found["month"].tolist() == [1, 2]
    assert found["units"].tolist() == pytest.approx([50, 100])
    assert found["money"].tolist() == pytest.approx([50 * 3, 100 * 3]), "price 15, cost 10, surcharge 2"
    assert set(found["days"]) == {20}


def test_nothing_is_hurried_that_earns_nothing_or_has_no_faster_way_or_is_not_short():
    assert flags_of("expedite", expedite_cost=5.0, **HURRIED).empty
    assert flags_of("expedite", **{**HURRIED, "expedite_days": np.nan}).empty
    assert flags_of("expedite", **{**HURRIED, "expedite_days": LONG}).empty
    assert flags_of("expedite", **{**HURRIED, "on_hand": 1000.0}).empty


def test_orders_that_wait_are_hurried_too():
    found = flags_of("expedite", backorder_share=1.0, **HURRIED)
    assert found["units"].tolist() == pytest.approx([50, 150])
    assert found["flow"].tolist() == [0, 0]
