"""Limits as they are stated, each with the version an edit names, and who set them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from sop.models import Location, Supplier
from sop.selectors.master_history import versions_of
from supply.models import Capacity, SupplierRule

CHANGES_SHOWN = 15
ENTRIES_READ = 300


@dataclass(frozen=True)
class LimitChange:
    """One change of the limit of one or several months; `before` None: there was none, `after` None: taken away."""

    owner: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    who: str
    at: datetime
    why: str
    months: list[date]

    @property
    def first(self) -> date:
        """First month."""
        return min(self.months)

    @property
    def last(self) -> date:
        """Last month."""
        return max(self.months)


def capacity_rows() -> QuerySet[Capacity]:
    """Return every limit with its version."""
    latest = Capacity.history.filter(id=OuterRef("pk")).order_by("-history_id").values("history_id")[:1]
    return Capacity.objects.select_related("supplier", "location").annotate(version=Subquery(latest))


def versions_seen(months: Sequence[date]) -> str:
    """Return number and version of every limit of some months, as the page keeps them."""
    ids = list(Capacity.objects.filter(bucket__in=months).order_by("pk").values_list("pk", flat=True))
    return " ".join(f"{row}:{at}" for row, at in sorted(versions_of(Capacity, ids).items()))


def capacity_stated(owner: dict[str, int], unit: str, first: date, last: date) -> QuerySet[Capacity]:
    """Return what is stated for a supplier or location from one month to another."""
    return Capacity.objects.filter(unit=unit, bucket__gte=first, bucket__lte=last, **owner)


def rules_stated() -> dict[int, Any]:
    """Return by supplier the latest entry in the history of its rule: the rule, who set it, when, why, its version."""
    latest = SupplierRule.history.order_by("supplier_id", "-history_id").distinct("supplier_id")
    return {entry.supplier_id: entry for entry in latest}


def supplier_rules() -> QuerySet[SupplierRule]:
    """Return the stated rules with their versions; a supplier without one is cut by equal days of supply."""
    latest = SupplierRule.history.filter(id=OuterRef("pk")).order_by("-history_id").values("history_id")[:1]
    return SupplierRule.objects.select_related("supplier").annotate(version=Subquery(latest))


def capacity_changes() -> list[LimitChange]:
    """Return the latest changes of limits, latest first; months set alike at once are one change."""
    before = (
        Capacity.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        .order_by("-history_id")
        .values("quantity")[:1]
    )
    entries = list(Capacity.history.annotate(before=Subquery(before)).order_by("-history_id")[:ENTRIES_READ])
    suppliers = Supplier.objects.in_bulk({entry.supplier_id for entry in entries if entry.supplier_id})
    places = Location.objects.in_bulk({entry.location_id for entry in entries if entry.location_id})
    grouped: dict[tuple[Any, ...], LimitChange] = {}
    for entry in entries:
        after = None if entry.history_type == "-" else entry.quantity
        who, minute = entry.history_user_name or "The system", entry.history_date.replace(second=0, microsecond=0)
        why = entry.history_change_reason or ""
        key = (entry.supplier_id, entry.location_id, entry.unit, entry.before, after, who, minute, why)
        name = suppliers.get(entry.supplier_id) or places.get(entry.location_id)
        change = grouped.setdefault(
            key,
            LimitChange(str(name), entry.get_unit_display(), entry.before, after, who, entry.history_date, why, []),
        )
        change.months.append(entry.bucket)
    return list(grouped.values())[:CHANGES_SHOWN]
