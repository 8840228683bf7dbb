"""What the three baseline runs will ask of the engine, known from the made-up history before it is in the tables."""

from datetime import date

import numpy as np
import pandas as pd

from demand.constants import BASELINE_CHUNK_SERIES
from demand.models import Series
from publish.demo.ahead import Question
from publish.demo.keys import Keys
from publish.demo.span import MONTHS, at
from publish.demo.story import DECEMBER, FEBRUARY, JANUARY
from publish.demo.world import World
from sop.engine.arrays import IntArray
from sop.engine.months import month_add
from sop.models import Company


def questions(world: World, key: Keys) -> list[Question]:
    """Return one question per cycle, in their order."""
    active = np.array(Series.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    rows = np.flatnonzero(np.isin(key.series, active))
    horizon = Company.objects.get(pk=1).horizon_months
    parts = [active[n : n + BASELINE_CHUNK_SERIES].tolist() for n in range(0, len(active), BASELINE_CHUNK_SERIES)]
    asked = []
    for bucket in (DECEMBER, JANUARY, FEBRUARY):
        panel, facts = _history(world, key, rows, at(bucket)), _facts(world, key, rows)
        facts = facts[facts["unique_id"].isin(active)].reset_index(drop=True)
        asked.append(Question(panel, facts, month_add(bucket, -1), horizon, parts))
    return asked


def _history(world: World, key: Keys, rows: IntArray, months: int) -> pd.DataFrame:
    """Return each series' net demand from its first month on; series without any month are absent."""
    ordered, cancelled = world.demand.ordered[rows, :months], world.demand.cancelled[rows, :months]
    seen = (ordered > 0) | (world.stock.shipped[rows, :months] > 0) | (cancelled > 0)
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), months)
    series, month = np.nonzero(np.arange(months) >= first[:, None])
    return pd.DataFrame(
        {
            "unique_id": key.series[rows][series],
            "ds": pd.to_datetime(np.array(MONTHS[:months])[month]),
            "y": np.maximum(ordered - cancelled, 0)[series, month],
        }
    )


def _facts(world: World, key: Keys, rows: IntArray) -> pd.DataFrame:
    chosen = world.products.iloc[world.demand.series["product"].iloc[rows]]
    ends = [date.fromisoformat(day).replace(day=1) if day else None for day in chosen["ended_on"]]
    return pd.DataFrame({"unique_id": key.series[rows], "family": chosen["family"].to_numpy(), "ends": ends})
