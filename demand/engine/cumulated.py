"""Error of demand summed over a lead time: what safety stock stands on.

Errors of neighbouring months hang together, so the error of their sum is larger than one month's error times the square
root of the months. It is measured, not assumed.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from demand.engine.quantiles import ALL
from sop.engine.arrays import Array, TextArray
from sop.engine.panel import SERIES, STEP, VALUE

MIN_SERIES = 10  # below, a class leans on "all"
MIN_GROWTH, MAX_GROWTH = 0.5, 1.0  # independent errors add up with sqrt(months), wholly dependent ones with months
COLUMNS = ["route", "months", "rho", "error", "series"]


def rho_pool(errors: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return one row per class and number of months 1..`months`: route, months, rho, error, series.

    error: root mean square, over the series, of the summed error of that many months, in scales (a series' seasonal
    naive error). rho: the same over their mean summed demand in scales. Beyond the months held back both go on with the
    growth they showed. Nothing to measure gives no row: the reader then scales one month's error with the square root.

    `errors`: columns unique_id, route, step, y, yhat, scale; steps 1, 2, ... of each series without a gap. To measure
    at another level (product and location), sum y and yhat over it first, with its mean demand as scale.
    """
    known = errors[errors["scale"] > 0]
    if known.empty:
        return pd.DataFrame(columns=COLUMNS)
    wide = _wide(known, (known[VALUE] - known["yhat"]) / known["scale"])
    route = known.groupby(SERIES)["route"].first().reindex(wide.index).to_numpy()
    error = wide.to_numpy(dtype=np.float64)
    demand = _wide(known, known[VALUE] / known["scale"]).to_numpy(dtype=np.float64)
    found = [_class(ALL, error, demand, months)]
    for name in np.unique(route.astype(np.str_)):
        own = route == name
        if own.sum() >= MIN_SERIES:
            found.append(_class(str(name), error[own], demand[own], months))
    return pd.concat(found, ignore_index=True)


def cumulated_error(rho: pd.DataFrame, route: TextArray, scale: Array, months: ArrayLike) -> Array:
    """Return, per series, the root mean square error of `months` months' demand together, base units.

    Between whole months straight lines, below one month the square root. `rho`: of `rho_pool`; `route`, `scale`:
    columns of the series table; `months`: one per series or one for all, above 0. NaN where nothing was measured.
    """
    asked = np.broadcast_to(np.asarray(months, dtype=np.float64), scale.shape)
    result = np.full(scale.shape, np.nan)
    classes = set(rho["route"])
    source = np.where(np.isin(route, list(classes)), route, ALL)
    for name in classes & set(source.tolist()):
        own = rho[rho["route"] == name].sort_values("months")
        grid, error = own["months"].to_numpy(dtype=np.float64), own["error"].to_numpy(dtype=np.float64)
        rows = source == name
        per_scale = np.interp(asked[rows], grid, error) * np.sqrt(np.minimum(asked[rows], 1.0))
        result[rows] = per_scale * scale[rows]
    return result


def _wide(known: pd.DataFrame, figure: "pd.Series[float]") -> pd.DataFrame:
    """Return the figure as series x steps, NaN where a series has no such step."""
    return pd.DataFrame({SERIES: known[SERIES], STEP: known[STEP], "figure": figure}, copy=False).pivot(
        index=SERIES, columns=STEP, values="figure"
    )


def _class(name: str, error: Array, demand: Array, months: int) -> pd.DataFrame:
    """Return the rows of one class; `error`, `demand`: series x steps in scales, NaN where not held back."""
    known = np.isfinite(error).sum(axis=0)
    held = int((2 * known >= known[0]).sum())  # months that at least half of the class held back
    error, demand = error[:, :held], demand[:, :held]
    size = np.sqrt(np.nanmean(np.cumsum(error, axis=1) ** 2, axis=0))
    mean_demand = np.nanmean(np.cumsum(demand, axis=1), axis=0)
    count = np.arange(1, max(months, held) + 1, dtype=np.float64)
    beyond = np.maximum(count / held, 1.0)
    full_size = size[np.minimum(count, held).astype(int) - 1] * beyond ** _growth(size)
    full_demand = mean_demand[np.minimum(count, held).astype(int) - 1] * beyond
    rho = np.where(full_demand > 0, full_size / np.where(full_demand > 0, full_demand, 1.0), np.nan)
    return pd.DataFrame(
        {"route": name, "months": count.astype(int), "rho": rho, "error": full_size, "series": len(error)}
    )[COLUMNS].iloc[:months]


def _growth(size: Array) -> float:
    """Return the exponent with which the error of the sum grows over the months."""
    usable = size > 0
    if usable.sum() < 3:
        return MIN_GROWTH
    months = np.arange(1, len(size) + 1)
    slope = float(np.polyfit(np.log(months[usable]), np.log(size[usable]), 1)[0])
    return float(np.clip(slope, MIN_GROWTH, MAX_GROWTH))
