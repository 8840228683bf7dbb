"""Small histories with the shapes of demand a planner meets; built the same way every time."""

from datetime import date

import numpy as np
import pandas as pd

from sop.engine.months import month_add

SEASON = 1 + 0.4 * np.sin(np.arange(12) / 12 * 2 * np.pi)
END = date(2022, 1, 1)


def panel_of(end: date = END, **series: list[float] | np.ndarray) -> pd.DataFrame:
    """Return a panel whose series all end in `end`; NaN leaves the row out."""
    rows = [
        (name, month_add(end, place + 1 - len(values)), float(value))
        for name, values in series.items()
        for place, value in enumerate(values)
        if not np.isnan(value)
    ]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


def regular(
    months: int = 60, level: float = 100.0, trend: float = 0.5, noise: float = 5.0, seed: int = 1
) -> np.ndarray:
    """Return positive demand with trend, season and noise."""
    random = np.random.default_rng(seed)
    month = np.arange(months)
    return np.maximum((level + trend * month) * SEASON[month % 12] + random.normal(0, noise, months), 1.0)


def sporadic(months: int = 60, every: float = 0.3, lot: float = 1.0, seed: int = 2) -> np.ndarray:
    """Return demand that comes in about `every` month of one, in lots."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 5, months) * lot
    return np.where(random.random(months) < every, sizes, 0.0)


def company(series: int = 40, seed: int = 5) -> pd.DataFrame:
    """Return a panel of mixed shapes and lengths, as a company has them."""
    random = np.random.default_rng(seed)
    found = {}
    for number in range(series):
        months = int(random.choice([1, 3, 8, 15, 22, 30, 48, 60, 75]))
        values = regular(months, level=float(random.integers(20, 500)), noise=12, seed=number)
        if number % 4 == 1:
            values = sporadic(months, seed=number)
        if number % 9 == 2:
            values = np.concatenate([values, np.zeros(14)])
        if number % 7 == 3:
            values[:: max(len(values) // 2, 1)] = 0.0
        found[f"S{number:03d}"] = values
    return panel_of(**found)
