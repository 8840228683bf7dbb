"""How a run would have done in the year held back: by route, by family and by method, from summed errors.

Also how often what came lay inside the ranges. Each half of the series is measured against ranges learnt from the other
half: against their own errors ranges hold by construction.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from demand.engine.chunk import BaselineChunk, points_of
from demand.engine.quantiles import ALL, PROBABILITIES, pool_of, quantiles_pool
from sop.engine.arrays import Array, BoolArray
from sop.engine.panel import SERIES, STEP, VALUE

BANDS = {"80": (0.1, 0.9), "95": (0.025, 0.975)}  # name of a range: the probabilities it lies between
NO_COVERAGE = pd.DataFrame(columns=["route", "band", "months", "share"])
SUMS = ["absolute", "signed", "naive", "demand"]


def accuracy_by(chunks: Iterable[BaselineChunk], family: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per route, family and method of a run; NaN where nothing was held back.

    Columns: by ("route", "family" or "method"), name, series, wape, bias (plus = forecast too high), fva (share of the
    seasonal naive's error taken away) and, for methods, beside: the baseline's wape on the same rows. Ratios are of
    sums over series and months, so large series weigh more. `family`: id of a series to its family's name.
    """
    parts = [(_errors(part, points_of(part.past, part.route)), _methods(part)) for part in chunks]
    if not parts:
        return pd.DataFrame(columns=["by", "name", "series", "wape", "bias", "fva", "beside"])
    whole = pd.concat([errors for errors, _ in parts], ignore_index=True)
    whole["family"] = whole[SERIES].map(family)
    methods = pd.concat([errors for _, errors in parts], ignore_index=True)
    found = [_ratios(whole, "route"), _ratios(whole.dropna(subset="family"), "family"), _ratios(methods, "method")]
    return pd.concat(found, ignore_index=True)


def coverage_of(errors: pd.DataFrame) -> pd.DataFrame:
    """Return the share of months held back that lay inside each range: columns route, band, months, share.

    A row per route and band, and "all". `errors`: of `demand.engine.backtest.errors_of`.
    """
    known = errors[errors["scale"] > 0]
    half = known[SERIES].factorize(sort=True)[0] % 2
    parts = [_inside(known[half == each], quantiles_pool(known[half != each])) for each in (0, 1)]
    found = pd.concat(parts, ignore_index=True)
    found = pd.concat([found, found.assign(route=ALL)], ignore_index=True)
    return found.groupby(["route", "band"], as_index=False).agg(months=("inside", "size"), share=("inside", "mean"))


def _errors(part: BaselineChunk, points: Array) -> pd.DataFrame:
    """Return one row per series with the sums of its months held back; series with none have NaN."""
    held = np.arange(part.actual.shape[1]) < part.held[:, None]
    error = np.where(held, points - part.actual, 0.0)
    naive = np.where(held, np.abs(part.past.naive - part.actual), 0.0).sum(axis=1)
    demand = np.abs(np.where(held, part.actual, 0.0)).sum(axis=1)
    sums = dict(zip(SUMS, (np.abs(error).sum(axis=1), error.sum(axis=1), naive, demand), strict=True))
    frame = pd.DataFrame({SERIES: part.ids, "route": part.route, **sums})
    frame.loc[part.held == 0, SUMS] = np.nan
    return frame


def _methods(part: BaselineChunk) -> pd.DataFrame:
    """Return the sums of each method over the series it spoke of, with the baseline's own error beside it."""
    base = _errors(part, points_of(part.past, part.route))
    found = []
    for name, points in part.past.members.items():
        spoke: BoolArray = (part.held > 0) & np.isfinite(points).all(axis=1)
        own = _errors(part, np.clip(np.nan_to_num(points), 0, part.past.ceiling[:, None]))
        found.append(own.assign(method=name, beside=base["absolute"])[spoke])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*base, "method", "beside"])


def _ratios(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    beside = ["beside"] if "beside" in rows else []
    sums = rows.groupby(by, sort=True)[[*SUMS, *beside]].sum(min_count=1).astype(float)
    demand = sums["demand"].where(sums["demand"] > 0)
    found = pd.DataFrame(
        {
            "by": by,
            "name": sums.index.astype(str),
            "series": rows.groupby(by, sort=True).size().to_numpy(),
            "wape": (sums["absolute"] / demand).to_numpy(),
            "bias": (sums["signed"] / demand).to_numpy(),
            "fva": (1 - sums["absolute"] / sums["naive"].where(sums["naive"] > 0)).to_numpy(),
        }
    )
    return found.assign(beside=(sums["beside"] / demand).to_numpy() if beside else np.nan)


def _inside(errors: pd.DataFrame, pool: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month held back and band: whether what came lay inside."""
    source = pool_of(errors["route"].to_numpy().astype(str), pool)
    scaled = ((errors[VALUE] - errors["yhat"]) / errors["scale"]).to_numpy()
    bounds = {
        round(each, 3): _width(pool[pool["probability"] == each], source, errors[STEP].to_numpy())
        for each in PROBABILITIES
    }
    found = []
    for band, (low, high) in BANDS.items():
        floor = np.maximum(bounds[low], (-errors["yhat"] / errors["scale"]).to_numpy())  # ranges end at zero
        inside = (scaled >= floor - 1e-9) & (scaled <= bounds[high] + 1e-9)
        found.append(pd.DataFrame({"route": errors["route"].to_numpy(), "band": band, "inside": inside}))
    return pd.concat(found, ignore_index=True)


def _width(pool: pd.DataFrame, source: np.ndarray, step: np.ndarray) -> Array:
    """Return how far from the forecast one quantile lies, in scales, for each month."""
    own = pool.set_index("route").loc[source]
    width: Array = own["value"].to_numpy() * (1 + own["growth"].to_numpy() * (step - 1))
    return width
