"""The side panel of one grid row and month: its layers, what is said of it, history of the cell, why this number."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from demand.constants import Route
from demand.models import Assumption, BaselineSeries, Override, Series
from demand.selectors.assumptions import assumptions_touching
from demand.selectors.comments import RowComments, row_comments
from demand.selectors.layers import adopted_run, plan_months
from demand.selectors.orders import month_orders
from demand.selectors.row_sums import FloatRow, actual_months, row_layers, row_range, year_before
from demand.selectors.rows import row_series
from demand.selectors.series import layer_of
from sop.engine.months import month_add
from sop.models import Cycle, User

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
    product: str  # its code, of a series
    customer_id: int
    family_id: int | None  # of a family's own row
    abc: str
    plan: float
    baseline: float
    consensus: float
    added: float  # by assumptions in the number
    last_year: float | None
    low: float | None
    high: float | None
    open_orders: float
    quotes: float
    changes: list[CellChange]
    why: BaselineSeries | None
    route: str
    current: Override | None
    small_edit: float | None  # how far the cell is from its baseline, where that is less than a month's own swing
    comments: RowComments
    assumptions: list[tuple[Assumption, str]]  # that reach the row in any month, each with its state


def row_panel(cycle: Cycle, user: User, *, row_id: str, bucket: date) -> RowPanel | None:
    """Return the panel of a grid row ("total", "f3", "p12", "s99"); None where this person sees no such row.

    Of the plan it reads the one month; what needs all months of ten thousand series follows by itself.
    """
    chosen = row_series(user, row_id)
    if chosen is None or bucket not in plan_months(cycle):
        return None
    first = chosen.select_related("product__family", "customer", "location").first()
    if first is None:
        return None
    series = first if row_id.startswith("s") else None
    plan = row_layers(cycle, chosen, [bucket])
    own = plan.consensus if layer_of(user) == "consensus" else plan.sales
    low, high = row_range(cycle, series, [bucket]) if series else (None, None)
    title, subtitle = _title(row_id, first)
    why = _why(cycle, series) if series else None
    current = _current(cycle, user, series, bucket) if series else None
    year_ago = month_add(bucket, -12)
    open_orders, quotes = month_orders(chosen, bucket)
    return RowPanel(
        row_id=row_id,
        title=title,
        subtitle=subtitle,
        bucket=bucket,
        is_series=series is not None,
        product=first.product.code,
        customer_id=first.customer_id,
        family_id=first.product.family_id if row_id.startswith("f") else None,
        abc=first.product.abc if row_id[0] in "ps" else "",
        plan=float(own[0]),
        baseline=float(plan.baseline[0]),
        consensus=float(plan.consensus[0]),
        added=float(plan.added[0]),
        last_year=_number(year_before(actual_months(chosen, since=year_ago, before=month_add(year_ago, 1)), [bucket])),
        low=_number(low),
        high=_number(high),
        open_orders=open_orders,
        quotes=quotes,
        changes=_changes(cycle, series, bucket) if series else [],
        why=why,
        route=Route(why.route).label if why and why.route in Route.values else "",
        current=current,
        small_edit=_small(current, why, float(plan.baseline[0])),
        comments=row_comments(cycle, user, row_id=row_id, bucket=bucket),
        assumptions=assumptions_touching(cycle, user, chosen),
    )


def _title(row_id: str, first: Series) -> tuple[str, str]:
    if row_id == "total":
        return "All products", ""
    if row_id.startswith("f"):
        return first.product.family.name, "Family"
    if row_id.startswith("p"):
        return first.product.name, first.product.family.name
    return first.product.name, f"{first.customer.name}, {first.location.name}"


def _number(months: FloatRow | None) -> float | None:
    """Return the number of the one month asked for."""
    return None if months is None or np.isnan(months[0]) else float(months[0])


def _current(cycle: Cycle, user: User, series: Series, bucket: date) -> Override | None:
    return Override.objects.filter(cycle=cycle, series=series, bucket=bucket, layer=layer_of(user)).first()


def _small(current: Override | None, why: BaselineSeries | None, baseline: float) -> float | None:
    """Return the size of a change that a month's own swing swallows; None where there is none or it is larger."""
    if current is None or current.quantity is None or why is None or why.noise is None:
        return None
    moved = abs(float(current.quantity) - baseline)
    return moved if 0 < moved < why.noise else None


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
