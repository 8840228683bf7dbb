"""The demand plan as rows, one per series and month, computed for the part that is looked at only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isnan
from typing import Any, overload

from django.db.models import QuerySet

from demand.models import Series
from demand.selectors.layers import layers, plan_months, versions
from demand.selectors.series import layer_of, series_visible
from sop.models import Cycle, User


@dataclass(frozen=True)
class PlanRow:
    """One month of one series: every layer in base units, None where there is no number.

    `version` is that of the reader's own layer: what an edit of this cell has to name.
    """

    series: int
    family: str
    product: str
    customer: str
    location: str
    month: date
    naive: Decimal | None
    baseline: Decimal | None
    sales: Decimal | None
    consensus: Decimal | None
    version: int


class PlanRows(Sequence[PlanRow]):
    """All rows of the plan a person sees, series by series; a slice reads its own series only."""

    def __init__(self, cycle: Cycle, user: User, series: QuerySet[Series], months: Sequence[date]) -> None:
        self.cycle = cycle
        self.layer = layer_of(user)
        self.series = series
        self.length = series.count() * len(months)
        self.months = months
        every = plan_months(cycle)
        self.columns = [every.index(month) for month in months]

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, at: int) -> PlanRow: ...
    @overload
    def __getitem__(self, at: slice) -> list[PlanRow]: ...
    def __getitem__(self, at: int | slice) -> PlanRow | list[PlanRow]:
        """Return one row or a page of rows."""
        if isinstance(at, int):
            return self[at : at + 1][0]
        first, last, _ = at.indices(len(self))
        if first >= last:
            return []
        width = len(self.months)
        of_series = self.series[first // width : (last - 1) // width + 1]
        return list(self._read(list(of_series)))[first % width :][: last - first]

    def _read(self, of_series: Sequence[Series]) -> Iterator[PlanRow]:
        ids = [series.pk for series in of_series]
        plan = layers(self.cycle, series_ids=ids)
        known = versions(self.cycle, series_ids=ids, layer=self.layer)
        for at, series in enumerate(of_series):
            names = (series.product.family.code, series.product.code, series.customer.code, series.location.code)
            for column, month in zip(self.columns, self.months, strict=True):
                yield PlanRow(
                    *(series.pk, *names, month),
                    naive=_number(plan.naive[at, column]),
                    baseline=_number(plan.baseline[at, column]),
                    sales=_number(plan.sales[at, column]),
                    consensus=_number(plan.consensus[at, column]),
                    version=int(known[at, column]),
                )


def plan_rows(cycle: Cycle, user: User, *, month: date | None = None, **filters: Any) -> PlanRows:
    """Return the plan of the series a person sees, of one month or all; `filters` are columns of Series."""
    found = (
        series_visible(user)
        .filter(**filters)
        .select_related("product__family", "customer", "location")
        .order_by("product__code", "customer__code", "location__code", "pk")
    )
    months = [each for each in plan_months(cycle) if month in (None, each)]
    return PlanRows(cycle, user, found, months)


def _number(value: float) -> Decimal | None:
    return None if isnan(value) else Decimal(f"{value:.3f}")
