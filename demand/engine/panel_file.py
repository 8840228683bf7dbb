"""A panel in a file, CSV or parquet: read with every fault named by its place, written whole or not at all."""

import codecs
import io
import os
import warnings
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.errors import EmptyDataError, ParserError, ParserWarning

from demand.engine.baseline_tables import QUANTILES
from sop.engine.arrays import TextArray
from sop.engine.months import month_numbers, to_months
from sop.engine.panel import BUCKET, SERIES, STEP, VALUE, PanelError, check_panel

BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
BLANKS = ("", "na", "nan", "null", "none")
FORECAST_COLUMNS = [SERIES, STEP, "yhat", *QUANTILES]
SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class PanelFile:
    """What a file held."""

    panel: pd.DataFrame  # unique_id, ds, y: the months known
    ids: TextArray  # every series named, also those without a known month
    as_of: date | None  # the last month of the file, where all series end in the same one
    notes: list[str] = field(default_factory=list)  # sentences about what was missing


def panel_read(path: Path, *, encoding: str | None = None) -> PanelFile:
    """Return the panel in a CSV or parquet file with unique_id, ds (first of the month), y (base units a month).

    Blank y is a month that is not known. Raises PanelError with a sentence naming line, column and cure.
    """
    _known_suffix(path)
    if not path.is_file():
        raise PanelError(f"There is no file {path}.")
    first_line, frame = (2, _csv(path, encoding)) if path.suffix.lower() == ".csv" else (1, _parquet(path))
    missing = [column for column in (SERIES, BUCKET, VALUE) if column not in frame.columns]
    if missing:
        raise PanelError(
            f"{path.name} has no column {' and '.join(missing)}; it has {', '.join(map(str, frame.columns))}. "
            f"Needed: {SERIES}, {BUCKET} (first day of the month), {VALUE}."
        )
    lines = np.arange(first_line, first_line + len(frame))
    ids = _text(frame[SERIES])
    _refuse(ids == "", lines, f"{SERIES} is empty: every line names its series", ids)
    stamps = _stamps(frame[BUCKET], lines)
    values = _values(frame[VALUE], lines)
    table = pd.DataFrame({SERIES: ids, BUCKET: stamps, VALUE: values})
    if table.empty:
        raise PanelError(f"{path.name} has no lines below its column names: there is nothing to forecast.")
    return _described(table, lines)


