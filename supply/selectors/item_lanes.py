"""The lanes of one stock item: shares, lead times, lots, and what the plan orders from each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from supply.models import LeadTimeAssumption, Sourcing, StockItem, SupplyLane, SupplyLine, SupplyRun


@dataclass(frozen=True)
class ItemLane:
    """One lane as it stands, and what the run orders from it.

    part: of the item's orders, of all its lanes together 1; 0 = nothing is bought from it. lead_time: in force when the
    plan begins. orders: one per month of the plan; empty where all is ordered from one supplier. limited: a limit
    changes its orders.
    """

    lane: Sourcing
    part: Decimal
    lead_time: LeadTimeAssumption | None
    orders: list[Decimal]
    limited: bool


def item_lanes(
    run: SupplyRun | None,
    item: StockItem,
    sourcing: Sequence[Sourcing],
    lead_times: Sequence[LeadTimeAssumption],
    lines: Sequence[SupplyLine],
) -> list[ItemLane]:
    """Return the lanes of a stock item in the order of `sourcing`: the main one first."""
    rows = SupplyLane.objects.filter(run=run, item=item) if run and len(sourcing) > 1 else ()
    placed = {(row.supplier_id, row.bucket): row for row in rows}
    suppliers = {supplier for supplier, _ in placed}
    total = sum((lane.share for lane in sourcing), Decimal(0))
    first = lines[0].bucket if lines else None
    found = []
    for place, lane in enumerate(sourcing):
        months = [placed.get((lane.supplier_id, line.bucket)) for line in lines]
        mine = [row for row in months if row is not None]
        found.append(
            ItemLane(
                lane,
                part=lane.share / total if total else Decimal(place == 0),
                lead_time=_in_force(lane, lead_times, first),
                orders=[row.releases if row else Decimal(0) for row in months] if lane.supplier_id in suppliers else [],
                limited=any(row.moved or row.cut or row.late for row in mine),
            )
        )
    return found


def _in_force(
    lane: Sourcing, lead_times: Sequence[LeadTimeAssumption], first: date | None
) -> LeadTimeAssumption | None:
    """Return the lead time of a lane when the plan begins: the product's own before the supplier's, the latest."""
    known = [
        row for row in lead_times if row.supplier_id == lane.supplier_id and (not first or row.valid_from <= first)
    ]
    return max(known, key=lambda row: (row.product_id is not None, row.valid_from), default=None)
