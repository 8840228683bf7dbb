"""The one table shape of all engines: one row per series and bucket."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

SERIES = "unique_id"  # whose figure it is: text
BUCKET = "ds"  # the month, its first day
VALUE = "y"  # the figure, in base units a month
STEP = "step"  # months after the last month of history: 1 is the first month forecast


class PanelError(ValueError):
    """A table does not have the shape; the message is a sentence that names what is wrong and where."""


def check_panel(frame: pd.DataFrame, *, values: Sequence[str] = (VALUE,)) -> pd.DataFrame:
    """Return the panel sorted by series and month, with series as text, months as datetime64[ns], values as float64.

    A month that is not known has no row: absence says "unknown", never zero. Columns beyond series, month and `values`
    are kept. Raises PanelError naming the first missing column, unreadable date, day that is not the first of its
    month, repeated row, and value that is no finite number.
    """
    _columns_present(frame, (SERIES, BUCKET, *values))
    panel = frame.copy()
    _series_named(panel)
    panel[SERIES] = panel[SERIES].astype(str)
    panel[BUCKET] = _month_starts(panel)
    for column in values:
        panel[column] = _finite_numbers(panel, column)
    panel = panel.sort_values([SERIES, BUCKET], kind="stable", ignore_index=True)
    repeated = panel.duplicated([SERIES, BUCKET])
    if repeated.any():
        row = panel[repeated].iloc[0]
        raise PanelError(
            f"Series {row[SERIES]} has {row[BUCKET]:%B %Y} more than once: keep one row per series and month."
        )
    return panel


def _columns_present(frame: pd.DataFrame, wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        found = ", ".join(str(column) for column in frame.columns) or "none"
        raise PanelError(f"Column {' and '.join(missing)} is missing; the table has: {found}.")


def _series_named(panel: pd.DataFrame) -> None:
    unnamed = panel[SERIES].isna() | (panel[SERIES].astype(str) == "")
    if unnamed.any():
        raise PanelError(f"Row {_row(unnamed)} has no {SERIES}: every row names its series.")


def _month_starts(panel: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    try:
        stamps = pd.to_datetime(panel[BUCKET], errors="coerce").astype("datetime64[ns]")
    except (TypeError, ValueError) as error:
        raise PanelError(f"Column {BUCKET} does not hold dates: {error}.") from error
    if stamps.isna().any():
        row = int(np.flatnonzero(stamps.isna())[0])
        raise PanelError(f"Row {row + 1} has no readable date in {BUCKET}: {panel[BUCKET].iloc[row]}.")
    months = stamps.to_numpy().astype("datetime64[M]").astype("datetime64[ns]")
    late = stamps.to_numpy() != months
    if late.any():
        row = int(np.flatnonzero(late)[0])
        raise PanelError(
            f"Series {panel[SERIES].iloc[row]} has {stamps.iloc[row]:%Y-%m-%d}, not the first day of a month: "
            "a bucket is a month, named by its first day."
        )
    return stamps


def _finite_numbers(panel: pd.DataFrame, column: str) -> "pd.Series[float]":
    numbers = pd.to_numeric(panel[column], errors="coerce").astype("float64")
    wrong = ~np.isfinite(numbers.to_numpy())
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise PanelError(
            f"Series {panel[SERIES].iloc[row]}, {panel[BUCKET].iloc[row]:%B %Y}: {column} is "
            f"{panel[column].iloc[row]}, not a number; leave out the row of a month that is not known."
        )
    return numbers


def _row(mask: "pd.Series[bool]") -> int:
    return int(np.flatnonzero(mask.to_numpy())[0]) + 1
