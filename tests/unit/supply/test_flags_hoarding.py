"""Flags of hoarding: each condition seen and priced, and quiet where there is a reason."""

from dataclasses import fields

import numpy as np
import pytest

from supply.engine.flags import COLUMNS, flags_by_item, flags_find
from supply.engine.flags_hoarding import History, flags_hoarding_find, variance_of_rule
from supply.engine.hoarding import Known, stock_explain
from supply.engine.plan import plan_supply
from supply.engine.receipts import FirmReceipts
from supply.engine.time import DAYS_PER_MONTH
from tests.unit.supply.problems import START, problem, random_problem
from tests.unit.supply.test_hoarding import known, random_case

STEADY = np.full((1, 12), 100.0)


def history(count=1, **given):
    nothing = {"shipped": STEADY, "ordered": STEADY, "forecast": STEADY[:, :3], "came": STEADY * 0.9}
    values = {**nothing, "lengthened": np.ones(count), **given}
    return History(**{each.name: np.asarray(values[each.name], float) for each in fields(History)})


def found(kind, *, past=None, **changed):
    given = {name: changed.pop(name) for name in list(changed) if name in {each.name for each in fields(Known)}}
    plan = plan_supply(problem(**{"months": 12, **changed}))
    table = flags_hoarding_find(plan, stock_explain(plan.problem, plan.safety, known(**given)), past or history())
    assert list(table.columns) == COLUMNS
    return table[table["kind"] == kind].reset_index(drop=True)


KINDS = ("hoard_stock", "hoard_orders", "padded", "bullwhip", "shelf_life")


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_item_carries_none(kind):
    assert found(kind).empty


def test_more_than_level_lot_and_agreement_explain_is_flagged_at_its_value():
    firm = FirmReceipts.build([0], [100.0], [12.0], [START + 10])
    table = found("hoard_stock", on_hand=300.0, firm=firm)
    assert (table["units"][0], table["money"][0], table["month"][0]) == pytest.approx((275, 100 * 12 + 175 * 10, 0))
    assert found("hoard_stock", on_hand=300.0, firm=firm, pre_bought=300.0).empty
    assert found("hoard_stock", on_hand=125.0 + 40, moq=40.0).empty, "a lot may come early"
    assert found("hoard_stock", on_hand=300.0, days=3 * DAYS_PER_MONTH).empty, "the measured lead time asks for it"
    assert found("hoard_stock", on_hand=300.0, demand=np.zeros((1, 12))).empty, "that is stock without demand"


def test_orders_due_in_time_beyond_what_stock_lacks_are_flagged_in_lots():
    def orders(days, **changed):
        firm = FirmReceipts.build([0, 0], [60.0, 60.0], [10.0, 14.0], [START + 10, START + days])
        return found("hoard_orders", on_hand=65.0, firm=firm, **changed)

    table = orders(20)
    assert (table["units"][0], table["money"][0]) == pytest.approx((60, 60 * 12))
    assert orders(20, moq=120.0).empty, "no smaller order can be placed"
    assert orders(300).empty, "the second is for later"


def test_a_forecast_above_sales_is_padded_only_where_the_lead_time_grew():
    sold = np.full((1, 12), 50.0)
    as_sold = {"shipped": sold, "came": sold * 0.9, "forecast": sold[:, :3] * 0.9}
    assert found("padded", past=history(**as_sold)).empty
    table = found("padded", past=history(**as_sold, lengthened=[3.0]))
    assert table["units"][0] == pytest.approx(125 / 2)
    assert table["money"][0] == pytest.approx(625)
    assert table["cause"][0].startswith("2.0 times what the last 12 months sold")
    assert found("padded", past=history(shipped=sold, lengthened=[3.0])).empty, "asked for, and not there to ship"
    assert found("padded", past=history(**as_sold, lengthened=[3.0]), months=6).empty, "half a year knows no season"


