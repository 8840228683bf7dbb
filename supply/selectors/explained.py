"""Stock explained: what explains stock and open orders, summed by buyer, supplier or family, and item by item."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from sop.models import Cycle
from supply.models import StockExplained, StockItem, SupplyRun
from supply.selectors.workbench import run_current

# Each class with its word and the tone of its bar, in the order in which they take from stock and orders.
CLASSES = (
    ("need", "Need", "accent"),
    ("buffer", "Buffer", "accent-soft"),
    ("lots", "Lot sizes", "ok"),
    ("pre_buy", "Agreed pre-buy", "control"),
    ("long_lead", "Lead time surplus", "warn"),
    ("stacked", "Buffer surplus", "changed"),
    ("early", "Early orders", "short"),
    ("rest", "Rest", "excess"),
)
NAMES = tuple(name for name, _, _ in CLASSES)
UNEXPLAINED = NAMES[4:]
SUMS = (*NAMES, *(f"{name}_money" for name in NAMES))
GROWTH = ("lengthened_money", "growth_money", "grown_by_lead_money")
# What a group is called by and, in the address, known by: a number, or 0 for those without.
GROUPS = {
    "buyer": ("coalesce('b' || u.id, 's' || s.id, '0')", "coalesce(u.name, 'No buyer, ' || s.name, 'No buyer')"),
    "supplier": ("coalesce(s.id, 0)::text", "coalesce(s.name, 'No supplier')"),
    "family": ("f.id::text", "f.name"),
}
GROUPS_SQL = """
    select {key} as key, {name} as name, count(*) as items,
           case when min(p.unit) = max(p.unit) then min(p.unit) end as unit, {sums}
    from supply_stockexplained e
    join supply_stockitem i on i.id = e.item_id join sop_product p on p.id = i.product_id
    join sop_family f on f.id = p.family_id
    left join sop_supplier s on s.id = e.supplier_id left join sop_user u on u.id = i.buyer_id
    where e.run_id = %s group by 1, 2
    order by sum(long_lead_money + stacked_money + early_money + rest_money) desc, 2, 1
"""


@dataclass(frozen=True)
class Part:
    """One class of a balance: units (None where products count in several) and money in plan currency."""

    name: str
    word: str
    units: Decimal | None
    money: Decimal
    is_explained: bool


@dataclass(frozen=True)
class Group:
    """Stock items of one buyer, supplier or family (or all of them) with their balance by class.

    unit: what they are counted in; None where that is several, whose quantities do not add up.
    """

    key: str
    name: str
    items: int
    unit: str | None
    parts: list[Part]
    lengthened: Decimal | None  # money; None: no lead time of a year ago is known
    growth: Decimal | None  # of those that hold more than a year ago, at today's value
    grown_by_lead: Decimal | None

    @property
    def units(self) -> Decimal | None:
        """Return what is on hand and on order; None where products count in several units."""
        return _whole([part.units for part in self.parts])

    @property
    def money(self) -> Decimal:
        """Return its value."""
        return sum((part.money for part in self.parts), Decimal(0))

    @property
    def unexplained(self) -> Decimal:
        """Return the value nothing explains."""
        return sum((part.money for part in self.parts if not part.is_explained), Decimal(0))

    @property
    def unexplained_share(self) -> Decimal | None:
        """Return it as a share of the balance."""
        return self.unexplained / self.money if self.money else None

    @property
    def justified_share(self) -> Decimal | None:
        """Return the share of the growth that longer lead times justify; None where nothing grew or none is known."""
        return self.grown_by_lead / self.growth if self.growth and self.grown_by_lead is not None else None


def explained_run(cycle: Cycle) -> tuple[SupplyRun | None, bool]:
    """Return the current run and whether it kept what explains stock (runs made before that was done did not)."""
    run = run_current(cycle)
    return run, run is not None and StockExplained.objects.filter(run=run).exists()


def has_buyers() -> bool:
    """Return whether anybody is named as a buyer."""
    return StockItem.objects.filter(buyer__isnull=False).exists()


def groups(run: SupplyRun, by: str) -> list[Group]:
    """Return the groups of a run, most unexplained money first; `by` is one of GROUPS."""
    key, name = GROUPS[by]
    columns = ", ".join(f"sum(e.{column})" for column in (*SUMS, *GROWTH))
    with connection.cursor() as cursor:
        cursor.execute(GROUPS_SQL.format(key=key, name=name, sums=columns), [run.pk])
        return [_group(key, name, items, unit, sums) for key, name, items, unit, *sums in cursor.fetchall()]


def total(found: Sequence[Group]) -> Group:
    """Return all groups as one; it adds up like they do."""
    units = {group.unit for group in found}
    unit = units.pop() if len(units) == 1 else None
    parts = [
        Part(
            name,
            word,
            units=_whole([group.parts[at].units for group in found]) if unit else None,
            money=sum((group.parts[at].money for group in found), Decimal(0)),
            is_explained=name not in UNEXPLAINED,
        )
        for at, (name, word, _) in enumerate(CLASSES)
    ]
    grown = [_sum([getattr(group, name) for group in found]) for name in ("lengthened", "growth", "grown_by_lead")]
    return Group("", "All", sum(group.items for group in found), unit, parts, *grown)


def items_explained(cycle: Cycle) -> QuerySet[StockExplained]:
    """Return what the current run explained of each stock item, the most unexplained money first."""
    found = StockExplained.objects.filter(run=run_current(cycle), run__isnull=False)
    return (
        found.select_related("item__product__family", "item__location", "item__buyer", "supplier")
        .annotate(
            unexplained=F("long_lead") + F("stacked") + F("early") + F("rest"),
            unexplained_money=F("long_lead_money") + F("stacked_money") + F("early_money") + F("rest_money"),
        )
        .order_by("-unexplained_money", "id")
    )


def of_group(found: QuerySet[StockExplained], by: str, key: str) -> QuerySet[StockExplained]:
    """Return the stock items of one group, as `groups` made it; none where the key is nobody's."""
    number = key.lstrip("bs")
    if not number.isdecimal():
        return found.none()
    if by == "family":
        return found.filter(item__product__family_id=int(number))
    supplier = Q(supplier_id=int(number)) if int(number) else Q(supplier=None)
    if by == "supplier":
        return found.filter(supplier)
    return found.filter(item__buyer_id=int(number)) if key.startswith("b") else found.filter(supplier, item__buyer=None)


def item_explained(run: SupplyRun, item_id: int) -> tuple[StockExplained, Group] | None:
    """Return what a run explained of one stock item, and the same by class; None where it did not."""
    row = StockExplained.objects.filter(run=run, item_id=item_id).select_related("supplier", "item__product").first()
    if row is None:
        return None
    return row, _group(str(item_id), "", 1, row.item.product.unit, [getattr(row, name) for name in (*SUMS, *GROWTH)])


def _group(key: str, name: str, items: int, unit: str | None, sums: Sequence[Any]) -> Group:
    count = len(CLASSES)
    parts = [
        Part(code, word, None if unit is None else sums[at], sums[count + at], code not in UNEXPLAINED)
        for at, (code, word, _) in enumerate(CLASSES)
    ]
    return Group(key, name, items, unit, parts, *sums[2 * count :])


def _whole(parts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of all parts; None where one is missing."""
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
