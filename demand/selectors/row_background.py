"""What stands behind a grid row in all its months: its chart, its open orders, how earlier numbers turned out."""

from typing import Any

from demand.figures import demand_figure
from demand.selectors.layers import plan_months
from demand.selectors.orders import RowOrders, row_orders
from demand.selectors.row_sums import (
    actual_months,
    filled,
    row_last_consensus,
    row_layers,
    row_range,
    year_before,
)
from demand.selectors.rows import row_series
from demand.selectors.series import layer_of, series_visible
from demand.selectors.track_record import TrackRecord, track_record
from sop.engine.months import month_add, month_list
from sop.models import Cycle, User

HISTORY_MONTHS = 24  # before the plan in the chart


def row_figure(cycle: Cycle, user: User, *, row_id: str) -> dict[str, Any] | None:
    """Return the chart of a grid row over past and plan; None where this person sees no such row."""
    chosen = row_series(user, row_id)
    first = chosen.first() if chosen is not None else None
    if chosen is None or first is None:
        return None
    months = plan_months(cycle)
    past = month_list(month_add(cycle.bucket, -HISTORY_MONTHS), HISTORY_MONTHS)
    plan = row_layers(cycle, chosen, months)
    happened = actual_months(chosen, since=past[0], before=cycle.bucket)
    low, high = row_range(cycle, first, months) if row_id.startswith("s") else (None, None)
    return demand_figure(
        past=past,
        actual=filled(past, {month: row.demand for month, row in happened.items()}),
        months=months,
        baseline=plan.baseline,
        adjusted=plan.consensus if layer_of(user) == "consensus" else plan.sales,
        last_consensus=row_last_consensus(cycle, chosen, months),
        last_year=year_before(happened, months),
        low=low,
        high=high,
    )


def orders_behind(cycle: Cycle, user: User, *, row_id: str) -> RowOrders | None:
    """Return the orders of a grid row; None where this person sees no such row."""
    chosen = row_series(user, row_id)
    first = chosen.select_related("customer").first() if chosen is not None else None
    if chosen is None or first is None:
        return None
    return row_orders(cycle, user, chosen, customer=first.customer if row_id.startswith("s") else None)


def record_behind(cycle: Cycle, user: User, *, row_id: str) -> TrackRecord | None:
    """Return how this person's own earlier numbers turned out in the row's family, in all of them for the total."""
    chosen = row_series(user, row_id)
    first = chosen.select_related("product__family").first() if chosen is not None else None
    if first is None:
        return None
    if row_id == "total":
        return track_record(cycle, user, series_visible(user), family="")
    family = first.product.family
    return track_record(cycle, user, series_visible(user).filter(product__family=family), family=family.name)
