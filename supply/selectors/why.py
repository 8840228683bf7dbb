"""How each row of a stock item's plan is made: the rule in words, and the rows it is made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from supply.models import SupplyItem, SupplyLine


@dataclass(frozen=True)
class Part:
    """A row that goes into another: its name, how it counts (+, -, or as stated), its values by month."""

    label: str
    sign: str
    values: list[Decimal | float | None]


@dataclass(frozen=True)
class Why:
    """A row opened: its name, its rule, what it is made from month by month, and further facts in sentences."""

    label: str
    rule: str
    parts: list[Part]
    facts: list[str]


@dataclass(frozen=True)
class _Row:
    label: str
    rule: str
    parts: tuple[tuple[str, str, str], ...] = ()  # label, sign, column


ROWS: dict[str, _Row] = {
    "demand": _Row("Demand", "The consensus that gather demand closed with, of all customers together."),
    "open_receipts": _Row(
        "Open receipts",
        "What is on order already, in the month it is expected: at its promise, later where the supplier is usually "
        "late; what is past due comes first. The lines stand below.",
    ),
    "planned_receipts": _Row(
        "Planned receipts",
        "What is missing to safety stock at the end of the months until the next order can arrive, rounded up to the "
        "minimum order and the multiple; nothing before an order placed today can be there. A number set by hand "
        "stands in its place.",
        (
            ("Opening stock", "", "opening"),
            ("Open receipts", "+", "open_receipts"),
            ("Demand", "−", "demand"),
            ("Safety stock", "−", "safety_stock"),
        ),
    ),
    "releases": _Row(
        "Orders to place",
        "Each planned receipt, in the month it must be ordered: a lead time earlier. Where an order should have been "
        "placed before today, it stands in the first month and is flagged late.",
        (("Planned receipts", "", "planned_receipts"),),
    ),
    "closing": _Row(
        "Projected inventory",
        "Opening stock, plus what arrives, less what is shipped. Shipped is demand and waiting orders as far as stock "
        "goes.",
        (
            ("Opening stock", "", "opening"),
            ("Open receipts", "+", "open_receipts"),
            ("Planned receipts", "+", "planned_receipts"),
            ("Shipped", "−", "shipped"),
        ),
    ),
    "safety_stock": _Row(
        "Safety stock",
        "The stock that meets the service target over lead time and review interval, less the demand expected in that "
        "time. It follows the error of the cumulated forecast and the spread of the lead time.",
    ),
    "cover": _Row(
        "Cover",
        "How many months of the demand that follows the closing stock lasts; a dot where it outlasts the plan.",
        (("Projected inventory", "", "closing"), ("Demand", "", "demand")),
    ),
    "lost": _Row(
        "Lost sales",
        "Demand that stock could not serve, less the share of it that waits.",
        (("Demand", "", "demand"), ("Shipped", "−", "shipped"), ("Waiting at the end", "−", "backlog")),
    ),
    "inventory_value": _Row(
        "Inventory value",
        "Projected inventory at moving-average cost: each receipt mixes its cost with that of what is there, each "
        "shipment leaves at the mix.",
        (
            ("Projected inventory", "", "closing"),
            ("Purchases, money", "+", "purchases_value"),
            ("Cost of goods sold, money", "−", "cogs"),
        ),
    ),
}


def row_opened(name: str, lines: Sequence[SupplyLine], facts: SupplyItem | None) -> Why | None:
    """Return a row of the plan opened; None for a row there is not, or before the first plan."""
    row = ROWS.get(name)
    if row is None or not lines:
        return None
    parts = [Part(label, sign, [getattr(line, column) for line in lines]) for label, sign, column in row.parts]
    return Why(row.label, row.rule, parts, _safety_facts(facts, lines[0]) if name == "safety_stock" and facts else [])


def _safety_facts(facts: SupplyItem, first: SupplyLine) -> list[str]:
    """Say with its figures how the first month's safety stock comes about."""
    known, sd, stock = facts.facts, facts.sd_over_protection, float(first.safety_stock)
    by_fill = known.get("promise") == "fill"
    promise = "of demand served from stock" if by_fill else "of replenishments without a stock-out"
    said = [
        f"Target: {known.get('target', 0):.1%} {promise}.",
        f"Protected time P: {facts.protection_months:.2f} months; expected demand in it "
        f"{facts.demand_over_protection:,.0f}.",
        f"Spread of that demand: {sd:,.0f}. Of its square, {facts.share_demand_error:.0%} is the forecast's error "
        f"(rho of one month {known.get('rho') or 0:.2f}), {facts.share_lead_time:.0%} the lead time's "
        f"({facts.lead_time_sd_days:.0f} days), {facts.share_yield:.0%} short deliveries.",
    ]
    if sd > 0:
        said.append(f"Safety stock of the first month: {stock:,.0f}, that is k = {stock / sd:.2f} times the spread.")
    return said
