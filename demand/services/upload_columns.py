"""Which column of an uploaded file says what: codes, the reason, the stamp, months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from demand.selectors.upload_sheet import CUSTOMER, CUSTOMER_NAME, LOCATION, NAME, PRODUCT, REASON, STAMP
from sop.importing import dates, numbers
from sop.importing.faults import Bad
from sop.importing.files import FileRefused
from sop.importing.spec import Fault
from sop.importing.table import TextTable

# The heading a column has in our own file, and what other files call it.
KEYS = {
    PRODUCT: ("product code", "sku", "item code", "product_code"),
    CUSTOMER: ("customer code", "customer_code", "account code"),
    LOCATION: ("location", "location code", "warehouse", "warehouse code"),
}
ONLY_READ = {NAME.lower(), CUSTOMER_NAME.lower()}  # for people's eyes
MONTH_CURE = "Remove the column; only months this cycle plans can change."


@dataclass(frozen=True)
class Columns:
    """Places in a row: the three codes, the reason and the stamp where there are any, the months of the plan."""

    keys: tuple[int, int, int]
    reason: int | None
    stamp: int | None
    months: list[tuple[int, date]]
    faults: list[Fault]
    notes: list[str]


def columns_find(table: TextTable, plan: Sequence[date]) -> Columns:
    """Return where everything stands; raise FileRefused where a code's column or every month is missing."""
    names = [heading.lower() for heading in table.headings]
    keys = []
    for wanted, aliases in KEYS.items():
        places = [names.index(alias) for alias in aliases if alias in names]
        if not places:
            raise FileRefused(f"The file has no column {wanted!r}. Download the plan as Excel to see the shape.")
        keys.append(places[0])
    reason, stamp = (names.index(each.lower()) if each.lower() in names else None for each in (REASON, STAMP))
    taken = {*keys, reason, stamp}
    others = [at for at, name in enumerate(names) if name and name not in ONLY_READ and at not in taken]
    months, faults, notes = _months(table, others, plan)
    return Columns((keys[0], keys[1], keys[2]), reason, stamp, months, faults, notes)


def decimal_find(table: TextTable, columns: Columns, asked: str) -> str:
    """Return the sign before the decimals: as asked, or as the file proves; raise FileRefused where it stays open."""
    if asked in (numbers.POINT, numbers.COMMA):
        return asked
    if table.is_workbook:
        return numbers.POINT
    votes, unclear = numbers.style_votes({row[at] for _, row in table.rows for at, _ in columns.months})
    if len(votes) == 1:
        return votes.pop()
    if votes or unclear:
        why = (
            f"{unclear!r} can be read in two ways"
            if unclear
            else "Some numbers are like 1,001.18, others like 1.001,18"
        )
        raise FileRefused(f"{why}: say beside the file how its numbers are written, and choose it again.")
    return numbers.POINT


def _months(
    table: TextTable, places: Sequence[int], plan: Sequence[date]
) -> tuple[list[tuple[int, date]], list[Fault], list[str]]:
    votes, unclear = dates.order_votes(table.headings[at] for at in places)
    if len(votes) > 1 or (unclear and not votes):
        shown = unclear or next(iter(table.headings[at] for at in places))
        raise FileRefused(f"The heading {shown!r} can be read in two ways. Write months like May 2022.")
    order = next(iter(votes), dates.DMY)
    found: dict[date, int] = {}
    faults: list[Fault] = []
    strangers: list[str] = []
    for at in places:
        heading = table.headings[at]
        try:
            month = dates.month_read(heading, order)
        except Bad:
            strangers.append(heading)
            continue
        if month in found:
            raise FileRefused(f"{month:%b %Y} has two columns: {table.headings[found[month]]!r} and {heading!r}.")
        found[month] = at
        if month not in plan and any(row[at] for _, row in table.rows):
            is_past = month < plan[0]
            what = "is closed: it lies before this plan" if is_past else "lies beyond this plan"
            faults.append(Fault(table.first_row, heading, "", what, MONTH_CURE))
    months = [(at, month) for month, at in found.items() if month in plan]
    if not months:
        raise FileRefused(
            f"The file has no column of a month this cycle plans ({plan[0]:%b %Y} to {plan[-1]:%b %Y}). "
            "Head the columns like May 2022."
        )
    notes = (
        [f"Columns not used: {', '.join(strangers[:5])}{' and more' if strangers[5:] else ''}."] if strangers else []
    )
    return months, faults, notes
