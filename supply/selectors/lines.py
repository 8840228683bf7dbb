"""The current supply plan row by row, and what planners set for it, each with the version an edit names."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from sop.models import Cycle
from supply.models import LeadTimeAssumption, StockItem, SupplyItem, SupplyLine, SupplyRun
from supply.selectors.workbench import run_current


def lines(cycle: Cycle) -> QuerySet[SupplyLine]:
    """Return every month of every stock item of the cycle's current run; none before the first run."""
    found = SupplyLine.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location")


def items(cycle: Cycle) -> QuerySet[SupplyItem]:
    """Return how the cycle's current run set each stock item's safety stock; none before the first run."""
    found = SupplyItem.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location")


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
