"""The adjust grid: rows as a tree, months across, measures as matrices with totals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from demand.selectors.series import layer_of, series_editable, series_visible
from sop.constants import StepKind, StepState
from sop.engine.months import month_add, month_list
from sop.models import Company, Cycle, CycleStep, User

ACTUAL_MONTHS = 6  # shown before the plan, so that a level is seen beside its past
STARTING = ("plan", "baseline")
MEASURES = (*STARTING, "last_year", "last_consensus")


@dataclass(frozen=True)
class Row:
    """One line of the grid; `parent` is an index into the rows, -1 for the top."""

    id: str
    level: int  # 0 total, 1 family, 2 product, 3 series
    name: str
    parent: int
    editable: bool = False
    unit: str = ""
    series: int | None = None
    product: int | None = None
    family: int | None = None


@dataclass(frozen=True)
class Tree:
    """All rows depth first, and which of them are series."""

    rows: list[Row]
    series_ids: list[int] = field(default_factory=list)
    leaf_rows: list[int] = field(default_factory=list)  # the row of each series, in the order of series_ids


def tree(user: User, *, editable_now: bool) -> Tree:
    """Return the rows this person sees: total > family > product > customer and location."""
    may_edit = set(series_editable(user).values_list("pk", flat=True)) if editable_now else set()
    found = series_visible(user).order_by(
        "product__family__code", "product__code", "customer__name", "location__code"
    ).values_list(
        "pk", "product__family_id", "product__family__name", "product_id", "product__name", "product__unit",
        "customer__name", "location__name",
    )  # fmt: skip
    rows = [Row("total", 0, "All products", -1)]
    result = Tree(rows)
    at: dict[str, int] = {}
    for series, family, family_name, product, product_name, unit, customer, location in found:
        if f"f{family}" not in at:
            at[f"f{family}"] = len(rows)
            rows.append(Row(f"f{family}", 1, family_name, 0, family=family))
        if f"p{product}" not in at:
            at[f"p{product}"] = len(rows)
            rows.append(
                Row(f"p{product}", 2, product_name, at[f"f{family}"], unit=unit, product=product, family=family)
            )
        result.leaf_rows.append(len(rows))
        result.series_ids.append(series)
        rows.append(
            Row(
                f"s{series}",
                3,
                f"{customer}, {location}",
                at[f"p{product}"],
                series in may_edit,
                unit,
                series,
                product,
                family,
            )
        )
    return result


def with_totals(tree_: Tree, leaves: FloatMatrix) -> FloatMatrix:
    """Return one row per grid row: each series' own numbers, everything above as the sum of its parts.

    A sum over parts of which none has a number has none either (NaN).
    """
    total = np.full((len(tree_.rows), leaves.shape[1]), np.nan)
    total[tree_.leaf_rows] = leaves
    parents = np.array([row.parent for row in tree_.rows])
    levels = np.array([row.level for row in tree_.rows])
    for level in (3, 2, 1):
        at = np.flatnonzero(levels == level)
        known = ~np.isnan(total[at])
        sums = np.zeros_like(total)
        counts = np.zeros_like(total)
        np.add.at(sums, parents[at], np.where(known, total[at], 0.0))
        np.add.at(counts, parents[at], known)
        above = np.flatnonzero(levels == level - 1)
        total[above] = np.where(counts[above] > 0, sums[above], np.nan)
    return total


def shown_months(cycle: Cycle) -> list[date]:
    """Return the last actual months and the plan's months."""
    return month_list(month_add(cycle.bucket, -ACTUAL_MONTHS), ACTUAL_MONTHS + cycle.horizon_months)


def measure(cycle: Cycle, user: User, name: str, tree_: Tree) -> FloatMatrix:
    """Return one measure for every grid row and shown month."""
    ids = tree_.series_ids
    past = shown_months(cycle)[:ACTUAL_MONTHS]
    plan = layer_reads.plan_months(cycle)
    if name in STARTING:
        return starting_measures(cycle, user, tree_)[name]
    if name == "last_year":
        return with_totals(tree_, layer_reads.last_year(series_ids=ids, months=[*past, *plan]))
    nothing = np.full((len(ids), ACTUAL_MONTHS), np.nan)
    return with_totals(tree_, np.hstack([nothing, layer_reads.last_consensus(cycle, series_ids=ids)]))


def starting_measures(cycle: Cycle, user: User, tree_: Tree) -> dict[str, FloatMatrix]:
    """Return the two measures the grid starts with: the person's own plan after the actuals, and the baseline."""
    ids = tree_.series_ids
    layers = layer_reads.layers(cycle, series_ids=ids)
    actual = layer_reads.demand_actual(series_ids=ids, months=shown_months(cycle)[:ACTUAL_MONTHS])
    own = layers.consensus if layer_of(user) == "consensus" else layers.sales
    return {
        "plan": with_totals(tree_, np.hstack([actual, own])),
        "baseline": with_totals(tree_, np.hstack([np.full_like(actual, np.nan), layers.baseline])),
    }


def gather_is_open(cycle: Cycle) -> bool:
    """Return whether numbers may change at all right now."""
    return CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER, state=StepState.OPEN).exists()


def note_cells(cycle: Cycle, tree_: Tree, layer: str) -> list[tuple[int, int]]:
    """Return (row, column) of every cell somebody wrote a note on."""
    months = shown_months(cycle)
    row_of = dict(zip(tree_.series_ids, tree_.leaf_rows, strict=True))
    found = Override.objects.filter(cycle=cycle, layer=layer, series_id__in=tree_.series_ids).exclude(note="")
    return [(row_of[s], months.index(b)) for s, b in found.values_list("series_id", "bucket") if b in months]


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
    percent, money = reason_threshold()
    known = layer_reads.versions(cycle, series_ids=tree_.series_ids, layer=layer)
    return {
        "months": [_month_json(cycle, month) for month in shown_months(cycle)],
        "rows": [vars(row) for row in tree_.rows],
        "values": {name: np.round(matrix, 3) for name, matrix in starting_measures(cycle, user, tree_).items()},
        "versions": {str(series): row for series, row in zip(tree_.series_ids, known, strict=True)},
        "prices": prices(tree_.series_ids, cycle.bucket),
        "notes": note_cells(cycle, tree_, layer),
        "measures": MEASURES,
        "first_plan_column": ACTUAL_MONTHS,
        "currency": company_currency(),
        "threshold": {"percent": float(percent), "money": float(money)},
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
