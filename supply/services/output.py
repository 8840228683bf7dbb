"""A plan's arrays as table rows: quantities to three decimals, money to the cent."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from supply.frames import SupplyInputs
from supply.frames.loads import loads_of, loads_out
from supply.frames.placed import ORDERED, Placed, placed_lanes
from supply.services.flags import Found

if TYPE_CHECKING:
    import pandas as pd

    from supply.engine.plan import SupplyPlan

# Column of the table: row of the engine's months, decimals.
QUANTITIES = {
    "opening": "opening",
    "demand": "demand",
    "open_receipts": "firm_receipts",
    "planned_receipts": "planned_receipts",
    "releases": "releases",
    "shipped": "shipped",
    "lost": "lost",
    "backlog": "backlog",
    "closing": "closing",
    "safety_stock": "safety_stock",
}
LIMITED = ("moved", "cut", "late")
MONEY = {
    "inventory_value": "value",
    "purchases_value": "purchases",
    "revenue": "revenue",
    "cogs": "cogs",
    "carrying": "carrying",
    "lost_margin": "lost_margin",
    "lost_revenue": "lost_value",
}
LINE_COLUMNS = ("run_id", "item_id", "bucket", *QUANTITIES, *MONEY, "wanted", *LIMITED, "excess", "cover_months")
LANE_COLUMNS = ("run_id", "item_id", "supplier_id", "bucket", *ORDERED)
ITEM_COLUMNS = (
    "run_id",
    "item_id",
    "lead_time_days",
    "lead_time_sd_days",
    "protection_months",
    "demand_over_protection",
    "sd_over_protection",
    "share_demand_error",
    "share_lead_time",
    "share_yield",
    "moved",
    "cut",
    "facts",
)


def line_rows(run_id: int, inputs: SupplyInputs, plan: "SupplyPlan") -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item and month in the order of LINE_COLUMNS."""
    months = plan.months
    columns = [np.round(getattr(months, name), 3).ravel() for name in QUANTITIES.values()]
    columns += [np.round(getattr(months, name), 2).ravel() for name in MONEY.values()]
    columns += [np.round(plan.wanted, 3).ravel()]
    columns += [np.round(getattr(plan.limited, name), 3).ravel() for name in LIMITED]
    columns += [np.round(plan.excess, 3).ravel(), np.round(plan.cover, 2).ravel()]
    items = np.repeat(inputs.item_ids, len(inputs.months)).tolist()
    buckets = inputs.months * len(inputs.item_ids)
    values = zip(*(column.tolist() for column in columns), strict=True)
    for item, bucket, row in zip(items, buckets, values, strict=True):
        yield (run_id, item, bucket, *row[:-1], None if np.isnan(row[-1]) else row[-1])


def lane_rows(run_id: int, inputs: SupplyInputs, plan: "SupplyPlan") -> Iterator[tuple[Any, ...]]:
    """Yield one row per lane of stock items with several, and month, in the order of LANE_COLUMNS."""
    lanes = placed_lanes(plan)
    columns = [np.round(getattr(lanes, name), 3).ravel().tolist() for name in ORDERED]
    items = np.repeat(np.array(inputs.item_ids)[lanes.item], len(inputs.months)).tolist()
    suppliers = np.repeat(lanes.supplier, len(inputs.months)).tolist()
    buckets = inputs.months * len(lanes)
    for item, supplier, bucket, *row in zip(items, suppliers, buckets, *columns, strict=True):
        yield (run_id, item, supplier, bucket, *row)


