"""Days and months as people write them: 31/5/18, 8/27/14, 2-Jun-06, 2018-05-31; refused where two readings fit."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from sop.importing.faults import Bad

DMY, MDY, YMD = "dmy", "mdy", "ymd"
ORDER_LABELS = {DMY: "Day first (31/5/18)", MDY: "Month first (5/31/18)", YMD: "Year first (18/5/31)"}
NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
EARLIEST_YEAR = 1980  # nothing a company still plans with is older

TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"  # exports add midnight to days
ISO = re.compile(rf"(?a:(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){TIME})")
PACKED = re.compile(r"(?a:(\d{4})(\d{2})(\d{2}))")
NUMBERS = re.compile(rf"(?a:(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}}){TIME})")
DAY_NAME = re.compile(r"(?a:(\d{1,2})[-/. ]*([A-Za-z]{3,9})\.?[-/., ]*(\d{4}|\d{2}))")
NAME_DAY = re.compile(r"(?a:([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}))")
MONTH_SHAPES = (
    (re.compile(r"(?a:(\d{4})(?:[-/.]M?|M)(\d{1,2}))"), ("year", "month")),  # 2018-05, 2018M05
    (re.compile(r"(?a:(\d{4})(\d{2}))"), ("year", "month")),  # 201805
    (re.compile(r"(?a:(\d{1,2})[-/.](\d{4}))"), ("month", "year")),  # 05/2018
    (re.compile(r"(?a:([A-Za-z]{3,9})\.?[-/ ]?(\d{4}|\d{2}))"), ("month", "year")),  # May 2018, May-18
    (re.compile(r"(?a:(\d{4})[-/ ]?([A-Za-z]{3,9}))"), ("year", "month")),
)
Style = Callable[[str, str], "date | None"]


def date_read(text: str, order: str) -> date:
    """Return the day a text names; `order` decides only where numbers alone stand (31/5/18). Raise Bad where none."""
    for style in (_year_first, _named, _numbers):
        found = style(text, order)
        if found is not None:
            return found
    if re.fullmatch(r"(?a:\d{5})(\.\d+)?", text):
        raise Bad("is a spreadsheet's inner number for a day", "Format the column as a date and save the file again.")
    raise Bad("is not a date", "Write it like 2018-05-31, or name this text as one that means empty.")


def month_read(text: str, order: str) -> date:
    """Return the first day of the month a text names; a day is taken for its month."""
    for shape, names in MONTH_SHAPES:
        found = shape.fullmatch(text)
        if found is None:
            continue
        parts = dict(zip(names, found.groups(), strict=True))
        month = _month_number(parts["month"])
        if month is not None and 1 <= month <= 12:
            return _day(parts["year"], month, 1)
    return date_read(text, order).replace(day=1)


def order_votes(texts: Iterable[str]) -> tuple[set[str], str]:
    """Return the orders the texts prove, and one text that could be read two ways ("" = none).

    31/5/18 proves the day first, 8/27/14 the month first; 3/4/18 alone proves nothing.
    """
    votes: set[str] = set()
    unclear = ""
    for text in texts:
        found = NUMBERS.fullmatch(text)
        if found is None or len(found[1]) == 4:
            continue
        first, second = int(found[1]), int(found[2])
        if first > 31 and len(found[3]) <= 2:
            votes.add(YMD)
        elif 12 < first <= 31 and second <= 12:
            votes.add(DMY)
        elif 12 < second <= 31 and first <= 12:
            votes.add(MDY)
        elif first != second:
            unclear = unclear or text
    return votes, unclear


def _year_first(text: str, order: str) -> date | None:
    found = ISO.fullmatch(text) or PACKED.fullmatch(text)
    return _day(*found.groups()) if found else None


def _named(text: str, order: str) -> date | None:
    if found := DAY_NAME.fullmatch(text):
        day, name, year = found.groups()
    elif found := NAME_DAY.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _month_number(name)
    return _day(year, month, day) if month else None


def _numbers(text: str, order: str) -> date | None:
    found = NUMBERS.fullmatch(text)
    if found is None:
        return None
    parts = dict(zip(order, found.groups(), strict=True))
    return _day(parts["y"], parts["m"], parts["d"])


def _month_number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return NAMES.index(text[:3].lower()) + 1 if text[:3].lower() in NAMES else None


def _day(year: str | int, month: str | int, day: str | int) -> date:
    """Return the day; years of two digits are of this century, except 80 to 99."""
    full = int(year)
    if len(str(year)) <= 2:
        full += 2000 if full < EARLIEST_YEAR % 100 else 1900
    try:
        return date(full, int(month), int(day))
    except ValueError as error:
        raise Bad("is a day no calendar has", "Correct the day, or choose the order of day and month.") from error
