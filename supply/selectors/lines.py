"""The current supply plan row by row, and what planners set for it, each with the version an edit names."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
from django.db.models import OuterRef, QuerySet, Subquery

from sop.engine.months import month_list
from sop.models import Cycle
from supply.frames.placed import ORDERED, Placed, PlacedLanes
from supply.models import LeadTimeAssumption, StockItem, SupplyItem, SupplyLane, SupplyLine, SupplyRun
from supply.selectors.workbench import run_current


def lines(cycle: Cycle) -> QuerySet[SupplyLine]:
    """Return every month of every stock item of the cycle's current run; none before the first run."""
    found = SupplyLine.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location")


def items(cycle: Cycle) -> QuerySet[SupplyItem]:
    """Return how the cycle's current run set each stock item's safety stock; none before the first run."""
    found = SupplyItem.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location")


def lane_orders(cycle: Cycle) -> QuerySet[SupplyLane]:
    """Return what the cycle's current run orders from each supplier of stock items with several, by month."""
    found = SupplyLane.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location", "supplier")


def runs(cycle: Cycle) -> QuerySet[SupplyRun]:
    """Return the cycle's runs, latest first."""
    return SupplyRun.objects.filter(cycle=cycle).order_by("-created_at")


def lead_times() -> QuerySet[LeadTimeAssumption]:
    """Return every lead time that is assumed."""
    found = LeadTimeAssumption.objects.select_related("supplier", "product")
    return found.annotate(version=_version(LeadTimeAssumption))


def policies() -> QuerySet[StockItem]:
    """Return how every stock item is to be stocked."""
    return StockItem.objects.annotate(version=_version(StockItem))


def _version(model: Any) -> Subquery:
    """Return each row's latest entry of history, read with the row in one statement."""
    return Subquery(model.history.filter(id=OuterRef("pk")).order_by("-history_id").values("history_id")[:1])


def placed_by(run: SupplyRun, item_ids: Sequence[int]) -> Placed:
    """Return what a run places of some stock items, in the order of their ids; zeros for one it does not know."""
    names = [field.name for field in fields(Placed) if field.name != "lanes"]
    found = {name: np.zeros((len(item_ids), run.horizon_months)) for name in names}
    place = {item: at for at, item in enumerate(item_ids)}
    months = {month: at for at, month in enumerate(month_list(run.first_bucket, run.horizon_months))}
    rows = SupplyLine.objects.filter(run=run, item_id__in=item_ids).values_list("item_id", "bucket", *names)
    for item, bucket, *values in rows:
        for name, value in zip(names, values, strict=True):
            found[name][place[item], months[bucket]] = value
    return Placed(**found, lanes=_lanes_placed(run, place, months))


def _lanes_placed(run: SupplyRun, place: dict[int, int], months: dict[date, int]) -> PlacedLanes:
    """Return what a run orders from each lane of stock items with several; place: row of each stock item."""
    found: dict[tuple[int, int], Any] = {}
    rows = SupplyLane.objects.filter(run=run, item_id__in=list(place)).order_by("item_id", "supplier_id", "bucket")
    for item, supplier, bucket, *values in rows.values_list("item_id", "supplier_id", "bucket", *ORDERED):
        lane = found.setdefault((place[item], supplier), np.zeros((len(ORDERED), len(months))))
        lane[:, months[bucket]] = values
    if not found:
        return PlacedLanes.none(len(months))
    items, suppliers = np.array(list(found), dtype=np.int64).T
    return PlacedLanes(items, suppliers, *np.stack(list(found.values()), axis=1))
