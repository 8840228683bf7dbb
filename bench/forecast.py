"""`python -m bench.forecast`: cost of a baseline beside a plain loop, and accuracy on public data sets.

Accuracy needs SOP_DATA, a folder with forecast/<name>_train.parquet and <name>_test.parquet (unique_id, ds, y).
"""

import argparse
import os
import resource
import sys
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bench.accuracy import Accuracy, accuracy_of
from bench.members import members_print
from bench.table import Cell, print_table
from demand.engine.baseline import BaselineOptions, baseline_chunk, baseline_make
from demand.engine.theta import theta_method
from sop.engine.arrays import Array
from sop.engine.months import month_list

MONTHS, HORIZON = 60, 18
LOOP_SAMPLE = 12  # series the plain loop is timed on; it costs the same for each
ETS_SAMPLE = 60
DATA_SETS = ("m3_monthly", "m1_monthly", "carparts", "stallion_distributor")
# What this combination of methods reached when it was chosen; worse is a regression.
BARS = {
    ("m3_monthly", "sMAPE"): 13.25,
    ("m3_monthly", "MASE"): 0.820,
    ("m3_monthly", "OWA"): 0.789,
    ("m1_monthly", "OWA"): 0.850,
    ("carparts", "RMSSE"): 0.595,
    ("stallion_distributor", "OWA"): 0.845,
}


def main() -> int:
    """Print cost and accuracy; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecast", description=__doc__)
    parser.add_argument("--series", type=int, nargs="*", default=[1000], help="sizes of the cost tables (1000)")
    for series in sorted(parser.parse_args().series):  # ascending: the peak is of the process since its start
        cost(series)
    folder = os.environ.get("SOP_DATA")
    if not folder:
        print("\nSOP_DATA IS NOT SET: ACCURACY WAS NOT MEASURED.", file=sys.stderr)
        return 0
    missed = accuracy(Path(folder) / "forecast")
    members_print(Path(folder) / "forecast")
    return missed


def cost(series: int) -> None:
    """Print time and memory for a company of `series` series, beside a plain statsmodels loop and AutoETS."""
    panel = company_panel(series)
    theta_method()  # the import is paid once per worker, not per run
    rows: list[list[Cell]] = []
    started = time.perf_counter()
    plain_loop(panel, LOOP_SAMPLE)
    loop = (time.perf_counter() - started) / LOOP_SAMPLE
    rows.append([f"plain loop of Holt-Winters and Theta, {LOOP_SAMPLE} series scaled", loop * series, loop * 1e3, 1.0])
    started = time.perf_counter()
    auto_ets(panel, ETS_SAMPLE)
    seconds = (time.perf_counter() - started) / ETS_SAMPLE
    name = f"statsforecast AutoETS, {ETS_SAMPLE} series scaled"
    rows.append([name, seconds * series, seconds * 1e3, loop / seconds])
    for name, held_back in (("series by series, points only", 0), ("with what all teach, back-test and ranges", 12)):
        started = time.perf_counter()
        if held_back:
            baseline_make(panel, horizon=HORIZON)
        else:
            baseline_chunk(panel, horizon=HORIZON, options=BaselineOptions(held_back=0))
        seconds = time.perf_counter() - started
        rows.append([name, seconds, seconds / series * 1e3, loop * series / seconds])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print_table(
        f"Cost: {series:,} series x {MONTHS} months, {HORIZON} months ahead, one process, peak {peak:,.0f} MB",
        ["way", "seconds", "ms a series", "times faster"],
        rows,
    )


def company_panel(series: int) -> pd.DataFrame:
    """Return a panel of series with level, trend, season and noise, one in five sporadic; the same every time."""
    random = np.random.default_rng(11)
    month = np.arange(MONTHS)
    level = random.lognormal(4, 1, (series, 1))
    season = 1 + random.uniform(0, 0.4, (series, 1)) * np.sin(
        2 * np.pi * (month + random.uniform(0, 12, (series, 1))) / 12
    )
    values = level * (1 + random.normal(0, 0.004, (series, 1)) * month) * season
    values = np.maximum(values * random.lognormal(0, 0.15, values.shape), 0.5).round(1)
    sporadic = np.arange(series) % 5 == 4
    values[sporadic] *= random.random((int(sporadic.sum()), MONTHS)) < 0.35
    buckets = np.array(month_list(date(2017, 1, 1), MONTHS), dtype="datetime64[ns]")
    ids = np.repeat([f"S{number:06d}" for number in range(series)], MONTHS)
    return pd.DataFrame({"unique_id": ids, "ds": np.tile(buckets, series), "y": values.ravel()})


def plain_loop(panel: pd.DataFrame, series: int) -> Array:
    """Return the mean of statsmodels' Holt-Winters and Theta, series by series: the usual way in a notebook."""
    from statsmodels.tsa.forecasting.theta import ThetaModel
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    regular = panel.groupby("unique_id")["y"].filter(lambda y: bool((y > 0).all())).index
    rows = panel.loc[regular, "y"].to_numpy(float).reshape(-1, MONTHS)[:series]
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for y in rows:
            smoothing = ExponentialSmoothing(y, trend="add", damped_trend=True, seasonal="add", seasonal_periods=12)
            theta = ThetaModel(y, period=12).fit().forecast(HORIZON)
            found.append((smoothing.fit().forecast(HORIZON) + np.asarray(theta)) / 2)
    return np.array(found)


