"""What a baseline costs as a company grows: computed as the task processes do, in parts, in a process of its own."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from demand.engine.all_history import Part
from demand.engine.all_series import all_series_pack, all_series_unpack, chunk_with_all
from demand.engine.baseline import all_series_over, baseline_chunk, baseline_finish, seasons_over
from demand.engine.chunk import chunk_pack, chunk_unpack
from demand.engine.loading import libraries_load
from demand.engine.pool import baseline_pool
from sop.engine.months import month_list

MONTHS, HORIZON = 60, 18
PART = 500  # series, as in a run


@dataclass(frozen=True)
class Cost:
    """Of one run; CPU time, for other work on the machine must not count."""

    series: int
    seconds: float
    libraries: float  # MB, before anything was read
    peak: float  # MB


def cost_of(series: int) -> Cost:
    """Return what so many series cost, measured in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_run, series).result()


def company_panel(series: int, first: int = 0) -> pd.DataFrame:
    """Return a panel of series with level, trend, season and noise, one in five sporadic; the same every time."""
    random = np.random.default_rng([11, first])
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
    ids = np.repeat([f"S{number:06d}" for number in range(first, first + series)], MONTHS)
    return pd.DataFrame({"unique_id": ids, "ds": np.tile(buckets, series), "y": values.ravel()})


def _parts(series: int) -> Iterator[Part]:
    for first in range(0, series, PART):
        numbers = np.arange(first, min(first + PART, series))
        keys = {"family": numbers % 25, "region": numbers % 4, "customer": numbers % 20, "product": numbers // 20}
        facts = pd.DataFrame({name: number.astype(str) for name, number in keys.items()})
        yield company_panel(len(numbers), first), facts.assign(unique_id=[f"S{number:06d}" for number in numbers])


def _run(series: int) -> Cost:
    """Make the baseline as a run does: what a part finds out is bytes until the next stage needs it."""
    libraries_load()
    libraries = _held("VmRSS:")
    making, begun = _making(series), time.process_time()  # making up the company does not count
    seasons = seasons_over(_parts(series))
    learnt = all_series_pack(all_series_over(_parts(series), horizon=HORIZON))
    kept = [
        chunk_pack(baseline_chunk(panel, horizon=HORIZON, facts=facts, seasons=seasons))
        for panel, facts in _parts(series)
    ]
    found = all_series_unpack(learnt)
    pool = baseline_pool((chunk_with_all(chunk_unpack(data), found) for data in kept), found.sums)
    for data in kept:
        baseline_finish(chunk_with_all(chunk_unpack(data), found), pool)
    return Cost(series, time.process_time() - begun - 3 * making, libraries, _held("VmHWM:"))


def _making(series: int) -> float:
    begun = time.process_time()
    for _ in _parts(series):
        pass
    return time.process_time() - begun


def _held(name: str) -> float:
    """Return the MB this process holds (VmRSS) or held at most (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
