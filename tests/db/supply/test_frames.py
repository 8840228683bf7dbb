"""From the tables to the arrays of the plan: prices by customer, costs by rate, the newest facts, one lane."""

from datetime import date
from decimal import Decimal

import pytest

from sop.models import Company, Cost, Price, Rate, Supplier
from supply.frames import SupplyInputs
from supply.models import LeadTimeAssumption, OnHand, Sourcing
from supply.selectors.problem import inputs_of
from tests.demand_makers import series_make
from tests.factories import Cast, supplier_make
from tests.plan_makers import snapshot_make
from tests.supply_makers import LONG_AGO, Supplied, lane_make, price_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

MAY = date(2022, 5, 1)


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return supplied_make(cast, demand="10")


def inputs(world: Supplied) -> SupplyInputs:
    return inputs_of(world.cycle, version=1, item_ids=[world.item.pk])


def test_customers_add_up_to_the_stock_items_demand_and_average_price(cast: Cast, world: Supplied) -> None:
    snapshot_make(world.cycle, {series_make(cast.ridge, world.series.product, world.item.location): "30"})
    price_make(world.item.product, "5")
    Price.objects.create(product=world.item.product, customer=cast.ridge, valid_from=LONG_AGO, price=Decimal(3))
    problem = inputs(world).problem
    assert list(problem.demand[0, :3]) == [40, 40, 10]
    assert list(problem.price[0, :3]) == [3.5, 3.5, 5]


def test_who_has_no_price_pays_what_the_others_pay(cast: Cast, world: Supplied) -> None:
    snapshot_make(world.cycle, {series_make(cast.ridge, world.series.product, world.item.location): "30"})
    Price.objects.create(product=world.item.product, customer=cast.harbour, valid_from=LONG_AGO, price=Decimal(8))
    assert list(inputs(world).problem.price[0, :2]) == [8, 8]


def test_a_price_holds_from_its_date_and_a_customers_own_beats_the_list(cast: Cast, world: Supplied) -> None:
    price_make(world.item.product, "5")
    Price.objects.create(product=world.item.product, valid_from=MAY, price=Decimal(6))
    Price.objects.create(product=world.item.product, customer=cast.harbour, valid_from=MAY, price=Decimal(4))
    assert list(inputs(world).problem.price[0, :5]) == [5, 5, 5, 4, 4]


def test_costs_are_in_plan_currency_at_the_months_rate(world: Supplied) -> None:
    lane = lane_make(world.item, cost="10")
    Supplier.objects.filter(pk=lane.supplier_id).update(currency="EUR")
    Rate.objects.create(currency="EUR", valid_from=LONG_AGO, rate=Decimal("1.1"))
    Rate.objects.create(currency="EUR", valid_from=MAY, rate=Decimal("1.3"))
    assert list(inputs(world).problem.unit_cost[0, :5]) == pytest.approx([11, 11, 11, 13, 13])
    assert "No rate" not in str(inputs(world).notes)


@pytest.mark.parametrize(("currency", "told"), [("EUR", True), ("USD", False), ("", False)])
def test_a_missing_rate_is_said(world: Supplied, currency: str, told: bool) -> None:
    Company.objects.create(pk=1, currency="USD")
    lane = lane_make(world.item, cost="10")
    Supplier.objects.filter(pk=lane.supplier_id).update(currency=currency)
    sentence = f"No rate of {currency} is known when the plan begins; 1 is taken."
    assert (sentence in inputs(world).notes.get(world.item.pk, [])) == told
    assert inputs(world).problem.unit_cost[0, 0] == 10


def test_the_lane_with_the_largest_share_supplies(world: Supplied) -> None:
    lane_make(world.item, days="30", moq="5")
    other = supplier_make("SOUTHGATE")
    LeadTimeAssumption.objects.create(supplier=other, valid_from=LONG_AGO, mean_days=Decimal(80))
    Cost.objects.create(product=world.item.product, supplier=other, valid_from=LONG_AGO, cost=Decimal(9))
    Sourcing.objects.update(share=Decimal("0.4"))
    Sourcing.objects.create(item=world.item, supplier=other, share=Decimal("0.6"), moq=Decimal(12))
    problem = inputs(world).problem
    assert (problem.moq[0], problem.lead_days[0, 0], problem.unit_cost[0, 0]) == (12, 80, 9)


def test_a_products_own_lead_time_beats_the_suppliers_and_changes_with_the_month(world: Supplied) -> None:
    supplier = lane_make(world.item, days="30").supplier
    LeadTimeAssumption.objects.create(
        supplier=supplier, product=world.item.product, valid_from=MAY, mean_days=Decimal(70), sd_days=Decimal(9)
    )
    problem = inputs(world).problem
    assert list(problem.lead_days[0, 2:5]) == [30, 70, 70]
    assert list(problem.lead_days_sd[0, 2:5]) == [0, 9, 9]


def test_the_last_count_before_the_plan_begins_is_what_lies_there(world: Supplied) -> None:
    for day, quantity in ((date(2022, 1, 31), "70"), (date(2022, 1, 1), "50"), (date(2022, 2, 2), "999")):
        OnHand.objects.create(item=world.item, as_of=day, quantity=Decimal(quantity), average_cost=Decimal(2))
    assert inputs(world).problem.on_hand[0] == 70


def test_a_count_below_zero_is_taken_as_nothing_and_said(world: Supplied) -> None:
    OnHand.objects.create(item=world.item, as_of=LONG_AGO, quantity=Decimal(-5), average_cost=Decimal(2))
    assert inputs(world).problem.on_hand[0] == 0
    assert "The stock count is below zero (-5); 0 is assumed on hand." in inputs(world).notes[world.item.pk]


def test_the_demand_is_that_of_the_version_asked_for(cast: Cast, world: Supplied) -> None:
    snapshot_make(world.cycle, {world.series: "77"}, version=2)
    first = inputs_of(world.cycle, version=1, item_ids=[world.item.pk]).problem.demand
    second = inputs_of(world.cycle, version=2, item_ids=[world.item.pk]).problem.demand
    assert (first[0, 0], second[0, 0]) == (10, 77)
