"""Rows to arrays and back: the only bridge from the supply tables to the engine (Decimal here, float there)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demand.engine.cumulated import COLUMNS as RHO_COLUMNS
from demand.engine.cumulated import cumulated_error
from sop.engine.months import month_list
from sop.models import Cycle
from supply.constants import DEFAULT_LEAD_TIME_DAYS, DEFAULT_SERVICE_TARGET
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import FirmReceipts
from supply.frames.lanes import lanes_of
from supply.frames.limits import Owners, limits_of, owners_of, supplier_limits
from supply.frames.queries import (
    COST_SQL,
    DEMAND_SQL,
    FIRM_SQL,
    ITEMS_SQL,
    LATE_SQL,
    LEAD_SQL,
    LIST_PRICE_SQL,
    OVERRIDE_SQL,
    PRICE_SQL,
    REFERENCE_SQL,
    SERIES_ERROR_SQL,
)
from supply.frames.reading import Matrix, Params, Reader, filled, first_known, floats, rows_of, table_of, unknown

LANE_TERMS = ("review_days", "frozen_days", "yield_mean", "yield_sd", "expedite_days", "expedite_cost")
RHO_MONTHS = 12  # lead times beyond a year lean on the growth the first twelve months showed
RHO_UNMEASURED = 0.5  # of a month's demand: a guess on the careful side where no error was ever measured
DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class SupplyInputs:
    """A supply problem with what its tables left out, in words per stock item.

    guessed: stock items whose forecast error nobody ever measured, so that RHO_UNMEASURED stands for it.
    """

    item_ids: list[int]
    months: list[date]
    problem: SupplyProblem
    notes: dict[int, list[str]]
    guessed: frozenset[int]
    owners: Owners


def supply_inputs(
    cycle: Cycle, *, item_ids: Sequence[int], version: int, rho: dict[str, Any], carry_rate: float, before: int | None
) -> SupplyInputs:
    """Return the supply problem of some stock items for one snapshot version of a cycle's consensus.

    `rho`: {"run": baseline run id, "table": records of the run's pooled cumulated errors}. `before`: id of the last
    cycle, whose consensus is the reference for "demand above plan".
    """
    months = month_list(cycle.bucket, cycle.horizon_months)
    params: dict[str, Any] = {
        "ids": list(item_ids),
        "months": months,
        "cycle": cycle.pk,
        "version": version,
        "first": cycle.bucket,
        "before": before,
        "run": rho["run"],
        "usual_target": float(DEFAULT_SERVICE_TARGET),
    }
    items = table_of(ITEMS_SQL, params)
    ids = [int(item) for item in items["id"]]
    read = Reader(ids, months, params)
    by_month, notes = _month_columns(items, read)
    error, measured = _rho(ids, params, rho["table"])
    further = lanes_of(ids, months, params, items, by_month["unit_cost"])
    columns: dict[str, Any] = by_month | _item_columns(items, by_month, dict(rows_of(LATE_SQL, params)))
    problem = SupplyProblem.build(
        items=np.array(ids, dtype=np.int64),
        family=items["family"].to_numpy(dtype=np.str_),
        first_month=np.datetime64(cycle.bucket, "M"),
        carry_rate=carry_rate,
        rho=error,
        reference_demand=read.matrix(REFERENCE_SQL) if before else np.nan,
        firm=_firm(ids, params),
        limits=supplier_limits(items, by_month["unit_cost"], months, limits_of(months)),
        lanes=further.lanes,
        ordered_before=further.ordered_before,
        **columns,
    )
    for item, said in further.notes.items():
        notes[item] = notes.get(item, []) + said
    guessed = frozenset(item for item, known in zip(ids, measured, strict=True) if not known)
    return SupplyInputs(ids, months, problem, notes, guessed, owners_of(items))


def _month_columns(items: pd.DataFrame, read: Reader) -> tuple[dict[str, Matrix], dict[int, list[str]]]:
    """Return the arrays items x months, gaps filled, and what was missing in words."""
    price = first_known(read.matrix(PRICE_SQL), read.matrix(LIST_PRICE_SQL))
    cost = read.matrix(COST_SQL)
    lead, lead_sd = read.matrices(LEAD_SQL, 2)
    in_stock = np.repeat(floats(items["average_cost"])[:, None], cost.shape[1], axis=1)
    columns = {
        "demand": np.nan_to_num(read.matrix(DEMAND_SQL)),
        "price": np.nan_to_num(filled(price)),
        "unit_cost": np.nan_to_num(first_known(filled(cost), in_stock)),
        "lead_days": np.nan_to_num(filled(lead), nan=DEFAULT_LEAD_TIME_DAYS),
        "lead_days_sd": np.nan_to_num(filled(lead_sd)),
        "receipt_override": read.matrix(OVERRIDE_SQL),
    }
    return columns, _notes(items, cost, lead, price)


def _item_columns(items: pd.DataFrame, by_month: dict[str, Matrix], lateness: dict[int, float]) -> dict[str, Matrix]:
    """Return the arrays with one value per item."""
    plain = ("backlog", "share", "moq", "multiple", "payment_days", "backorder_share", *LANE_TERMS)
    return {name: floats(items[name]) for name in plain} | {
        "on_hand": np.maximum(floats(items["on_hand"]), 0),
        "avg_cost": first_known(floats(items["average_cost"]), by_month["unit_cost"][:, 0]),
        "backlog_price": by_month["price"][:, 0],
        "max_order": np.nan_to_num(floats(items["max_order"]), nan=np.inf),
        "late_days": np.nan_to_num(floats(items["supplier_id"].map(lateness))),
        "shelf_life_months": np.nan_to_num(floats(items["shelf_life_days"]) / DAYS_PER_MONTH, nan=np.inf),
        "max_cover_months": floats(items["max_cover_months"]),
        "service_target": floats(items["service_target"]),
        "service_by_fill": floats(items["by_fill"]),
        "safety_override": floats(items["safety_stock"]),
    }


def _firm(ids: list[int], params: Params) -> FirmReceipts:
    """Return the open purchase order lines."""
    rows = rows_of(FIRM_SQL, params)
    place = {item: at for at, item in enumerate(ids)}
    return FirmReceipts.build(
        item=[place[row[0]] for row in rows],
        quantity=[row[1] for row in rows],
        unit_cost=[row[2] for row in rows],
        promised=[row[3] for row in rows],
    )


def _rho(ids: list[int], params: dict[str, Any], table: list[dict[str, Any]]) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return rho(1..12) per item, and whether any of it was measured.

    It is its customers' cumulated errors, taken as independent, over its cumulated demand.
    """
    rows = rows_of(SERIES_ERROR_SQL, params)
    result: Matrix = np.full((len(ids), RHO_MONTHS), RHO_UNMEASURED)
    measured = np.zeros(len(ids), dtype=np.bool_)
    pooled = pd.DataFrame(table, columns=RHO_COLUMNS)
    if not rows or pooled.empty:
        return result, measured
    items, routes, scales, means = zip(*rows, strict=True)
    place = pd.Index(ids).get_indexer(pd.Index(items))
    mean = np.bincount(place, weights=np.array(means, dtype=float), minlength=len(ids))
    for month in range(1, RHO_MONTHS + 1):
        error = cumulated_error(pooled, np.array(routes), np.array(scales, dtype=float), month)
        squares = np.bincount(place, weights=np.nan_to_num(error) ** 2, minlength=len(ids))
        known = (mean > 0) & (squares > 0)
        result[known, month - 1] = np.sqrt(squares[known]) / (mean[known] * month)
        measured |= known
    return result, measured


def _notes(items: pd.DataFrame, cost: Matrix, lead: Matrix, price: Matrix) -> dict[int, list[str]]:
    """Return what each item's tables left out and what was taken instead: no default is silent."""
    facts = zip(
        items["id"],
        items["supplier_id"],
        items["average_cost"],
        items["on_hand"],
        items["unrated"],
        unknown(lead),
        unknown(cost),
        unknown(price),
        strict=True,
    )
    notes: dict[int, list[str]] = {}
    for item, supplier, average, on_hand, unrated, no_lead, no_cost, no_price in facts:
        sentences = {
            "No supplier is named; nothing can be ordered on time before one is.": pd.isna(supplier),
            f"No lead time is known; {DEFAULT_LEAD_TIME_DAYS} days are assumed.": no_lead,
            "No cost is known; stock's average cost is used.": no_cost and not pd.isna(average),
            "No cost is known; its purchases count as 0.": no_cost and pd.isna(average),
            f"No rate of {unrated} is known when the plan begins; 1 is taken.": bool(unrated),
            "No selling price is known; its sales count as 0.": no_price,
            "No stock count is known; 0 is assumed on hand.": pd.isna(average),
            f"The stock count is below zero ({on_hand:,.0f}); 0 is assumed on hand.": on_hand < 0,
        }
        said = [sentence for sentence, holds in sentences.items() if holds]
        if said:
            notes[int(item)] = said
    return notes
