"""What each way of making the regular baseline reaches on a sample of M3, and what it costs; called by bench.forecast.

Figures are of the sample, which forecasts easier than the whole set; read them against each other.
"""

import time
from pathlib import Path
from typing import Any

import pandas as pd

from bench.accuracy import accuracy_of
from bench.table import Cell, print_table
from demand.engine.baseline import BaselineOptions, baseline_make

EVERY = 3  # one series of so many
NAME = "m3_monthly"
WAYS: dict[str, tuple[tuple[str, ...], bool, dict[str, Any]]] = {
    "Theta alone": (("theta",), False, {}),
    "Theta and Holt-Winters by statsmodels alone: the stand-in": (("theta_hw",), False, {}),
    "the stand-in and the model over all: no statsforecast": (("theta_hw",), True, {}),
    "Theta and the model over all: the baseline": (("theta",), True, {}),
    "the same with exponential smoothing: every series an A item": (("theta", "ets"), True, {}),
    "the baseline, months by their working days": (("theta",), True, {"working_days": True}),
    "the same without public holidays of the US": (("theta",), True, {"working_days": True, "holidays": "US"}),
}


def members_print(folder: Path) -> None:
    """Print a row for each way."""
    train, test = (pd.read_parquet(folder / f"{NAME}_{part}.parquet") for part in ("train", "test"))
    ids = sorted(train["unique_id"].unique())[::EVERY]
    train, test = (table[table["unique_id"].isin(ids)] for table in (train, test))
    horizon = int(test.groupby("unique_id").size().max())
    rows: list[list[Cell]] = []
    for way, (regular, with_all, days) in WAYS.items():
        began = time.process_time()
        options = BaselineOptions(held_back=1, regular=regular, with_all=with_all, **days)
        result = baseline_make(train[["unique_id", "ds", "y"]], horizon=horizon, options=options)
        ms = (time.process_time() - began) / len(ids) * 1e3
        found = accuracy_of(result.forecast, train, test)
        rows.append([way, found.smape, found.mase, found.owa, ms])
    title = f"Members: {len(ids)} series of {NAME}, one of {EVERY}"
    print_table(title, ["way", "sMAPE", "MASE", "OWA", "CPU ms a series"], rows)
