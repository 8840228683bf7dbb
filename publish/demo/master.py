"""Writing what changes seldom: company, calendar, products, series, stock items, lanes, money."""

from datetime import date

import pandas as pd

from demand.models import Series
from publish.demo.keys import Keys, keys
from publish.demo.prices import budget, contract_prices, costs, list_prices, rates
from publish.demo.products import products_write
from publish.demo.suppliers import SECOND_LANES
from publish.demo.tables import copy, create
from publish.demo.world import World
from sop.constants import Role, StepKind
from sop.engine.months import month_list
from sop.models import Budget, Company, Cost, Price, Rate, StepTemplate, User
from supply.constants import DEFAULT_REVIEW_DAYS, ServiceType
from supply.models import Capacity, ClassTarget, Sourcing, StockItem

CASH_CEILING = 34_000_000  # what the bank agreed to finance in stock

# Step, who owns it, their role, and on which working day of the month it is due.
CALENDAR = (
    (StepKind.GATHER, "olga", Role.DEMAND_PLANNER, 4),
    (StepKind.SUPPLY, "sam", Role.SUPPLY_PLANNER, 7),
    (StepKind.RECONCILE, "olga", Role.DEMAND_PLANNER, 9),
    (StepKind.REVIEW, "cora", Role.COORDINATOR, 12),
    (StepKind.PUBLISH, "cora", Role.COORDINATOR, 13),
)
# What suppliers on allocation accept to order a month, in US dollars; told in November 2021, until the next summer.
SUPPLIER_LIMITS = {"PRAIRIE": 5_500_000, "BOREAL": 3_200_000, "CLEARVIEW": 1_600_000}
LIMITED_FROM, LIMITED_MONTHS = date(2021, 12, 1), 20
# Who can be hurried: by truck instead of rail, in days, for a surcharge a unit.
EXPEDITE_DAYS = {"PRAIRIE": 21, "BOREAL": 28}
EXPEDITE_COST = "1.25"
SERVICE_TARGETS = {"A": 0.97, "B": 0.95, "C": 0.90}
BACKORDER_SHARE = 0.35
MAX_COVER_MONTHS = 4
BUYER, BUYERS = "sam", {"SIDE": "otto", "FAST": "otto"}  # Otto has bought siding and fasteners himself since autumn


def company_write(users: dict[str, User]) -> None:
    """Write the company and the calendar its cycles follow."""
    create([Company(id=1, name="Harlow Supply", timezone="America/Chicago", cash_ceiling=CASH_CEILING)])
    create(
        StepTemplate(kind=kind, owner=users[name], owner_role=role, due_working_day=day)
        for kind, name, role, day in CALENDAR
    )


def goods_write(world: World, users: dict[str, User]) -> None:
    """Write products, series and stock items with who buys them."""
    classes = world.classes()
    products_write(world.products, classes)
    key, series, items = keys(world), world.demand.series, world.stock.items
    ended = ((world.products["ended_on"] != "") & (world.products["ended_on"] < "2021-12-01")).to_numpy()
    copy(
        Series,
        pd.DataFrame(
            {
                "product_id": key.product[series["product"]],
                "customer_id": key.customer[series["customer"]],
                "location_id": key.location[series["location"]],
                "active": ~ended[series["product"]],
            }
        ),
    )
    family_of = world.products["family"].iloc[items["product"]]
    create(ClassTarget(abc=each, service_target=share) for each, share in SERVICE_TARGETS.items())
    copy(
        StockItem,
        pd.DataFrame(
            {
                "product_id": key.product[items["product"]],
                "location_id": key.location[items["location"]],
                "service_target": None,  # that of its class
                "service_type": ServiceType.CYCLE.value,
                "backorder_share": BACKORDER_SHARE,
                "max_cover_months": MAX_COVER_MONTHS,
                "buyer_id": [users[BUYERS.get(family, BUYER)].pk for family in family_of],
            }
        ),
    )


def lanes_write(world: World, key: Keys) -> None:
    """Write a lane of each stock item with its lot rules, and a second one of a few."""
    items = world.stock.items
    codes = world.products["supplier"].iloc[items["product"]]
    second = {lane.product: lane for lane in SECOND_LANES}
    names = world.products["name"].iloc[items["product"]].reset_index(drop=True)
    first = pd.DataFrame(
        {
            "item_id": key.item,
            "supplier_id": codes.map(key.supplier).to_numpy(),
            "share": [1 - second[name].share if name in second else 1 for name in names],
            "moq": items["moq"],
            "multiple": items["multiple"],
            "review_days": DEFAULT_REVIEW_DAYS,
            "frozen_days": 0,
            "yield_mean": 1,
            "yield_sd": 0,
            "expedite_days": codes.map(EXPEDITE_DAYS).astype("Int64").reset_index(drop=True),
            "expedite_cost": EXPEDITE_COST,
        }
    )
    other = first[names.isin(second)].copy()
    lanes = [second[name] for name in names[names.isin(second)]]
    other["supplier_id"] = [key.supplier[lane.supplier] for lane in lanes]
    other["share"] = [lane.share for lane in lanes]
    copy(Sourcing, pd.concat([first, other], ignore_index=True))


def capacity_write(key: Keys) -> None:
    """Write how much the suppliers on allocation accept, month by month."""
    create(
        Capacity(supplier_id=key.supplier[code], bucket=month, unit="money", quantity=limit)
        for code, limit in SUPPLIER_LIMITS.items()
        for month in month_list(LIMITED_FROM, LIMITED_MONTHS)
    )


def money_write(world: World, key: Keys) -> None:
    """Write plan rates, prices, and next years' budget; costs arrive as suppliers announce them."""
    copy(Rate, rates())
    listed = list_prices(world.products)
    copy(Price, listed.assign(product_id=key.product[listed.pop("product")]))
    agreed = contract_prices(world.products, world.demand)
    copy(
        Price,
        agreed.assign(product_id=key.product[agreed.pop("product")], customer_id=key.customer[agreed.pop("customer")]),
    )
    plan = budget(world.products, world.demand, world.prices)
    copy(Budget, plan.assign(family_id=plan.pop("family").map(key.family)))


def costs_write(world: World, key: Keys, *, after: date | None, until: date) -> None:
    """Write the costs suppliers announced after one day (None = ever) and until another."""
    found = costs(world.products)
    told = found["announced_on"]
    due = found[(told <= until) & ((told > after) if after else True)].copy()
    copy(
        Cost,
        due.assign(product_id=key.product[due.pop("product")], supplier_id=due.pop("supplier").map(key.supplier)),
    )
