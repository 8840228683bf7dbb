"""The adjust grid: rows as a tree, months across, measures as matrices with totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q
from numpy.typing import NDArray

from demand.frames import FloatMatrix
from demand.models import Override
from demand.selectors import layers as layer_reads
from demand.selectors.comments import comment_cells
from demand.selectors.orders import products_with_orders
from demand.selectors.series import layer_of, series_visible
from demand.selectors.tree import Tree, tree, with_totals
from sop.constants import StepKind, StepState
from sop.engine.months import month_add, month_list
from sop.models import Company, Cycle, CycleStep, User

ACTUAL_MONTHS = 6  # shown before the plan, so that a level is seen beside its past
STARTING = ("plan", "baseline")
ASSUMED = ("assumptions", "consensus")  # shown under a product only where they say something
MEASURES = (*STARTING, *ASSUMED, "last_year", "last_consensus", "open_orders")


def shown_months(cycle: Cycle) -> list[date]:
    """Return the last actual months and the plan's months."""
    return month_list(month_add(cycle.bucket, -ACTUAL_MONTHS), ACTUAL_MONTHS + cycle.horizon_months)


def measure(cycle: Cycle, user: User, name: str, tree_: Tree) -> FloatMatrix:
    """Return one measure for every grid row and shown month."""
    ids = tree_.series_ids
    past = shown_months(cycle)[:ACTUAL_MONTHS]
    plan = layer_reads.plan_months(cycle)
    if name in (*STARTING, *ASSUMED):
        return plan_measures(cycle, user, tree_, layer_reads.layers(cycle, series_ids=ids))[name]
    if name == "last_year":
        return with_totals(tree_, layer_reads.last_year(series_ids=ids, months=[*past, *plan]))
    if name == "open_orders":
        return with_totals(tree_, layer_reads.open_orders(series_ids=ids, months=[*past, *plan]))
    nothing = np.full((len(ids), ACTUAL_MONTHS), np.nan)
    return with_totals(tree_, np.hstack([nothing, layer_reads.last_consensus(cycle, series_ids=ids)]))


def plan_measures(cycle: Cycle, user: User, tree_: Tree, layers: layer_reads.Layers) -> dict[str, FloatMatrix]:
    """Return the measures that are layers: the person's own plan after the actuals, baseline, assumptions, consensus.

    The assumptions are the units those in the number add to the consensus.
    """
    actual = layer_reads.demand_actual(series_ids=tree_.series_ids, months=shown_months(cycle)[:ACTUAL_MONTHS])
    nothing = np.full_like(actual, np.nan)
    own = layers.consensus if layer_of(user) == "consensus" else layers.sales
    return {
        "plan": with_totals(tree_, np.hstack([actual, own])),
        "baseline": with_totals(tree_, np.hstack([nothing, layers.baseline])),
        "assumptions": with_totals(tree_, np.hstack([nothing, layers.added])),
        "consensus": with_totals(tree_, np.hstack([nothing, layers.consensus])),
    }


def layer_rows(user: User, tree_: Tree, added: FloatMatrix) -> dict[str, list[int]]:
    """Return, per measure not all products have, the rows it is shown under; a planner's own row is the consensus."""
    reached = np.flatnonzero(~np.isnan(added).all(axis=1))
    products = [int(row) for row in reached if tree_.rows[row].product and tree_.rows[row].series is None]
    shown = ASSUMED[:1] if layer_of(user) == "consensus" else ASSUMED
    ordered = products_with_orders(tree_.series_ids)
    open_orders = [at for at, row in enumerate(tree_.rows) if row.series is None and row.product in ordered]
    return dict.fromkeys(shown, products) | {"open_orders": open_orders}


def below_cells(tree_: Tree, layers: layer_reads.Layers) -> list[tuple[int, int, float]]:
    """Return (row, column, units) where a planner's cell without a number of its own is not at the baseline."""
    at = zip(*np.nonzero(layers.assumed != layers.baseline), strict=True)
    return [(tree_.leaf_rows[row], int(col) + ACTUAL_MONTHS, float(layers.assumed[row, col])) for row, col in at]


def gather_is_open(cycle: Cycle) -> bool:
    """Return whether numbers may change at all right now."""
    return CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER, state=StepState.OPEN).exists()


