"""What a baseline run found out, as rows of its tables."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from demand.constants import QUANTILES
from demand.models import BaselineRun
from sop.engine.months import month_add

FORECAST_COLUMNS = ("run_id", "series_id", "bucket", "mean", "naive", *QUANTILES)
SERIES_COLUMNS = (
    "run_id",
    "series_id",
    "route",
    "reason",
    "months",
    "members",
    "fallback",
    "mase",
    "wape",
    "bias",
    "fva",
    "scale",
    "noise",
    "pattern",
    "xyz",
    "broke_on",
    "broke_to",
)


def forecast_rows(run: BaselineRun, forecast: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each series and month, in the order of FORECAST_COLUMNS."""
    cuts = [name.replace("q0_", "q0.") for name in QUANTILES]
    columns = ["unique_id", "ds", "yhat", "naive", *cuts]
    for series, month, mean, naive, *quantiles in forecast[columns].itertuples(index=False, name=None):
        yield (run.pk, int(series), month.date(), round(mean, 3), _known(naive, 3), *map(_known, quantiles))


def series_rows(run: BaselineRun, series: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each series, in the order of SERIES_COLUMNS."""
    texts, numbers = list(SERIES_COLUMNS[2:7]), list(SERIES_COLUMNS[7:13])
    columns = ["unique_id", *texts, *numbers, "pattern", "xyz", "break_months", "break_ratio"]
    for row in series[columns].itertuples(index=False, name=None):
        *kind, months, ratio = row[12:]
        broke = (month_add(run.history_until, 1 - months), _known(ratio)) if months else (None, None)
        yield (run.pk, int(row[0]), *row[1:6], *map(_known, row[6:12]), *kind, *broke)


def _known(value: float, digits: int = 6) -> float | None:
    return None if pd.isna(value) else round(float(value), digits)
