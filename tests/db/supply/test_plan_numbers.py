"""The numbers of a small supply plan in the database: by hand, by a plain loop, and by the engine alone."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from supply.engine.lines import PlanLines
from supply.engine.plan import plan_supply
from supply.models import PurchaseOrderLine, ReceiptOverride, SupplyFlag, SupplyItem, SupplyLine, SupplyRun
from supply.selectors.problem import inputs_of
from supply.services.output import MONEY, QUANTITIES
from tests.api_world import NOON
from tests.factories import Cast
from tests.supply_makers import Supplied, lane_make, planned, price_make, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

STEPS = 4  # quarter months


@pytest.fixture
def world(cast: Cast) -> Supplied:
    made = supplied_make(cast, demand="40")
    price_make(made.item.product, "5")
    return made


def lines(run: SupplyRun) -> list[SupplyLine]:
    return list(SupplyLine.objects.filter(run=run).order_by("bucket"))


def column(run: SupplyRun, name: str) -> list[Decimal]:
    return [getattr(line, name) for line in lines(run)]


def looped(*, on_hand: float, demand: float, lead_steps: int, months: int) -> dict[str, list[float]]:
    """Return the months of an item ordered lot for lot, without safety stock, unmet demand lost; step by step."""
    rows: dict[str, list[float]] = {
        name: [0.0] * months for name in ("planned_receipts", "releases", "shipped", "lost")
    }
    rows["closing"] = [0.0] * months
    stock, wanted = on_hand, demand / STEPS
    for at in range(months * STEPS):
        month = at // STEPS
        if at >= lead_steps and stock < wanted:
            order = wanted - stock
            rows["planned_receipts"][month] += order
            rows["releases"][(at - lead_steps) // STEPS] += order
            stock += order
        shipped = min(stock, wanted)
        rows["shipped"][month] += shipped
        rows["lost"][month] += wanted - shipped
        stock -= shipped
        rows["closing"][month] = stock
    return rows


def test_stock_is_used_up_then_ordered_lot_for_lot(cast: Cast, world: Supplied) -> None:
    stock_make(world.item, "100", cost="2")
    lane_make(world.item, days="30", cost="2")
    run = planned(cast.sam, world.cycle)
    assert column(run, "opening")[:4] == [100, 60, 20, 0]
    assert column(run, "closing")[:4] == [60, 20, 0, 0]
    assert column(run, "planned_receipts")[:5] == [0, 0, 20, 40, 40]
    assert column(run, "releases")[:4] == [0, 20, 40, 40], "a month before they are needed"
    assert column(run, "releases")[-1] == 0, "what would arrive after the plan is not ordered in it"
    assert set(column(run, "lost")) == {0}
    assert column(run, "inventory_value")[:3] == [120, 40, 0]
    assert column(run, "purchases_value")[:4] == [0, 0, 40, 80]
    assert (set(column(run, "revenue")), set(column(run, "cogs"))) == ({200}, {80})


def test_what_cannot_arrive_in_time_is_lost_priced_and_flagged(cast: Cast, world: Supplied) -> None:
    stock_make(world.item, "30", cost="2")
    lane_make(world.item, days="90", cost="2")
    run = planned(cast.sam, world.cycle)
    assert column(run, "lost")[:4] == [10, 40, 40, 0]
    assert column(run, "lost_revenue")[:4] == [50, 200, 200, 0]
    assert column(run, "lost_margin")[:4] == [30, 120, 120, 0]
    flag = SupplyFlag.objects.get(kind="shortage")
    assert (flag.units, flag.money, flag.first_bucket, flag.last_bucket) == (
        90,
        450,
        date(2022, 2, 1),
        date(2022, 4, 1),
    )
    assert flag.cause == "Short of 90 from Feb 2022: no order placed today can arrive in time"


@pytest.mark.parametrize(
    ("on_hand", "days", "steps"), [("100", "30", 4), ("30", "90", 12), ("0", "8", 2), ("55", "1", 1)]
)
def test_a_plain_loop_finds_the_same_months(cast: Cast, world: Supplied, on_hand: str, days: str, steps: int) -> None:
    stock_make(world.item, on_hand)
    lane_make(world.item, days=days)
    run = planned(cast.sam, world.cycle)
    expected = looped(on_hand=float(on_hand), demand=40, lead_steps=steps, months=world.cycle.horizon_months)
    for name, values in expected.items():
        assert [float(value) for value in column(run, name)] == pytest.approx(values), name


def test_open_orders_arrive_in_the_month_promised_and_nothing_more_is_ordered(cast: Cast, world: Supplied) -> None:
    stock_make(world.item, "40")
    lane = lane_make(world.item, days="30")
    order = {"supplier": lane.supplier, "ordered_on": date(2022, 1, 3), "unit_cost": Decimal(3)}
    order |= {"first_promised_on": date(2022, 2, 20), "promised_on": date(2022, 3, 1)}
    PurchaseOrderLine.objects.create(number="PO1", item=world.item, ordered=100, received=20, **order)
    PurchaseOrderLine.objects.create(number="PO2", item=world.item, ordered=9, closed=True, **order)
    run = planned(cast.sam, world.cycle)
    assert column(run, "open_receipts")[:3] == [0, 80, 0]
    assert column(run, "planned_receipts")[:4] == [0, 0, 0, 40]
    assert column(run, "purchases_value")[1] == 240
    assert column(run, "inventory_value")[1] == 120


def test_moq_is_kept_and_a_planners_receipts_stand_in_place_of_the_engines(cast: Cast, world: Supplied) -> None:
    stock_make(world.item, "40")
    lane_make(world.item, days="8", moq="60")
    ReceiptOverride.objects.create(
        cycle=world.cycle, item=world.item, bucket=date(2022, 4, 1), quantity=7, reason="Said on the phone",
        changed_at=NOON,
    )  # fmt: skip
    run = planned(cast.sam, world.cycle)
    planned_receipts = column(run, "planned_receipts")
    assert planned_receipts[0] == 0
    assert planned_receipts[1] == 60
    assert planned_receipts[2] == 7
    assert [float(value) for value in column(run, "closing")[:2]] == [0, 20]
    assert column(run, "lost")[2] == 40 - 20 - 7


def test_the_table_holds_what_the_engine_says_rounded_once(cast: Cast, world: Supplied) -> None:
    stock_make(world.item, "61.5", cost="2.3333", backlog="3")
    lane_make(world.item, days="23", cost="2.4567", moq="7")
    world.item.safety_stock, world.item.backorder_share = None, Decimal("0.35")
    world.item.save()
    run = planned(cast.sam, world.cycle)
    inputs = inputs_of(world.cycle, version=1, item_ids=[world.item.pk])
    months: PlanLines = plan_supply(inputs.problem).months
    named = {each.name for each in fields(months)}
    assert {*QUANTITIES.values(), *MONEY.values()} <= named
    for columns, digits in ((QUANTITIES, 3), (MONEY, 2)):
        for name, row in columns.items():
            stored = np.array(column(run, name), dtype=float)
            np.testing.assert_allclose(stored, np.round(getattr(months, row)[0], digits), err_msg=name)
    balance = [line.opening + line.open_receipts + line.planned_receipts - line.shipped for line in lines(run)]
    assert [float(value) for value in balance] == pytest.approx([float(line.closing) for line in lines(run)], abs=0.002)


def test_nothing_is_assumed_silently(cast: Cast, world: Supplied) -> None:
    run = planned(cast.sam, world.cycle)
    assert SupplyItem.objects.get(run=run).facts["notes"] == [
        "No supplier is named; nothing can be ordered on time before one is.",
        "No lead time is known; 30 days are assumed.",
        "No cost is known; its purchases count as 0.",
        "No stock count is known; 0 is assumed on hand.",
    ]
