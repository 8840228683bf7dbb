"""The rough cut: what the supply plan wants of suppliers and warehouses, against what they can take, and what fits.

Everything stands in the run; limits are those of today, and a row says where they changed since.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q

from sop.engine.months import month_list
from sop.figures import bar_trace, figure, line_trace
from sop.models import Location, Supplier
from supply.constants import NEAR, CutBy, LimitUnit
from supply.frames.limits import Owner, limits_of
from supply.frames.reading import rows_of
from supply.models import SupplyLoad, SupplyRun

MOST_ITEMS = 20
ITEMS_SQL = """
    select * from (
        select s.supplier_id, s.item_id, p.name, s.moved::float8, s.cut::float8,
               count(*) over by_supplier, row_number() over (by_supplier order by s.cut desc, s.moved desc, s.item_id)
               as place
        from (
            select (one.facts->>'supplier')::bigint as supplier_id, one.item_id, one.moved, one.cut
            from supply_supplyitem one where one.run_id = %(run)s and (one.moved > 0 or one.cut > 0)
                 and (one.facts->>'supplier')::bigint = any(%(suppliers)s)
                 and one.item_id not in (select item_id from supply_supplylane where run_id = %(run)s)
            union all
            select l.supplier_id, l.item_id, sum(l.moved), sum(l.cut) from supply_supplylane l
            where l.run_id = %(run)s and l.supplier_id = any(%(suppliers)s)
            group by 1, 2 having sum(l.moved) > 0 or sum(l.cut) > 0
        ) s join supply_stockitem i on i.id = s.item_id join sop_product p on p.id = i.product_id
        window by_supplier as (partition by s.supplier_id)
    ) concerned where place <= %(most)s order by supplier_id, place
"""


@dataclass(frozen=True)
class LoadMonth:
    """One month of one limit; loads in the unit of the limit, moved, cut and late in units of the products."""

    owner: str  # supplier or location
    code: str
    name: str
    unit: str
    bucket: date
    limit: float | None
    before: float = 0.0
    after: float = 0.0
    moved: float = 0.0
    cut: float = 0.0
    late: float = 0.0

    @property
    def share_before(self) -> float | None:
        """Share of the limit that is wanted; None without a limit, or at a limit of 0 that is asked for."""
        return _share(self.before, self.limit)

    @property
    def share_after(self) -> float | None:
        """Share of the limit the plan takes."""
        return _share(self.after, self.limit)

    @property
    def mark_before(self) -> str:
        """Return over, near, ok or nothing."""
        return _mark(self.owner, self.before, self.limit)

    @property
    def mark_after(self) -> str:
        """Return over, near, ok or nothing."""
        return _mark(self.owner, self.after, self.limit)


class ItemMoved(NamedTuple):
    """A stock item whose orders a limit moves or cuts [units over the plan]."""

    id: int
    name: str
    moved: float
    cut: float


@dataclass(frozen=True)
class LoadRow:
    """One limit over the months of the plan, and the items it touches, most cut first."""

    owner: str
    number: int
    name: str
    unit: str
    months: list[LoadMonth]
    figure: dict[str, Any]
    unmeasured: int = 0
    changed: bool = False  # the limit is another one than the plan was made with
    rule: str = CutBy.FAIR_SHARE.value
    first: bool = True  # of its supplier's rows: what holds for all of them stands here
    items: list[ItemMoved] = field(default_factory=list)
    item_count: int = 0

    @property
    def unit_word(self) -> str:
        """Name of the unit."""
        return str(LimitUnit(self.unit).label)

    @property
    def rule_word(self) -> str:
        """Name of the rule."""
        return str(CutBy(self.rule).label)

    @property
    def flag_key(self) -> tuple[str, int]:
        """Whose flag stands on the row."""
        return self.owner, self.number

    @property
    def key(self) -> str:
        """Name of the row on a page."""
        return f"{self.owner}-{self.number}-{self.unit}"


class Named(NamedTuple):
    """Whose limit it is, its value month by month, by which rule it cuts, whether it is the first of its owner's."""

    owner: Owner
    named: Supplier | Location
    limit: dict[date, float]
    rule: str = CutBy.FAIR_SHARE.value
    first: bool = True

    @property
    def key(self) -> str:
        """Return the name of its owner on a page."""
        return f"{self.owner[0]}-{self.owner[1]}"