def test_a_forecast_too_high_three_months_running_is_padded():
    came = np.full((1, 12), 50.0)
    assert found("padded", past=history(came=came))["units"][0] == pytest.approx(125 / 2)
    came[0, -2] = 130.0
    assert found("padded", past=history(came=came)).empty
    assert found("padded", past=history(came=np.full((1, 12), 90.0))).empty
    assert found("padded", past=history(came=np.full((1, 12), np.nan))).empty


def test_orders_that_swing_more_than_shipments_and_lots_explain_are_a_bullwhip():
    swinging = np.array([[0.0, 200.0] * 6])
    table = found("bullwhip", past=history(ordered=swinging))
    assert (table["units"][0], table["money"][0]) == pytest.approx((100, 1000))
    assert found("bullwhip", past=history(ordered=swinging), moq=200.0).empty, "lots of two months swing like that"
    assert found("bullwhip", past=history(ordered=swinging, shipped=swinging)).empty
    assert found("bullwhip", past=history(ordered=swinging, shipped=np.full((1, 12), np.nan))).empty


def test_steady_demand_in_lots_varies_as_counted():
    thirds = np.tile([300.0, 0.0, 0.0], 4)
    assert variance_of_rule(STEADY, problem(moq=300.0))[0] == pytest.approx(thirds.var())
    assert variance_of_rule(STEADY, problem(multiple=20.0))[0] == 0
    assert variance_of_rule(STEADY, problem(moq=90.0))[0] < 50, "any more than the least order can be ordered"
    assert variance_of_rule(STEADY, problem(review_days=3 * DAYS_PER_MONTH))[0] == pytest.approx(thirds.var())


@pytest.mark.parametrize("size", [40.0, 55.0, 70.0, 80.0, 300.0])
@pytest.mark.parametrize("started", [0.1, 0.6])
def test_what_is_only_replaced_in_whole_lots_is_no_bullwhip(size, started):
    lacking, orders = -started * size, []
    for _ in range(12):
        lacking += 100.0
        orders.append(max(np.ceil(lacking / size) * size, 0.0))
        lacking -= orders[-1]
    assert found("bullwhip", past=history(ordered=[orders]), multiple=size).empty


def test_stock_that_outlasts_its_shelf_life_is_flagged_by_what_is_left():
    table = found("shelf_life", on_hand=1000.0, shelf_life_months=3.0)
    assert table["units"].tolist()[:4] == pytest.approx([600, 500, 400, 300])
    assert found("shelf_life", on_hand=400.0, shelf_life_months=3.0).empty
    assert found("shelf_life", on_hand=9000.0).empty


def test_the_last_months_look_past_the_horizon_at_the_mean():
    table = found("shelf_life", on_hand=1800.0, shelf_life_months=5.5)
    assert table["units"].tolist()[-1] == pytest.approx(600 - 550)


@pytest.mark.parametrize("seed", range(10))
def test_flags_of_any_item_are_priced_and_change_no_plan(seed):
    made, given = random_case(seed)
    plan, n, r = plan_supply(made), len(made.items), np.random.default_rng(seed)
    past = history(
        n,
        **{name: r.lognormal(3, 1, (n, 12)) for name in ("shipped", "came", "ordered")},
        forecast=r.lognormal(3, 1, (n, 3)),
        lengthened=r.uniform(0.5, 3, n),
    )
    before = plan.months.closing.copy()
    table = flags_hoarding_find(plan, stock_explain(made, plan.safety, given), past)
    assert (table["money"] >= 0).all() and (table["units"] > 0).all()
    assert not table.duplicated(["kind", "row", "month"]).any()
    assert set(table["kind"]) <= set(KINDS)
    assert len(flags_by_item(table)) == len(table.drop_duplicates(["kind", "row"]))
    assert (plan.months.closing == before).all()
    assert set(flags_find(plan_supply(random_problem(seed)))["kind"]).isdisjoint(KINDS)
