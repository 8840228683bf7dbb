"""Makers of supply for tests: a stock item with its lane, lead time, cost, price and count; a kept demand for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from demand.models import Series
from demand.selectors.layers import plan_months
from sop.constants import Source, StepKind
from sop.models import Cost, Cycle, Price, Product, User
from sop.request_context import acting
from supply.models import LeadTimeAssumption, OnHand, Sourcing, StockItem, SupplyRun
from supply.services.run import supply_request
from tests.api_world import FEBRUARY, step_only
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make, location_make, product_make, supplier_make
from tests.plan_makers import snapshot_make
from tests.support.work import parts_run

LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True)
class Supplied:
    """A cycle planning supply for one item sold to Harbour."""

    cast: Cast
    cycle: Cycle
    series: Series
    item: StockItem


def supplied_make(cast: Cast, *, demand: str = "40") -> Supplied:
    """Return a cycle whose consensus asks for the same every month, at a stock item without safety stock."""
    cycle, place = cycle_make(cast), location_make()
    series = series_make(cast.harbour, product_make(), place)
    snapshot_make(cycle, {series: demand}, months=tuple(plan_months(cycle)))
    step_only(cycle, StepKind.SUPPLY)
    item = StockItem.objects.create(product=series.product, location=place, safety_stock=0)
    return Supplied(cast, cycle, series, item)


def stock_make(item: StockItem, quantity: str, *, cost: str = "2", backlog: str = "0") -> OnHand:
    """Return a count of stock at the start of the cycle."""
    numbers = {"quantity": Decimal(quantity), "average_cost": Decimal(cost), "backlog": Decimal(backlog)}
    return OnHand.objects.create(item=item, as_of=FEBRUARY, **numbers)


def lane_make(item: StockItem, *, days: str = "30", cost: str = "2", moq: str = "0") -> Sourcing:
    """Return a lane from Northgate with its lead time and cost."""
    supplier = supplier_make()
    LeadTimeAssumption.objects.create(supplier=supplier, valid_from=LONG_AGO, mean_days=Decimal(days))
    Cost.objects.create(product=item.product, supplier=supplier, valid_from=LONG_AGO, cost=Decimal(cost))
    return Sourcing.objects.create(item=item, supplier=supplier, moq=Decimal(moq))


def price_make(product: Product, price: str) -> Price:
    """Return a list price."""
    return Price.objects.create(product=product, valid_from=LONG_AGO, price=Decimal(price))


def ask(user: User, cycle: Cycle) -> SupplyRun:
    """Ask for a supply plan as a person at a page."""
    with acting(user, Source.PAGE):
        return supply_request(user=user, cycle_id=cycle.pk)


def planned(user: User, cycle: Cycle) -> SupplyRun:
    """Return a supply plan run to its end."""
    run = ask(user, cycle)
    job = parts_run(run.job)
    assert job.state == "done", job.error
    run.refresh_from_db()
    return run
