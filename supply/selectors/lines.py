"""The current supply plan row by row."""

from django.db.models import QuerySet

from sop.models import Cycle
from supply.models import SupplyItem, SupplyLine, SupplyRun
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