def limits_named(run: SupplyRun) -> list[Named]:
    """Return every supplier's limits, then every warehouse's, by name."""
    limits = limits_of(month_list(run.first_bucket, run.horizon_months))
    suppliers = Supplier.objects.in_bulk(limits.suppliers)
    places = Location.objects.in_bulk([number for kind, number, _ in limits.stated if kind == "location"])
    names = {owner: suppliers[owner[1]] if owner[0] == "supplier" else places[owner[1]] for owner in limits.stated}
    order = sorted(limits.stated, key=lambda owner: (owner[0] != "supplier", names[owner].name, owner[1:]))
    rules = [limits.rules.get(owner[1], CutBy.FAIR_SHARE.value) for owner in order]
    firsts = [not at or order[at - 1][:2] != owner[:2] for at, owner in enumerate(order)]
    return [
        Named(owner, names[owner], limits.stated[owner], rule, first)
        for owner, rule, first in zip(order, rules, firsts, strict=True)
    ]


def rough_cut(run: SupplyRun) -> list[LoadRow]:
    """Return the loads of every limit, suppliers before warehouses, by name."""
    return load_rows(run, limits_named(run))


def load_rows(run: SupplyRun, limits: Sequence[Named]) -> list[LoadRow]:
    """Return the loads of some limits."""
    months = month_list(run.first_bucket, run.horizon_months)
    numbers = {kind: [each.owner[1] for each in limits if each.owner[0] == kind] for kind in ("supplier", "location")}
    loads = _loads(run, numbers["supplier"], numbers["location"])
    items = items_moved(run, numbers["supplier"])
    any_kept = bool(loads) or SupplyLoad.objects.filter(run=run).exists()
    rows: list[LoadRow] = []
    for each in limits:
        kind, number, _ = each.owner
        concerned, count = items.get(number, ([], 0)) if kind == "supplier" else ([], 0)
        held = loads.get(each.owner, {})
        changed = any(each.limit.get(month) != load.limit for month, load in held.items()) if held else any_kept
        rows.append(
            row_of(
                each,
                [_month(each, month, held.get(month)) for month in months],
                unmeasured=max((load.unmeasured for load in held.values()), default=0),
                changed=changed,
                rule=each.rule,
                first=each.first,
                items=concerned,
                item_count=count,
            )
        )
    return rows


def row_of(stated: Named, months: list[LoadMonth], **facts: Any) -> LoadRow:
    """Return a row with its figure."""
    kind, number, unit = stated.owner
    return LoadRow(kind, number, stated.named.name, unit, months, _figure(kind, unit, months), **facts)


def items_moved(run: SupplyRun, suppliers: Iterable[int]) -> dict[int, tuple[list[ItemMoved], int]]:
    """Return the stock items limits touch by supplier, most cut first, and how many there are."""
    wanted = list(suppliers)
    found: dict[int, tuple[list[ItemMoved], int]] = {}
    if not wanted:
        return found
    params = {"run": run.pk, "most": MOST_ITEMS, "suppliers": wanted}
    for supplier, item, name, moved, cut, count, _ in rows_of(ITEMS_SQL, params):
        found.setdefault(supplier, ([], count))[0].append(ItemMoved(item, name, moved, cut))
    return found


def _loads(run: SupplyRun, suppliers: Iterable[int], places: Iterable[int]) -> dict[Owner, dict[date, SupplyLoad]]:
    owned = Q(supplier_id__in=list(suppliers)) | Q(location_id__in=list(places))
    found: dict[Owner, dict[date, SupplyLoad]] = defaultdict(dict)
    for load in SupplyLoad.objects.filter(owned, run=run):
        owner = ("supplier", load.supplier_id) if load.supplier_id else ("location", load.location_id or 0)
        found[(*owner, load.unit)][load.bucket] = load
    return found


def _month(stated: Named, month: date, load: SupplyLoad | None) -> LoadMonth:
    kind, _, unit = stated.owner
    head = (kind, stated.named.code, stated.named.name, unit, month, stated.limit.get(month))
    if load is None:
        return LoadMonth(*head)
    return LoadMonth(*head, load.wanted, load.planned, load.moved, load.cut, load.late)


def _figure(kind: str, unit: str, months: list[LoadMonth]) -> dict[str, Any]:
    buckets = [month.bucket for month in months]
    limit = [float("nan") if month.limit is None else month.limit for month in months]
    word = "Wanted" if kind == "supplier" else "Closing stock"
    bars = [bar_trace(word, buckets, [month.before for month in months], "accent-soft")]
    if kind == "supplier":
        bars.append(bar_trace("Planned", buckets, [month.after for month in months], "accent"))
    unit_word = str(LimitUnit(unit).label)
    return figure([*bars, line_trace("Limit", buckets, limit, "ink", dash="dash", width=1.5)], unit=unit_word)


def _share(load: float, limit: float | None) -> float | None:
    return load / limit if limit else None


def _mark(owner: str, load: float, limit: float | None) -> str:
    if limit is None:
        return ""
    if load > limit * (1 + 1e-9):
        return "over"
    return "near" if limit and load >= NEAR.get(owner, 1) * limit else "ok"
