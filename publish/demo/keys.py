"""From places in the made-up world to primary keys in the database."""

from dataclasses import dataclass

import numpy as np
from django.db import models

from demand.models import Series
from publish.demo.catalogue import FAMILIES
from publish.demo.customers import CUSTOMERS, LOCATIONS
from publish.demo.tables import keys_by
from publish.demo.world import World
from sop.engine.arrays import IntArray
from sop.models import Customer, Family, Location, Product, Supplier
from supply.models import StockItem


@dataclass(frozen=True)
class Keys:
    """Primary keys by place; suppliers and families by code."""

    product: IntArray
    customer: IntArray
    location: IntArray
    series: IntArray
    item: IntArray
    supplier: dict[str, int]
    family: dict[str, int]


def keys(world: World) -> Keys:
    """Return the keys of everything written so far; series and items are empty before they are."""
    return Keys(
        product=_by_code(Product, world.products["code"].to_list()),
        customer=_by_code(Customer, [customer.code for customer in CUSTOMERS]),
        location=_by_code(Location, [code for code, _, _ in LOCATIONS]),
        series=_in_order(Series),
        item=_in_order(StockItem),
        supplier=keys_by(Supplier),
        family={code: key for code, key in keys_by(Family).items() if code in {f.code for f in FAMILIES}},
    )


def _by_code(model: type[models.Model], codes: list[str]) -> IntArray:
    found = keys_by(model)
    return np.array([found[code] for code in codes], dtype=np.int64)


def _in_order(model: type[models.Model]) -> IntArray:
    """Return the keys in the order rows were copied in."""
    return np.array(model._default_manager.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
