"""Accuracy as forecasting competitions measure it, so that figures can be held against published ones."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop.engine.arrays import Array

SEASON = 12
SEASONAL_AT = 1.645  # 90 % two-sided test of the autocorrelation at lag 12, the rule of the M4 competition


@dataclass(frozen=True)
class Accuracy:
    """One data set's figures; each is the mean over series unless said."""

    series: int
    smape: float  # percent, M4
    mase: float  # over the in-sample error of the seasonal naive
    owa: float  # mean of sMAPE and MASE over those of Naive2, M4
    rmsse: float  # over the in-sample error of the last value, from the first sale on, M5
    bias: float  # percent of all demand, plus = forecast too high
    naive2_smape: float
    naive2_mase: float
    cover80: float  # share of actuals inside q0.1 .. q0.9
    cover95: float


def accuracy_of(forecast: pd.DataFrame, train: pd.DataFrame, test: pd.DataFrame) -> Accuracy:
    """Return the figures of a forecast (unique_id, step, yhat, quantiles) against what came (unique_id, ds, y)."""
    history = {name: rows.to_numpy(float) for name, rows in train.sort_values("ds").groupby("unique_id")["y"]}
    came = {name: rows.to_numpy(float) for name, rows in test.sort_values("ds").groupby("unique_id")["y"]}
    ahead = {name: rows.sort_values("step") for name, rows in forecast.groupby("unique_id")}
    table = pd.DataFrame([_one(history[name], actual, ahead[name]) for name, actual in came.items()])
    mean = table.mean()  # skips series without a scale
    return Accuracy(
        series=len(table),
        smape=mean["smape"],
        mase=mean["mase"],
        owa=(mean["smape"] / mean["naive2_smape"] + mean["mase"] / mean["naive2_mase"]) / 2,
        rmsse=mean["rmsse"],
        bias=100 * table["error"].sum() / table["demand"].sum(),
        naive2_smape=mean["naive2_smape"],
        naive2_mase=mean["naive2_mase"],
        cover80=table["inside80"].sum() / table["steps"].sum(),
        cover95=table["inside95"].sum() / table["steps"].sum(),
    )


def _one(history: Array, actual: Array, forecast: pd.DataFrame) -> dict[str, float]:
    steps = len(actual)
    columns = {name: forecast[name].to_numpy(float)[:steps] for name in forecast if name == "yhat" or name[:2] == "q0"}
    naive2 = naive2_of(history, steps)
    seasonal = np.abs(history[SEASON:] - history[:-SEASON]).mean() if len(history) > SEASON else 0.0
    sold = np.flatnonzero(history)
    jumps = np.diff(history[sold[0] :]) ** 2 if len(sold) else np.array([])
    squared = jumps.mean() if len(jumps) and jumps.any() else np.nan
    scale = seasonal if seasonal > 0 else np.nan
    return {
        "smape": _smape(actual, columns["yhat"]),
        "naive2_smape": _smape(actual, naive2),
        "mase": np.abs(actual - columns["yhat"]).mean() / scale,
        "naive2_mase": np.abs(actual - naive2).mean() / scale,
        "rmsse": np.sqrt(((actual - columns["yhat"]) ** 2).mean() / squared),
        "error": (columns["yhat"] - actual).sum(),
        "demand": np.abs(actual).sum(),
        "inside80": ((actual >= columns["q0.1"]) & (actual <= columns["q0.9"])).sum(),
        "inside95": ((actual >= columns["q0.025"]) & (actual <= columns["q0.975"])).sum(),
        "steps": steps,
    }


def naive2_of(history: Array, steps: int) -> Array:
    """Return Naive2: the last value, seasonally adjusted by classical decomposition where lag 12 is significant."""
    index = _classical_index(history) if _is_seasonal(history) else np.ones(SEASON)
    if not (np.isfinite(index).all() and (index != 0).all()):
        index = np.ones(SEASON)
    phase = np.arange(len(history), len(history) + steps) % SEASON
    return history[-1] / index[(len(history) - 1) % SEASON] * index[phase]


def _smape(actual: Array, forecast: Array) -> float:
    size = np.abs(actual) + np.abs(forecast)
    return float(np.mean(np.where(size > 0, 200 * np.abs(actual - forecast) / np.where(size > 0, size, 1), 0)))


def _is_seasonal(history: Array) -> bool:
    if len(history) < 3 * SEASON or np.ptp(history) == 0:
        return False
    off = history - history.mean()
    lags = np.array([off[:-lag] @ off[lag:] for lag in range(1, SEASON + 1)]) / (off @ off)
    limit = SEASONAL_AT * np.sqrt((1 + 2 * (lags[:-1] ** 2).sum()) / len(history))
    return bool(abs(lags[-1]) > limit)


def _classical_index(history: Array) -> Array:
    weights = np.r_[0.5, np.ones(SEASON - 1), 0.5] / SEASON
    trend = np.convolve(history, weights, "valid")
    half = SEASON // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = history[half:-half] / trend
        place = np.arange(half, len(history) - half) % SEASON
        index = np.array([np.nanmean(ratio[place == phase]) for phase in range(SEASON)])
        return index / index.mean()
