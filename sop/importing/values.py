"""One cell's text to one clean value, by the kind of its column."""

import re
from dataclasses import dataclass
from datetime import date

from sop.importing import dates, numbers
from sop.importing.faults import Bad
from sop.importing.spec import DATES, NUMBERS, Column, Kind

CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
YES = {"yes", "y", "true", "t", "1", "x"}
NO = {"no", "n", "false", "f", "0"}


@dataclass(frozen=True)
class Rules:
    """How a file writes things: decided by the person, or by what the file proves."""

    today: date
    decimal: str = numbers.POINT
    order: str = dates.DMY
    yes: frozenset[str] = frozenset()  # what means yes in this column; empty = the usual words


def value_read(text: str, column: Column, rules: Rules) -> str:
    """Return the clean text of a value that is not empty; raise Bad with what is wrong and the cure."""
    if column.kind in NUMBERS:
        return _number(text, column, rules)
    if column.kind in DATES:
        return _date(text, column, rules)
    if column.kind == Kind.BOOLEAN:
        return _boolean(text, rules)
    if column.kind == Kind.CHOICE:
        return _choice(text, column)
    return _text(text, column)


def _number(text: str, column: Column, rules: Rules) -> str:
    read = numbers.integer_read if column.kind == Kind.INTEGER else numbers.number_read
    clean = read(text, rules.decimal)
    value = float(clean)
    if abs(value) >= 10**column.digits:
        raise Bad(f"has more than {column.digits} digits before the decimals", "Check the number and its unit.")
    if column.minimum is not None and value < column.minimum:
        what = "is negative" if column.minimum == 0 else f"is less than {column.minimum:g}"
        raise Bad(what, f"{column.label} is {column.minimum:g} or more.")
    if column.above is not None and value <= column.above:
        raise Bad(f"is not above {column.above:g}", f"{column.label} is more than {column.above:g}.")
    if column.maximum is not None and value > column.maximum:
        raise Bad(f"is more than {column.maximum:g}", f"{column.label} is {column.maximum:g} or less.")
    return clean


def _date(text: str, column: Column, rules: Rules) -> str:
    read = dates.month_read if column.kind == Kind.MONTH else dates.date_read
    day = read(text, rules.order)
    if day.year < dates.EARLIEST_YEAR:
        raise Bad(f"lies before {dates.EARLIEST_YEAR}", "Correct the year.")
    ahead = (day.year - rules.today.year) * 12 + day.month - rules.today.month
    if ahead > column.months_ahead:
        why = "has not happened yet" if column.months_ahead <= 0 else f"lies {ahead} months ahead"
        raise Bad(f"is {day:%B %Y}, which {why}", "Correct the date, or the order of day and month.")
    return day.isoformat()


def _boolean(text: str, rules: Rules) -> str:
    word = text.lower()
    if rules.yes:
        return "true" if word in rules.yes else "false"
    if word in YES:
        return "true"
    if word in NO:
        return "false"
    raise Bad("is neither yes nor no", "Write yes or no, or name with the columns what means yes.")


def _choice(text: str, column: Column) -> str:
    for code, label in column.choices:
        if text.lower() in {code.lower(), label.lower()}:
            return code
    allowed = ", ".join(code for code, _ in column.choices)
    raise Bad("is not one of the choices", f"Use one of: {allowed}.")


def _text(text: str, column: Column) -> str:
    if CONTROL.search(text):
        raise Bad("has a line break or an invisible sign in it", "Remove it; retype the cell if you cannot see it.")
    if len(text) > column.max_length:
        what = f"has {len(text)} letters, {column.max_length} fit"
        raise Bad(what, f"Shorten it, or take another column for {column.label.lower()}.")
    return text