def forecast_write(forecast: pd.DataFrame, path: Path) -> None:
    """Write unique_id, step, yhat and quantiles as CSV or parquet; the file appears whole or not at all."""
    _known_suffix(path)
    if not path.parent.is_dir():
        raise PanelError(f"There is no folder {path.parent} to write {path.name} into.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".csv":
            forecast[FORECAST_COLUMNS].to_csv(part, index=False, float_format="%.10g")
        else:
            forecast[FORECAST_COLUMNS].to_parquet(part, index=False)
        part.replace(path)
    except OSError as error:
        raise PanelError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _known_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise PanelError(f"{path.name} ends neither in .csv nor in .parquet: the ending says how it is written.")


def _csv(path: Path, encoding: str | None) -> pd.DataFrame:
    """Return the file's cells as text, so that 007 stays 007."""
    text = _decoded(path, encoding)
    header = text.split("\n", 1)[0]
    separator = "," if "," in header else next((mark for mark in (";", "\t") if mark in header), ",")
    names = [name.strip().strip('"') for name in header.strip("\r").split(separator)]
    for column in (SERIES, BUCKET, VALUE):
        if names.count(column) > 1:
            raise PanelError(f"{path.name} has the column {column} {names.count(column)} times: keep one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ParserWarning)  # lines longer than the header must not lose their ends
            return pd.read_csv(
                io.StringIO(text),
                sep=separator,
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
            )
    except EmptyDataError as error:
        raise PanelError(f"{path.name} is empty.") from error
    except (ParserError, ParserWarning) as error:
        raise PanelError(f"{path.name} is not a table, some lines have more fields than its first: {error}") from error


def _decoded(path: Path, encoding: str | None) -> str:
    data = path.read_bytes()
    marked = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding or marked)
    except LookupError as error:
        raise PanelError(f"There is no encoding named {encoding}; usual ones are utf-8, cp1252, latin-1.") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PanelError(
            f"{path.name} is not {error.encoding} text (line {line}): save it as UTF-8, or say how it is written, "
            "for example --encoding cp1252."
        ) from error
    if "\0" in text:
        raise PanelError(f"{path.name} is not a text file: it holds zero bytes.")
    return text.rstrip("\r\n") + "\n"


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise PanelError(f"{path.name} cannot be read as parquet: {str(error).splitlines()[0]}") from error


def _text(column: "pd.Series[str]") -> TextArray:
    """Return trimmed text, "" where nothing is."""
    return column.astype(object).where(column.notna(), "").astype(str).str.strip().to_numpy(dtype=object)


def _stamps(column: "pd.Series[str]", lines: np.ndarray) -> "pd.Series[pd.Timestamp]":
    """Return first days of months from dates, or from text written 2022-02-01 or 2022-02."""
    found: pd.Series[pd.Timestamp]
    if pd.api.types.is_datetime64_any_dtype(column):
        found = pd.Series(pd.DatetimeIndex(column).tz_localize(None))
    else:
        text = pd.Series(_text(column), dtype=object).str.replace(r"[ T]00:00:00(?:\.0+)?$", "", regex=True)
        text = text.where(text.str.len() != len("2022-02"), text + "-01")
        found = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    stamps = found.astype("datetime64[ns]").reset_index(drop=True)
    written = _text(column)
    _refuse(stamps.isna().to_numpy(), lines, f"is no date in {BUCKET}: write 2022-02-01", written)
    _refuse(
        (stamps.dt.day != 1).to_numpy(),
        lines,
        f"in {BUCKET} is not the first day of a month: write the month as its first day, 2022-02-01",
        written,
    )
    return stamps


def _values(column: "pd.Series[str]", lines: np.ndarray) -> np.ndarray:
    """Return y as numbers, NaN where blank."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        _refuse(np.isinf(values), lines, f"in {VALUE} is not a number to plan with", _text(column))
        return values
    text = pd.Series(_text(column), dtype=object)
    blank = text.str.lower().isin(BLANKS)
    number = text.str.fullmatch(NUMBER)
    _refuse(
        (~blank & ~number).to_numpy(dtype=bool),
        lines,
        f"in {VALUE} is not a number: write digits with a point for decimals and nothing between thousands",
        text.to_numpy(),
    )
    return np.where(blank, "nan", text.to_numpy()).astype(np.float64)


def _refuse(wrong: np.ndarray, lines: np.ndarray, sentence: str, written: np.ndarray) -> None:
    """Raise for the first wrong line, saying how many more there are."""
    places = np.flatnonzero(wrong)
    if len(places):
        more = f" ({len(places) - 1:,} more lines have the same fault.)" if len(places) > 1 else ""
        said = f'"{written[places[0]]}" {sentence}' if written[places[0]] else sentence
        raise PanelError(f"Line {lines[places[0]]}: {said}.{more}")


def _described(table: pd.DataFrame, lines: np.ndarray) -> PanelFile:
    repeated = table.duplicated([SERIES, BUCKET]).to_numpy()
    names = (table[SERIES] + " in " + table[BUCKET].dt.strftime("%B %Y")).to_numpy(dtype=object)
    _refuse(repeated, lines, "is there a second time: keep one line per series and month", names)
    ids = np.unique(table[SERIES].to_numpy().astype(np.str_))
    known = table[np.isfinite(table[VALUE])]
    last = table.groupby(SERIES)[BUCKET].max()
    same_end = last.nunique() == 1
    return PanelFile(
        panel=check_panel(known),
        ids=ids,
        as_of=last.iloc[0].date() if same_end else None,
        notes=_notes(known, last, len(ids), same_end=same_end),
    )


def _notes(known: pd.DataFrame, last: "pd.Series[pd.Timestamp]", series: int, *, same_end: bool) -> list[str]:
    notes = []
    months = known.assign(month=month_numbers(to_months(known[BUCKET].to_numpy()))).groupby(SERIES)["month"]
    gaps = months.max() - months.min() + 1 - months.count()
    if (gaps > 0).any():
        some = ", ".join(gaps[gaps > 0].index[:3])
        notes.append(
            f"{int(gaps.sum()):,} months are missing inside {int((gaps > 0).sum()):,} series ({some}"
            f"{', ...' if (gaps > 0).sum() > 3 else ''}): filled from the months around them."
        )
    if len(months) < series:
        notes.append(f"{series - len(months):,} series have no known month: their forecast is 0, without a range.")
    if not same_end:
        notes.append(
            f"Series end in different months ({last.min():%B %Y} to {last.max():%B %Y}): "
            "step 1 is the month after each series' own last."
        )
    return notes
