"""Whether what a supply plan was made from is still what stands in the tables."""

from typing import Any

from sop.models import Cost, Price, Rate
from supply.models import (
    LeadTimeAssumption,
    OnHand,
    PurchaseOrderLine,
    ReceiptOverride,
    Sourcing,
    StockItem,
    SupplyRun,
)

EVERYWHERE: tuple[Any, ...] = (StockItem, LeadTimeAssumption, OnHand, PurchaseOrderLine, Sourcing, Price, Cost, Rate)


def inputs_changed(run: SupplyRun) -> bool:
    """Return whether anything a run reads was changed after it was asked for, by a person or by a file.

    What changed between asking and computing counts as changed: the run may or may not have seen it.
    """
    since = {"history_date__gt": run.created_at}
    if ReceiptOverride.history.filter(cycle_id=run.cycle_id, **since).exists():
        return True
    return any(model.history.filter(**since).exists() for model in EVERYWHERE)
