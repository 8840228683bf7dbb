"""Which selling price the supply plan counts with."""

from datetime import date
from decimal import Decimal

import pytest

from demand.models import ForecastSnapshot, Series
from sop.models import Customer, Cycle, Location, Price, Product
from supply.models import StockItem
from supply.selectors.problem import SupplyInputs, inputs_of
from tests.factories import FEBRUARY, Cast, cycle_make, location_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
NO_PRICE = "No selling price is known; its sales count as 0."


def place() -> Location:
    """Return the one warehouse."""
    return Location.objects.first() or location_make()


def wanted(cycle: Cycle, product: Product, customer: Customer, quantity: int) -> None:
    """Let a customer want so much in the cycle's first month."""
    series = Series.objects.create(product=product, customer=customer, location=place())
    ForecastSnapshot.objects.create(
        cycle=cycle, version=1, series=series, bucket=FEBRUARY, baseline=quantity, sales=quantity, consensus=quantity
    )


def inputs(cycle: Cycle, product: Product) -> SupplyInputs:
    """Return what the plan of the product's one stock item is made from."""
    item, _ = StockItem.objects.get_or_create(product=product, location=place())
    return inputs_of(cycle, version=1, item_ids=[item.pk])


@pytest.mark.parametrize(("harbour", "ridge", "price"), [(30, 10, 11), (0, 0, 12)])
def test_customers_prices_are_weighed_by_demand_and_known_without_it(
    cast: Cast, harbour: int, ridge: int, price: float
) -> None:
    cycle, product = cycle_make(cast), product_make()
    for customer, quantity, own in ((cast.harbour, harbour, 10), (cast.ridge, ridge, 14)):
        wanted(cycle, product, customer, quantity)
        Price.objects.create(product=product, customer=customer, valid_from=date(2022, 1, 1), price=Decimal(own))
    found = inputs(cycle, product)
    assert found.problem.price[0, 0] == price
    assert NO_PRICE not in next(iter(found.notes.values()))


def test_a_product_without_any_price_says_so(cast: Cast) -> None:
    cycle, product = cycle_make(cast), product_make()
    wanted(cycle, product, cast.harbour, 5)
    assert NO_PRICE in next(iter(inputs(cycle, product).notes.values()))
