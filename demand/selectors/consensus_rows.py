"""The table of families and layers, in units or money, with what it is held against."""

from dataclasses import dataclass
from decimal import Decimal

from demand.selectors.consensus import Amount, Consensus, FamilyLayers, together


@dataclass(frozen=True)
class ConsensusRow:
    """One family, or all together: every layer over the chosen months; None where there is no such layer.

    Last cycle and budget are compared over the months they have too.
    """

    family_id: int | None  # None = all families
    name: str
    naive: Decimal
    baseline: Decimal
    sales: Decimal
    assumptions: Decimal  # what they add
    planner: Decimal  # what the planner's own numbers add
    consensus: Decimal
    last: Decimal | None
    budget: Decimal | None
    against_last: float | None  # shares
    against_budget: float | None


def consensus_rows(found: Consensus, unit: str) -> list[ConsensusRow]:
    """Return a row a family by name and one of all together last; `unit` is "units" or "money"."""
    families = found.over(found.months)
    with_last = {row.family_id: row for row in found.over(found.last_months)}
    with_budget = {row.family_id: row for row in found.over(found.budget_months)}
    rows = [_row(row, with_last.get(row.family_id), with_budget.get(row.family_id), unit) for row in families]
    total = (
        _row(_all(families), _all(list(with_last.values())), _all(list(with_budget.values())), unit) if rows else None
    )
    return [*rows, total] if total else []


def _all(families: list[FamilyLayers]) -> FamilyLayers | None:
    if not families:
        return None

    def of(name: str) -> Amount:
        return together(families, lambda row: getattr(row, name))

    def known(name: str) -> Amount | None:
        return None if all(getattr(row, name) is None for row in families) else of(name)

    return FamilyLayers(
        family_id=0,
        code="",
        name="All families",
        naive=of("naive"),
        baseline=of("baseline"),
        sales_added=of("sales_added"),
        assumed_added=of("assumed_added"),
        planner_added=of("planner_added"),
        last=known("last"),
        last_baseline=known("last_baseline"),
        budget=known("budget"),
    )


def _row(
    row: FamilyLayers | None, with_last: FamilyLayers | None, with_budget: FamilyLayers | None, unit: str
) -> ConsensusRow:
    assert row is not None  # called where there is at least one family

    def value(amount: Amount | None) -> Decimal | None:
        return None if amount is None else getattr(amount, unit)

    def sure(amount: Amount) -> Decimal:
        found: Decimal = getattr(amount, unit)
        return found

    last = value(with_last.last) if with_last else None
    budget = value(with_budget.budget) if with_budget else None
    return ConsensusRow(
        row.family_id or None,
        row.name,
        sure(row.naive),
        sure(row.baseline),
        sure(row.sales),
        sure(row.assumed_added),
        sure(row.planner_added),
        sure(row.consensus),
        last,
        budget,
        _share(sure(with_last.consensus), last) if with_last else None,
        _share(sure(with_budget.consensus), budget) if with_budget else None,
    )


def _share(now: Decimal, before: Decimal | None) -> float | None:
    return float(now / before - 1) if before else None
