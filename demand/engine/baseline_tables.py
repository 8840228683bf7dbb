"""The finished baseline as tables: a row per series and month, a row per series."""

from collections.abc import Mapping
from itertools import compress

import numpy as np
import pandas as pd

from demand.engine.backtest import accuracy_of
from demand.engine.chunk import BaselineChunk
from demand.engine.pool import BaselinePool
from demand.engine.quantiles import PROBABILITIES, pool_of
from demand.engine.routes import INTERMITTENT
from demand.engine.stand_in import failed_words
from sop.engine.arrays import Array
from sop.engine.months import to_stamps
from sop.engine.panel import BUCKET, SERIES, STEP

QUANTILES = tuple(f"q{probability}" for probability in PROBABILITIES)


def forecast_table(chunk: BaselineChunk, yhat: Array, cuts: Array) -> pd.DataFrame:
    """Return one row per series and month ahead: unique_id, ds, step, yhat, its quantiles, naive, each member."""
    count, horizon = yhat.shape
    step = np.arange(1, horizon + 1)
    columns = {
        SERIES: np.repeat(chunk.ids.astype(object), horizon),
        BUCKET: to_stamps((chunk.until[:, None] + step).ravel()),
        STEP: np.tile(step, count),
        "yhat": yhat.ravel(),
    }
    columns |= {name: cuts[:, :, place].ravel() for place, name in enumerate(QUANTILES)}
    columns["naive"] = chunk.now.naive.ravel()
    columns |= {name: points.ravel() for name, points in chunk.now.members.items()}
    return pd.DataFrame(columns)


def series_table(chunk: BaselineChunk, pool: BaselinePool, words: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per series, with the columns `demand.engine.baseline.baseline_finish` tells."""
    names = sorted(chunk.now.members)
    used = np.stack([np.isfinite(chunk.now.members[name]).all(axis=1) for name in names], axis=1)
    members = [", ".join(compress(names, row)) for row in used]
    fallback = [
        failed_words(failed, row.split(", ") if row else [], words)
        for failed, row in zip(chunk.failed.tolist(), members, strict=True)
    ]
    table = pd.DataFrame(
        {
            SERIES: chunk.ids.astype(object),
            "route": chunk.route.astype(object),
            "reason": chunk.reason.astype(object),
            "months": chunk.months,
            "filled": chunk.filled,
            "held": chunk.held,
            "members": members,
            "fallback": fallback,
            "range_from": np.where(
                chunk.route == INTERMITTENT, "negative binomial", pool_of(chunk.route, pool.quantiles)
            ),
            "scale": chunk.now.scale,
            "pattern": chunk.pattern.astype(object),
            "xyz": chunk.xyz.astype(object),
            "break_months": chunk.break_months,
            "break_ratio": chunk.break_ratio,
        }
    )
    return pd.concat([table, accuracy_of(chunk)], axis=1)
