"""The company's ceilings: what the stock of a whole plan is worth and what it buys, month by month, against them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Sum

from sop.figures import bar_trace, figure, line_trace
from sop.selectors.cycle import company
from supply.constants import FlagKind, LimitUnit
from supply.frames.reading import Matrix
from supply.models import SupplyLine, SupplyRun
from supply.selectors.rough_cut import LoadMonth, LoadRow

SLACK = 0.005  # money; half a cent is a matter of rounding


@dataclass(frozen=True)
class Ceiling:
    """One ceiling of the company and what the plan puts under it [plan currency]."""

    kind: FlagKind
    name: str
    most: float
    months: list[date]
    values: Matrix  # stock at the end of each month, or what arrives in it

    @property
    def over(self) -> Matrix:
        """Return how far each month lies above it, 0 where it does not."""
        above = self.values - self.most
        return np.where(above > SLACK, above, 0.0)

    @property
    def adds_up(self) -> bool:
        """Return whether the months' money adds up; what stands at a month's end does not."""
        return self.kind == FlagKind.PURCHASES_OVER


def ceilings(run: SupplyRun) -> list[Ceiling]:
    """Return the ceilings the company has, with the totals of a run's lines; one query, none without a ceiling."""
    of = company()
    stated = (
        (FlagKind.CASH_OVER, "All stock", of.cash_ceiling),
        (FlagKind.PURCHASES_OVER, "All purchases", of.purchases_ceiling),
    )
    if all(most is None for _, _, most in stated):
        return []
    lines = SupplyLine.objects.filter(run=run).values_list("bucket").order_by("bucket")
    totals = list(lines.annotate(stock=Sum("inventory_value"), purchases=Sum("purchases_value")))
    months = [bucket for bucket, _, _ in totals]
    values = np.array([sums for _, *sums in totals], dtype=np.float64).reshape(-1, len(stated)).T
    return [
        Ceiling(kind, name, float(most), months, values[at])
        for at, (kind, name, most) in enumerate(stated)
        if most is not None
    ]


def ceiling_rows(run: SupplyRun) -> list[LoadRow]:
    """Return the ceilings as rows of the rough cut."""
    return [_row(each) for each in ceilings(run)]


def _row(ceiling: Ceiling) -> LoadRow:
    owner, unit = str(ceiling.kind.value), LimitUnit.MONEY.value
    months = [
        LoadMonth(owner, "", ceiling.name, unit, bucket, ceiling.most, value, value)
        for bucket, value in zip(ceiling.months, ceiling.values.tolist(), strict=True)
    ]
    return LoadRow(owner, 0, ceiling.name, unit, months, _figure(ceiling))


def _figure(ceiling: Ceiling) -> dict[str, Any]:
    bars = bar_trace(ceiling.name, ceiling.months, ceiling.values.tolist(), "accent-soft")
    most = [ceiling.most] * len(ceiling.months)
    return figure([bars, line_trace("Ceiling", ceiling.months, most, "ink", dash="dash", width=1.5)], unit="Money")
