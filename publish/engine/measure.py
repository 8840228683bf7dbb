"""How far each layer of a forecast was from what came, and what each step added.

Error = forecast - actual, so that plus means forecast too high. Every ratio is made of summed parts, never averaged:
the WMAPE of two families together is the sum of their errors over the sum of their demand.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import pandas as pd

from sop.engine.panel import VALUE, PanelError

Number = TypeVar("Number", float, Decimal)

LAYERS = ("naive", "baseline", "sales", "consensus")  # in the order in which people touch the number


def wmape(absolute_error: Number, actual: Number) -> float | None:
    """Return the sum of absolute errors over the sum of actuals; None where nothing was sold."""
    return float(absolute_error) / float(actual) if actual > 0 else None


def bias(forecast: Number, actual: Number) -> float | None:
    """Return (sum of forecasts - sum of actuals) / sum of actuals, plus = too high; None where nothing was sold."""
    return float(forecast - actual) / float(actual) if actual > 0 else None


@dataclass(frozen=True)
class Measure:
    """Accuracy of one layer over one group; quantities in base units, ratios of summed parts."""

    group: tuple[Hashable, ...]  # values of the columns grouped by; () for everything
    layer: str
    rows: int
    actual: float
    forecast: float
    absolute_error: float

    @property
    def wmape(self) -> float | None:
        """See the function of the same name."""
        return wmape(self.absolute_error, self.actual)

    @property
    def bias(self) -> float | None:
        """See the function of the same name."""
        return bias(self.forecast, self.actual)


@dataclass(frozen=True)
class ValueAdded:
    """What one layer added to the one before it: plus = better."""

    group: tuple[Hashable, ...]
    layer: str
    before: str  # the layer it is compared with
    points: float | None  # WMAPE before minus WMAPE after; None where nothing was sold
    share: float | None  # of the error before that was taken away; None where there was none


def measures_make(frame: pd.DataFrame, *, layers: Sequence[str] = LAYERS, by: Sequence[str] = ()) -> list[Measure]:
    """Return one Measure per group and layer, groups sorted, layers in the order given.

    `frame`: y (what came) and one column per layer, base units; one row per cell at which errors count. Errors cancel
    inside a row and not between rows: sum to product or family first to measure at that level. A cell a layer has no
    number for (NaN) is left out of that layer. `by`: columns to group by. Raises PanelError naming a missing column.
    """
    missing = [column for column in (VALUE, *layers, *by) if column not in frame]
    if missing:
        raise PanelError(f"Column {' and '.join(missing)} is missing: accuracy cannot be measured.")
    keys = list(by)
    found: dict[tuple[Hashable, ...], list[Measure]] = {}
    for layer in layers:
        known = frame.loc[frame[layer].notna() & frame[VALUE].notna(), [*keys, VALUE, layer]]
        parts = pd.DataFrame(
            {
                **{key: known[key] for key in keys},
                "rows": 1,
                "actual": known[VALUE].astype("float64"),
                "forecast": known[layer].astype("float64"),
            }
        )
        parts["absolute_error"] = (parts["forecast"] - parts["actual"]).abs()
        for group, row in _summed(parts, keys):
            made = Measure(group, layer, int(row["rows"]), row["actual"], row["forecast"], row["absolute_error"])
            found.setdefault(group, []).append(made)
    return [measure for group in sorted(found, key=str) for measure in found[group]]


def value_added(measures: Sequence[Measure]) -> list[ValueAdded]:
    """Return what each layer added to the layer before it in the same group (forecast value added, FVA).

    `measures`: of `measures_make`. A layer that has numbers for other cells than the one before it cannot be compared:
    None.
    """
    added = []
    for before, after in pairwise(measures):
        if before.group != after.group:
            continue
        same = before.rows == after.rows and before.actual == after.actual
        points = before.wmape - after.wmape if same and before.wmape is not None and after.wmape is not None else None
        won = before.absolute_error - after.absolute_error
        share = won / before.absolute_error if same and before.absolute_error > 0 else None
        added.append(ValueAdded(after.group, after.layer, before.layer, points, share))
    return added


def _summed(parts: pd.DataFrame, keys: list[str]) -> list[tuple[tuple[Hashable, ...], dict[str, float]]]:
    """Return the sums of each group; everything is one group when there are no keys."""
    columns = ["rows", "actual", "forecast", "absolute_error"]
    if parts.empty:
        return []
    if not keys:
        return [((), {column: float(parts[column].sum()) for column in columns})]
    sums = parts.groupby(keys, sort=True, observed=True, dropna=False)[columns].sum()
    groups = [group if isinstance(group, tuple) else (group,) for group in sums.index.tolist()]
    return list(zip(groups, sums.astype("float64").to_dict("records"), strict=True))  # type: ignore[arg-type]