def auto_ets(panel: pd.DataFrame, series: int) -> Array:
    """Return the forecasts of statsforecast's AutoETS with a season, points only, for the first series."""
    from statsforecast.models import AutoETS

    rows = panel["y"].to_numpy(float).reshape(-1, MONTHS)[:series]
    return np.array([AutoETS(season_length=12).forecast(y=y, h=HORIZON)["mean"] for y in rows])


def accuracy(folder: Path) -> int:
    """Print the figures of every data set in the folder; return 1 when a bar is missed."""
    rows: list[list[Cell]] = []
    missed = []
    for name in DATA_SETS:
        train_file, test_file = folder / f"{name}_train.parquet", folder / f"{name}_test.parquet"
        if not (train_file.is_file() and test_file.is_file()):
            print(f"\n{name} IS NOT IN {folder}: NOT MEASURED.", file=sys.stderr)
            continue
        train, test = pd.read_parquet(train_file), pd.read_parquet(test_file)
        started = time.perf_counter()
        result = baseline_make(train[["unique_id", "ds", "y"]], horizon=int(test.groupby("unique_id").size().max()))
        seconds = time.perf_counter() - started
        found = accuracy_of(result.forecast, train, test)
        figures = _figures(found)
        rows.append([name, found.series, *figures.values(), seconds / found.series * 1e3])
        bars = [(figure, bar) for (data, figure), bar in BARS.items() if data == name]
        missed += [
            f"{name} {figure}: {figures[figure]:.3f}, bar {bar}" for figure, bar in bars if figures[figure] > bar
        ]
    if rows:
        print_table("Accuracy (naive2 beside; bias: plus = too high)", ["data set", "series", *figures, "ms"], rows)
    for miss in missed:
        print(f"BAR MISSED: {miss}", file=sys.stderr)
    return 1 if missed else 0


def _figures(found: Accuracy) -> dict[str, float]:
    return {
        "sMAPE": found.smape,
        "(naive2)": found.naive2_smape,
        "MASE": found.mase,
        "(naive2) ": found.naive2_mase,
        "OWA": found.owa,
        "RMSSE": found.rmsse,
        "bias %": found.bias,
        "in 80 %": 100 * found.cover80,
        "in 95 %": 100 * found.cover95,
    }


if __name__ == "__main__":
    sys.exit(main())
