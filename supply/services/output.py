"""A plan's arrays as table rows: quantities to three decimals, money to the cent."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from supply.frames import SupplyInputs
from supply.services.flags import Found

if TYPE_CHECKING:
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
MONEY = {
    "inventory_value": "value",
    "purchases_value": "purchases",
    "revenue": "revenue",
    "cogs": "cogs",
    "carrying": "carrying",
    "lost_margin": "lost_margin",
    "lost_revenue": "lost_value",
}
LINE_COLUMNS = ("run_id", "item_id", "bucket", *QUANTITIES, *MONEY, "excess", "cover_months")
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
    "facts",
)


def line_rows(run_id: int, inputs: SupplyInputs, plan: "SupplyPlan") -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item and month in the order of LINE_COLUMNS."""
    months = plan.months
    columns = [np.round(getattr(months, name), 3).ravel() for name in QUANTITIES.values()]
    columns += [np.round(getattr(months, name), 2).ravel() for name in MONEY.values()]
    columns += [np.round(plan.excess, 3).ravel(), np.round(plan.cover, 2).ravel()]
    items = np.repeat(inputs.item_ids, len(inputs.months)).tolist()
    buckets = inputs.months * len(inputs.item_ids)
    values = zip(*(column.tolist() for column in columns), strict=True)
    for item, bucket, row in zip(items, buckets, values, strict=True):
        yield (run_id, item, bucket, *row[:-1], None if np.isnan(row[-1]) else row[-1])


def item_rows(run_id: int, inputs: SupplyInputs, plan: "SupplyPlan") -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item, the facts behind its safety stock in the first month, in ITEM_COLUMNS' order."""
    problem, safety = plan.problem, plan.safety
    first = [
        problem.lead_days,
        problem.lead_days_sd,
        safety.cover.months,
        safety.cover.mean,
        safety.cover.sd,
        safety.share_demand,
        safety.share_lead_time,
        safety.share_yield,
    ]
    numbers = np.nan_to_num(np.stack([_first_month(array, problem) for array in first], axis=1)).round(6).tolist()
    for at, item in enumerate(inputs.item_ids):
        facts = {
            "notes": inputs.notes.get(item, []),
            "target": float(problem.service_target[at, 0]),
            "promise": "fill" if problem.service_by_fill[at] else "cycle",
            "moq": float(problem.moq[at]),
            "multiple": float(problem.multiple[at]),
            "rho": round(float(problem.rho[at, 0]), 4),
        }
        yield (run_id, item, *numbers[at], json.dumps(facts))


def flag_rows(plan: "SupplyPlan") -> bytes:
    """Return the plan's flags as bytes for the job's last step."""
    flags = plan.flags
    records = json.loads(flags.to_json(orient="records", date_format="iso"))
    return json.dumps(records).encode()


def found_flags(output: bytes) -> list[Found]:
    """Return the flags flag_rows made bytes of, one per stock item and kind, months from first to last."""
    merged: dict[tuple[int, str], Found] = {}
    for record in json.loads(output):
        month = date.fromisoformat(record["month"][:10])
        each = Found(
            item_id=int(record["item"]),
            kind=record["kind"],
            first_bucket=month,
            last_bucket=month,
            units=Decimal(str(round(record["units"], 3))),
            money=Decimal(str(round(max(record["money"], 0), 2))),
            cause=record["cause"],
        )
        key = (each.item_id, each.kind)
        merged[key] = _together(merged[key], each) if key in merged else each
    return list(merged.values())


def _together(a: Found, b: Found) -> Found:
    """Return two months of one flag as one: units and money add up; the first month says why."""
    cause = a.cause if a.first_bucket <= b.first_bucket else b.cause
    return Found(
        a.item_id,
        a.kind,
        min(a.first_bucket, b.first_bucket),
        max(a.last_bucket, b.last_bucket),
        a.units + b.units,
        a.money + b.money,
        cause,
    )


def _first_month(array: Any, problem: Any) -> Any:
    return array[:, 0] if array.ndim == 2 else np.broadcast_to(array, (len(problem.items),))
