"""A scenario's result as table rows, figures and conflicts; levers from rows to the engine's own."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reconcile.constants import LeverKind
from reconcile.models import Lever, Scenario
from reconcile.services.conflict import FoundConflict
from sop.formats import money_short, percent
from sop.models import Family
from supply.selectors.problem import SupplyInputs, items_of_product, products_of

if TYPE_CHECKING:
    from reconcile.engine.scenario import LeverEffect, ScenarioResult

# Column of the table: row of the plan's months.
QUANTITIES = {
    "demand": "demand",
    "shipped": "shipped",
    "lost": "lost",
    "closing": "closing",
    "safety_stock": "safety_stock",
}
MONEY = {
    "revenue": "revenue",
    "cogs": "cogs",
    "inventory_value": "value",
    "purchases_value": "purchases",
    "carrying": "carrying",
    "lost_revenue": "lost_value",
    "lost_margin": "lost_margin",
}
LINE_COLUMNS = ("run_id", "item_id", "bucket", *QUANTITIES, *MONEY, "receipts", "price")


def levers_of(scenario: Scenario, inputs: SupplyInputs) -> list[Any]:
    """Return the scenario's levers as the engine's, each on the items of its scope."""
    rows = Lever.objects.filter(scenario=scenario).select_related("family", "product").order_by("id")
    return [_lever(row, inputs) for row in rows]


def line_rows(run_id: int, inputs: SupplyInputs, result: "ScenarioResult") -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item and month in LINE_COLUMNS' order."""
    months, problem = result.plan.months, result.plan.problem
    columns = [np.round(getattr(months, name), 3).ravel() for name in QUANTITIES.values()]
    columns += [np.round(getattr(months, name), 2).ravel() for name in MONEY.values()]
    columns += [np.round(months.firm_receipts + months.planned_receipts, 3).ravel(), np.round(problem.price, 4).ravel()]
    items = np.repeat(inputs.item_ids, len(inputs.months)).tolist()
    buckets = inputs.months * len(inputs.item_ids)
    for item, bucket, row in zip(items, buckets, zip(*(c.tolist() for c in columns), strict=True), strict=True):
        yield (run_id, item, bucket, *row)


def kpis_of(result: "ScenarioResult", currency: str) -> dict[str, Any]:
    """Return the totals comparisons show and a sentence per lever, plain numbers."""
    totals = {name: None if np.isnan(value) else float(value) for name, value in result.totals.items()}
    return totals | {
        "margin_share": totals["margin_rate"] or 0.0,
        "fill_rate": totals["fill_rate"] or 0.0,
        "lost_revenue": totals["lost_value"] or 0.0,
        "peak_inventory_value": totals["peak_value"] or 0.0,
        "notes": [_sentence(effect, currency) for effect in result.effects],
        "pre_buys": _pre_buys(result),
    }


def _pre_buys(result: "ScenarioResult") -> list[list[Any]]:
    """Return what is bought ahead: stock item, units, months in which it is ordered and arrives."""
    problem = result.plan.problem
    bought, months = problem.pre_buys, problem.buckets.astype(str)
    ordered, arrives = (step // problem.steps_per_month for step in (bought.release, bought.arrival))
    units = bought.quantity.round(3).tolist()
    return [
        [int(problem.items[item]), units[at], str(months[ordered[at]]), str(months[arrives[at]])]
        for at, item in enumerate(bought.item)
        if arrives[at] < len(months)
    ]


def conflicts_of(inputs: SupplyInputs, result: "ScenarioResult", currency: str) -> list[FoundConflict]:
    """Return what contradicts itself in the base plan, per family."""
    from reconcile.engine.conflicts import conflicts_find  # noqa: PLC0415  (engines load in workers only)

    families = {family.code: family for family in Family.objects.all()}
    products = products_of(inputs.item_ids)
    found = []
    for row in conflicts_find(result.plan).to_dict("records"):
        family = families[row["label"]]
        first, last = pd.Timestamp(row["first_bucket"]).date(), pd.Timestamp(row["last_bucket"]).date()
        money = money_short(row["money"], currency)
        sentence = {
            "shortage": f"{family.name} runs short from {first:%B %Y}: {money} of sales at risk",
            "cash": f"{family.name} holds {money} more stock than it needs from {first:%B %Y}",
            "margin": f"{family.name} loses {money} of margin from {first:%B %Y}: cost rises, price does not follow",
        }[row["kind"]]
        found.append(
            FoundConflict(
                kind=row["kind"],
                family_id=family.pk,
                product_id=products.get(inputs.item_ids[int(row["worst_row"])]),
                first_bucket=first,
                last_bucket=last,
                money=Decimal(str(round(row["money"], 2))),
                units=Decimal(str(round(row["units"], 3))),
                sentence=sentence,
            )
        )
    return found


def _lever(row: Lever, inputs: SupplyInputs) -> Any:
    from reconcile.engine.levers import PreBuyLever, RaisePriceLever, SafetyStockLever  # noqa: PLC0415

    common: dict[str, Any] = {
        "scope": _scope(row, inputs),
        "first": inputs.months.index(row.first_bucket),
        "last": inputs.months.index(row.last_bucket) if row.last_bucket else len(inputs.months) - 1,
        "label": str(row.product or row.family or "All families"),
    }
    params = row.params
    if row.kind == LeverKind.SAFETY_STOCK:
        return SafetyStockLever(**common, target=params.get("target"), multiplier=params.get("multiplier", 1.0))
    if row.kind == LeverKind.RAISE_PRICE:
        return RaisePriceLever(**common, change=params["percent"] / 100, elasticity=params.get("elasticity"))
    return PreBuyLever(**common, cover_months=params.get("cover_months"))


def _scope(row: Lever, inputs: SupplyInputs) -> np.ndarray:
    if row.product_id is not None:
        held = items_of_product(row.product_id)
        return np.array([item in held for item in inputs.item_ids])
    if row.family is not None:
        return np.asarray(inputs.problem.family == row.family.code)
    return np.ones(len(inputs.item_ids), dtype=bool)


def _sentence(effect: "LeverEffect", currency: str) -> str:
    """Return what one lever brings and costs; safety stock never shows its cost without its benefit."""
    change, own, scope = effect.change, effect.figures, effect.label

    def money(name: str) -> str:
        return money_short(change[name], currency, signed=True)

    if effect.kind == LeverKind.SAFETY_STOCK:
        return (
            f"Safety stock, {scope}: expected lost sales {money('expected_lost_value')}, "
            f"average stock {money('average_value')}, carrying cost {money('carrying')}."
        )
    if effect.kind == LeverKind.RAISE_PRICE:
        return (
            f"Price, {scope}: gross margin {money('gross_margin')}; volume changes by {percent(own['volume_change'])}, "
            f"it would stop paying at {percent(own['break_even_volume_change'])}."
        )
    saving, spend = money_short(own["saving"], currency), money_short(own["spend"], currency)
    return f"Pre-buy, {scope}: {spend} early saves {saving} of cost; carrying cost {money('carrying')}."
