"""The side panel of one grid row: chart, history of the cell, why this number."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import QuerySet

from demand.constants import Route
from demand.figures import demand_figure
from demand.frames import FloatMatrix, month_matrix
from demand.models import Assumption, BaselineSeries, Override, Series
from demand.selectors.assumptions import assumptions_touching
from demand.selectors.layers import (
    BASELINE_SQL,
    adopted_run,
    demand_actual,
    last_consensus,
    last_year,
    layers,
    plan_months,
)
from demand.selectors.series import layer_of, series_editable, series_visible
from demand.selectors.track_record import TrackRecord, track_record
from sop.engine.months import month_add, month_list
from sop.models import Cycle, Family, User

HISTORY_MONTHS = 24  # before the plan in the chart
HISTORY_LINES = 50


@dataclass(frozen=True)
class CellChange:
    """One line of a cell's history."""

    quantity: Decimal | None
    who: str
    reason: str
    note: str
    at: datetime
    source: str


@dataclass(frozen=True)
class RowPanel:
    """What the panel shows of one row and month."""

    row_id: str
    title: str
    subtitle: str
    bucket: date
    is_series: bool
    editable: bool
    abc: str
    plan: float
    baseline: float
    consensus: float
    added: float  # by assumptions in the number
    last_year: float | None
    low: float | None
    high: float | None
    figure: dict[str, Any]
    changes: list[CellChange]
    why: BaselineSeries | None
    route: str
    current: Override | None
    record: TrackRecord | None
    assumptions: list[tuple[Assumption, str]]  # that reach the row in any month, each with its state


def row_panel(cycle: Cycle, user: User, *, row_id: str, bucket: date) -> RowPanel | None:
    """Return the panel of a grid row ("total", "f3", "p12", "s99"); None where this person sees no such row."""
    chosen = _series_of(user, row_id)
    ids = list(chosen.values_list("pk", flat=True)) if chosen is not None else []
    months = plan_months(cycle)
    if not ids or bucket not in months:
        return None
    first = chosen.select_related("product__family", "customer", "location").first() if chosen is not None else None
    assert first is not None  # ids is not empty
    at = months.index(bucket)
    is_series = row_id.startswith("s")
    plan = layers(cycle, series_ids=ids)
    own = plan.consensus if layer_of(user) == "consensus" else plan.sales
    past = month_list(month_add(cycle.bucket, -HISTORY_MONTHS), HISTORY_MONTHS)
    low, high = (_quantile(cycle, ids, column) if is_series else None for column in ("q0_1", "q0_9"))
    year_ago = last_year(series_ids=ids, months=months).sum(axis=0)
    title, subtitle = _title(row_id, first)
    return RowPanel(
        row_id=row_id,
        title=title,
        subtitle=subtitle,
        bucket=bucket,
        is_series=is_series,
        editable=is_series and series_editable(user).filter(pk=first.pk).exists(),
        abc=first.product.abc if row_id[0] in "ps" else "",
        plan=float(own[:, at].sum()),
        baseline=float(plan.baseline[:, at].sum()),
        consensus=float(plan.consensus[:, at].sum()),
        added=float(np.nansum(plan.added[:, at])),
        last_year=None if np.isnan(year_ago[at]) else float(year_ago[at]),
        low=_number(low, at),
        high=_number(high, at),
        figure=demand_figure(
            past=past,
            actual=demand_actual(series_ids=ids, months=past).sum(axis=0),
            months=months,
            baseline=plan.baseline.sum(axis=0),
            adjusted=own.sum(axis=0),
            last_consensus=last_consensus(cycle, series_ids=ids).sum(axis=0),
            low=low,
            high=high,
        ),
        changes=_changes(cycle, first, bucket) if is_series else [],
        why=_why(cycle, first) if is_series else None,
        route=_route(cycle, first) if is_series else "",
        current=Override.objects.filter(cycle=cycle, series=first, bucket=bucket, layer=layer_of(user)).first()
        if is_series
        else None,
        record=_record(cycle, user, None if row_id == "total" else first.product.family),
        assumptions=assumptions_touching(cycle, user, ids),
    )


def _record(cycle: Cycle, user: User, family: Family | None) -> TrackRecord | None:
    chosen = series_visible(user) if family is None else series_visible(user).filter(product__family=family)
    return track_record(cycle, user, chosen, family=family.name if family else "")


def _series_of(user: User, row_id: str) -> QuerySet[Series] | None:
    kind, number = row_id[:1], row_id[1:]
    if row_id == "total":
        return series_visible(user)
    if not number.isdecimal():
        return None
    column = {"f": "product__family_id", "p": "product_id", "s": "pk"}.get(kind)
    return series_visible(user).filter(**{column: int(number)}) if column else None


def _title(row_id: str, first: Series) -> tuple[str, str]:
    if row_id == "total":
        return "All products", ""
    if row_id.startswith("f"):
        return first.product.family.name, "Family"
    if row_id.startswith("p"):
        return first.product.name, first.product.family.name
    return first.product.name, f"{first.customer.name}, {first.location.name}"


def _quantile(cycle: Cycle, ids: list[int], column: str) -> FloatMatrix:
    params: dict[str, Any] = {"cycle": cycle.pk, "ids": ids}
    sql = BASELINE_SQL.format(column=column)
    row: FloatMatrix = month_matrix(sql, params, series_ids=ids, months=plan_months(cycle))[0]
    return row


def _number(row: FloatMatrix | None, at: int) -> float | None:
    return None if row is None or np.isnan(row[at]) else float(row[at])


def _changes(cycle: Cycle, series: Series, bucket: date) -> list[CellChange]:
    rows = (
        Override.history.filter(cycle_id=cycle.pk, series_id=series.pk, bucket=bucket)
        .order_by("-history_date", "-history_id")
        .values_list("quantity", "history_user_name", "reason", "note", "history_date", "source")[:HISTORY_LINES]
    )
    return [CellChange(*row) for row in rows]


def _why(cycle: Cycle, series: Series) -> BaselineSeries | None:
    run = adopted_run(cycle)
    return BaselineSeries.objects.filter(run=run, series=series).first() if run else None


def _route(cycle: Cycle, series: Series) -> str:
    why = _why(cycle, series)
    return Route(why.route).label if why and why.route in Route.values else ""
