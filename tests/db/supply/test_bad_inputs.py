"""What planners really bring: wrong dates, unknown suppliers, lanes without a lead time, limits of 0, no history.

Each gives a clear sentence or a default everybody sees; none breaks a run or is taken for 0 in silence.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse

from demand.selectors.layers import plan_months
from sop.constants import Source
from sop.models import Import
from sop.request_context import acting
from sop.services.importing import import_check, import_receive
from supply.models import (
    Capacity,
    LeadTimeAssumption,
    OnHand,
    PurchaseOrderLine,
    Sourcing,
    SupplierRecord,
    SupplyItem,
    SupplyLine,
)
from supply.selectors.problem import inputs_of
from supply.selectors.rough_cut import rough_cut
from tests.api_world import FEBRUARY
from tests.demand_makers import adopted_baseline
from tests.factories import Cast, client_of, supplier_make
from tests.supply_makers import Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return supplied_make(cast)


def page_words(world: Supplied) -> str:
    """Return what the item's page says to the supply planner."""
    page = client_of(world.cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk]))
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def order_make(world: Supplied, lane: Sourcing, number: str, days: int, placed: date = date(2021, 11, 1)) -> None:
    PurchaseOrderLine.objects.create(
        **{"number": number, "item": world.item, "supplier": lane.supplier, "ordered": 10, "received": 10},
        **{"ordered_on": placed, "first_promised_on": placed + timedelta(30), "promised_on": placed + timedelta(30)},
        **{"received_on": placed + timedelta(days), "unit_cost": 1},
    )


def test_an_order_received_before_it_was_ordered_counts_nowhere_and_is_told(cast: Cast, world: Supplied) -> None:
    lane = lane_make(world.item, days="30")
    for number in range(8):
        order_make(world, lane, f"PO{number}", 35)
    order_make(world, lane, "WRONG", -400)
    run = planned(cast.sam, world.cycle)
    record = SupplierRecord.objects.get(run=run)
    assert (record.left_out, record.receipts, record.measured_days) == (1, 8, 35)
    assert inputs_of(world.cycle, version=1, item_ids=[world.item.pk]).problem.late_days[0] == 5, "of the eight"
    page = client_of(cast.sam).get(reverse("supply:supplier", args=[world.cycle.pk, lane.supplier_id]))
    assert "1 receipt lies before its order and is left out; correct its dates." in page.content.decode()


def test_a_stock_count_below_zero_plans_as_nothing_and_the_page_says_so(cast: Cast, world: Supplied) -> None:
    lane_make(world.item)
    OnHand.objects.create(item=world.item, as_of=FEBRUARY, quantity=Decimal(-55), average_cost=Decimal(2))
    run = planned(cast.sam, world.cycle)
    first = SupplyLine.objects.filter(run=run).earliest("bucket")
    assert (first.opening, first.lost) == (0, 40)
    assert "The stock count is below zero (-55); 0 is assumed on hand." in page_words(world)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("sourcing", "product,location,supplier\nSHINGLE,DC1,NOBODY\n"),
        ("lead-times", "supplier,valid_from,mean_days\nNOBODY,2022-01-01,30\n"),
        ("capacity", "supplier,bucket,unit,quantity\nNOBODY,2022-03,units,5\n"),
    ],
)
def test_an_unknown_supplier_is_named_with_its_row_and_a_cure(
    cast: Cast, world: Supplied, table: str, text: str
) -> None:
    with acting(cast.sam, Source.PAGE):
        brought = import_receive(user=cast.sam, table=table, file_name="file.csv", content=text.encode())
        brought = import_check(user=cast.sam, import_id=brought.pk)
    [fault] = brought.faults
    assert (fault["row"], fault["column"], fault["value"], fault["blocks"]) == (2, "supplier", "NOBODY", True)
    assert "supplier" in fault["what"]
    assert fault["cure"].endswith(".")
    assert brought.state != Import.State.APPLIED
    assert not (Sourcing.objects.exists() or LeadTimeAssumption.objects.exists() or Capacity.objects.exists())


def test_a_lane_without_a_lead_time_is_planned_with_the_default_and_says_so(cast: Cast, world: Supplied) -> None:
    Sourcing.objects.create(item=world.item, supplier=supplier_make())
    stock_make(world.item, "200")
    run = planned(cast.sam, world.cycle)
    item = SupplyItem.objects.get(run=run)
    assert (item.lead_time_days, item.lead_time_sd_days) == (30, 0)
    assert "No lead time is known; 30 days are assumed." in page_words(world)
    assert "No supplier is named" not in page_words(world)


def test_a_limit_of_zero_moves_what_it_can_cuts_the_rest_and_is_over(cast: Cast, world: Supplied) -> None:
    lane = lane_make(world.item, days="8")
    for month in plan_months(world.cycle):
        Capacity.objects.create(supplier=lane.supplier, bucket=month, unit="units", quantity=0)
    [row] = rough_cut(planned(cast.sam, world.cycle))
    asked = sum(month.before for month in row.months)
    assert asked > 0
    assert sum(month.after for month in row.months) == 0
    assert sum(month.cut for month in row.months) == pytest.approx(asked)
    first = row.months[0]
    assert (first.limit, first.share_before, first.mark_before, first.mark_after) == (0, None, "over", "ok")
    page = client_of(cast.sam).get(reverse("supply:rough-cut", args=[world.cycle.pk]))
    assert page.status_code == 200
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "▼ over" in words, "a load of something on nothing is no percentage"


def test_without_any_history_a_careful_error_is_assumed_and_shown(cast: Cast, world: Supplied) -> None:
    adopted_baseline(world.cycle, {world.series: 40})
    lane_make(world.item)
    world.item.safety_stock = None
    world.item.save()
    run = planned(cast.sam, world.cycle)
    item = SupplyItem.objects.get(run=run)
    assert (item.facts["rho"], item.facts["rho_guessed"]) == (0.5, True)
    assert SupplyLine.objects.filter(run=run).earliest("bucket").safety_stock > 0
    assert np.isfinite(item.sd_over_protection)
    assert "never measured, for the history is too short; 50% of a month's demand is assumed" in page_words(world)