def note_cells(cycle: Cycle, tree_: Tree, layer: str) -> list[tuple[int, int]]:
    """Return (row, column) of every cell somebody wrote a note on."""
    months = shown_months(cycle)
    row_of = dict(zip(tree_.series_ids, tree_.leaf_rows, strict=True))
    found = Override.objects.filter(cycle=cycle, layer=layer).exclude(note="").values_list("series_id", "bucket")
    return [(row_of[series], months.index(bucket)) for series, bucket in found if series in row_of and bucket in months]


def prices(series_ids: Sequence[int], on: date) -> NDArray[np.float64]:
    """Return each series' selling price on a day: the customer's own, else the list price, else NaN."""
    sql = """
        select distinct on (s.id) s.id, p.price::float8 from demand_series s
        join sop_price p on p.product_id = s.product_id and p.valid_from <= %s
             and (p.customer_id = s.customer_id or p.customer_id is null)
        where s.id = any(%s) order by s.id, p.customer_id nulls last, p.valid_from desc
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [on, list(series_ids)])
        found = dict(cursor.fetchall())
    return np.array([found.get(series, np.nan) for series in series_ids], dtype=float)


def reason_threshold() -> tuple[Decimal, Decimal]:
    """Return the percent and the money above which a change needs a reason at submit."""
    company = Company.objects.filter(pk=1).first() or Company()
    return company.reason_percent, company.reason_value


def company_currency() -> str:
    """Return the plan currency."""
    return Company.objects.filter(pk=1).values_list("currency", flat=True).first() or Company().currency


def can_edit(cycle: Cycle, user: User) -> bool:
    """Return whether this person can change numbers of this cycle right now."""
    return gather_is_open(cycle) and user.has_perm("demand.override_forecast")


def grid_json(cycle: Cycle, user: User) -> dict[str, Any]:
    """Return what the grid starts with: rows, months, the plan and the baseline, versions, notes.

    Plain values and arrays (rows x months), NaN where there is no number.
    """
    tree_ = tree(user, editable_now=can_edit(cycle, user))
    layer = layer_of(user)
    known = layer_reads.versions(cycle, series_ids=tree_.series_ids, layer=layer)
    layers = layer_reads.layers(cycle, series_ids=tree_.series_ids)
    measures = plan_measures(cycle, user, tree_, layers)
    return {
        "months": [_month_json(cycle, month) for month in shown_months(cycle)],
        "rows": [vars(row) for row in tree_.rows],
        "values": {name: np.round(measures[name], 3) for name in STARTING},
        "layers": layer_rows(user, tree_, measures["assumptions"]),
        "below": below_cells(tree_, layers) if layer == "consensus" else [],
        "versions": {str(series): row for series, row in zip(tree_.series_ids, known, strict=True)},
        "prices": prices(tree_.series_ids, cycle.bucket),
        "notes": note_cells(cycle, tree_, layer),
        "comments": comment_cells(cycle, user, tree_, shown_months(cycle)),
        "measures": MEASURES,
        "first_plan_column": ACTUAL_MONTHS,
        "currency": company_currency(),
    }


def measure_json(cycle: Cycle, user: User, name: str) -> dict[str, Any]:
    """Return one measure for the same rows and months as grid_json."""
    return {"measure": name, "values": np.round(measure(cycle, user, name, tree(user, editable_now=False)), 3)}


@dataclass(frozen=True)
class Summary:
    """What the page's head says of the rows a person sees."""

    products: int
    series: int
    changed: int
    unowned: int  # series whose customer has no rep


def summary(cycle: Cycle, user: User) -> Summary:
    """Return counts for the page's head."""
    visible = series_visible(user)
    counts = visible.aggregate(
        products=Count("product", distinct=True),
        series=Count("pk"),
        unowned=Count("pk", filter=Q(customer__owner=None)),
    )
    changed = Override.objects.filter(
        cycle=cycle, layer=layer_of(user), series__in=visible, quantity__isnull=False
    ).count()
    return Summary(counts["products"], counts["series"], changed, counts["unowned"])


def _month_json(cycle: Cycle, month: date) -> dict[str, Any]:
    kind = "plan" if month >= cycle.bucket else "actual"
    return {"bucket": month.isoformat(), "label": f"{month:%b %y}", "year": month.year, "kind": kind}
