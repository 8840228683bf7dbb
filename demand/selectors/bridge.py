"""How the consensus came about, as steps that add up exactly: from the last cycle's, and from the budget."""

from collections.abc import Sequence
from dataclasses import dataclass

from demand.selectors.consensus import NOTHING, Amount, FamilyLayers, together

FAMILIES_SHOWN = 10  # bars of their own; the smaller ones stand together


@dataclass(frozen=True)
class BridgeStep:
    """One bar: where the bridge stands, or what one cause adds."""

    label: str
    amount: Amount
    is_total: bool = False

    @property
    def word(self) -> str:
        """Return in a word what the step does."""
        if self.is_total:
            return ""
        value = self.amount.money or self.amount.units
        return "adds" if value > 0 else "takes away" if value < 0 else "no change"


def last_cycle_bridge(families: Sequence[FamilyLayers]) -> list[BridgeStep]:
    """Return the steps from the last cycle's consensus to this one's, over months both planned.

    What people changed last cycle counted then only: it falls away first, so that the baseline is held against the
    baseline, and what people change now stands whole.
    """
    before = together(families, lambda row: row.last)
    before_baseline = together(families, lambda row: row.last_baseline)
    now = together(families, lambda row: row.consensus)
    return [
        BridgeStep("Last consensus", before, is_total=True),
        BridgeStep("Last cycle's changes", before_baseline - before),
        BridgeStep("Baseline moved", together(families, lambda row: row.baseline) - before_baseline),
        BridgeStep("Sales changes", together(families, lambda row: row.sales_added)),
        BridgeStep("Assumptions", together(families, lambda row: row.assumed_added)),
        BridgeStep("Planner's changes", together(families, lambda row: row.planner_added)),
        BridgeStep("Consensus", now, is_total=True),
    ]


def budget_bridge(families: Sequence[FamilyLayers], *, by: str = "money") -> list[BridgeStep]:
    """Return the steps from the budget to the consensus, family by family, the widest gaps in `by` first.

    `by` is "units" or "money".
    """
    gaps = [BridgeStep(_gap_name(row), row.consensus - (row.budget or NOTHING)) for row in families]
    gaps.sort(key=lambda step: (-abs(getattr(step.amount, by)), step.label))
    shown, rest = gaps[:FAMILIES_SHOWN], gaps[FAMILIES_SHOWN:]
    if len(rest) > 1:
        others = sum((step.amount for step in rest), NOTHING)
        shown.append(BridgeStep(f"{len(rest)} other families", others))
    else:
        shown += rest
    return [
        BridgeStep("Budget", together(families, lambda row: row.budget), is_total=True),
        *shown,
        BridgeStep("Consensus", together(families, lambda row: row.consensus), is_total=True),
    ]


def _gap_name(row: FamilyLayers) -> str:
    return row.name if row.budget is not None else f"{row.name} (no budget)"