def item_rows(
    run_id: int, inputs: SupplyInputs, plan: "SupplyPlan", more: Mapping[int, dict[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item, the facts behind its safety stock in the first month, in ITEM_COLUMNS' order.

    `more`: further facts per stock item. Lead times of items with several lanes are the mean over these by share.
    """
    from supply.engine.lane_views import by_share  # noqa: PLC0415  (engines load in workers only)

    problem, safety = plan.problem, plan.safety
    first = [
        by_share(problem, lambda one: one.lead_days),
        by_share(problem, lambda one: one.lead_days_sd),
        safety.cover.months,
        safety.cover.mean,
        safety.cover.sd,
        *safety.shares,
    ]
    numbers = np.nan_to_num(np.stack([_first_month(array, problem) for array in first], axis=1)).round(6).tolist()
    limited = np.stack([plan.limited.moved.sum(axis=1), plan.limited.cut.sum(axis=1)], axis=1).round(3).tolist()
    for at, item in enumerate(inputs.item_ids):
        facts = {
            "notes": inputs.notes.get(item, []),
            "target": float(problem.service_target[at, 0]),
            "promise": "fill" if problem.service_by_fill[at] else "cycle",
            "moq": float(problem.moq[at]),
            "multiple": float(problem.multiple[at]),
            "rho": round(float(problem.rho[at, 0]), 4),
            "rho_guessed": item in inputs.guessed,
            **more.get(item, {}),
        }
        yield (run_id, item, *numbers[at], *limited[at], json.dumps(facts))


SENTENCES = {
    "shortage": "Short of {units:,.0f} from {first:%b %Y}: {cause}",
    "below_ss": "Below safety stock by up to {units:,.0f} from {first:%b %Y}{because}",
    "late_order": "{units:,.0f} should have been ordered {days:,.0f} days ago to arrive in time",
    "past_due_po": "{units:,.0f} on order are past due, the longest by {days:,.0f} days",
    "no_supply": "Nothing ordered from now on can arrive within the plan; {units:,.0f} short",
    "excess": "{units:,.0f} more than safety stock and lots justify, from {first:%b %Y}",
    "no_demand": "{units:,.0f} in stock and no demand in the whole plan",
    "expedite": "{units:,.0f} would not be short from {first:%b %Y} if orders were hurried to {days:,.0f} days; "
    "the money is what that earns after the surcharge",
    "hoard_stock": "{units:,.0f} held or on order that neither need, buffer, lots nor an agreement explain",
    "hoard_orders": "{units:,.0f} of the orders due within lead time and review are not needed by then",
    "padded": "Forecast is {cause}; over lead time and review that is {units:,.0f}",
    "bullwhip": "A year's orders swing {cause}",
    "shelf_life": "{units:,.0f} will not be sold within their shelf life, from {first:%b %Y}",
}
CAUSES = {
    "supplier capacity": "the supplier accepts no more orders in time",
    "firm order late": "an open order comes late",
    "demand above plan": "demand is above the last published plan",
    "receipts set by hand": "planned receipts were set by hand",
    "no feasible release": "no order placed today can arrive in time",
    "order came short": "part of an order never arrives",
}


def part_out(inputs: SupplyInputs, plan: "SupplyPlan", *more: "pd.DataFrame") -> bytes:
    """Return a part's flags with those found beside the plan, one per stock item and kind, and its loads, as bytes."""
    import pandas as pd  # noqa: PLC0415  (engines load in workers only)

    from supply.engine.flags import flags_by_item, flags_find  # noqa: PLC0415

    found = [table for table in (flags_find(plan), *more) if len(table)]
    table = flags_by_item(pd.concat(found, ignore_index=True)) if found else pd.DataFrame()
    flags = table.to_json(orient="records", date_format="iso")
    return f'{{"flags": {flags}, "loads": {json.dumps(loads_out(loads_of(inputs, Placed.of_plan(plan))))}}}'.encode()


def found_flags(part: dict[str, Any]) -> list[Found]:
    """Return the flags of a part, each with its sentence."""
    found = []
    for record in part["flags"]:
        first, last = (date.fromisoformat(record[name][:10]) for name in ("first_bucket", "last_bucket"))
        cause = CAUSES.get(record["cause"], record["cause"])
        facts = {"units": record["units"], "first": first, "days": record["days"] or 0, "cause": cause}
        facts["because"] = f": {cause}" if cause else ""
        found.append(
            Found(
                item_id=int(record["item"]),
                kind=record["kind"],
                first_bucket=first,
                last_bucket=last,
                units=Decimal(str(round(record["units"], 3))),
                money=Decimal(str(round(record["money"], 2))),
                cause=SENTENCES[record["kind"]].format(**facts),
            )
        )
    return found


def _first_month(array: Any, problem: Any) -> Any:
    return array[:, 0] if array.ndim == 2 else np.broadcast_to(array, (len(problem.items),))
