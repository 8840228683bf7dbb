"""The rows of the adjust grid as a tree: total > family > product > customer and location."""

from dataclasses import dataclass, field

import numpy as np

from demand.frames import FloatMatrix
from demand.selectors.series import series_editable, series_visible
from sop.models import User


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
