"""A grid row by its name ("total", "f3", "p12", "s99"): the series in it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from demand.models import Series
from demand.selectors.series import series_visible
from sop.models import User

KEY_DIGITS = 18  # of the largest key a table has
COLUMNS = {"f": "product__family_id", "p": "product_id", "s": "pk"}


@dataclass(frozen=True)
class Place:
    """A row's name taken apart: which kind of row, and the key of what it is about (0 for the total)."""

    kind: str  # "", f, p, s
    key: int

    @property
    def row_id(self) -> str:
        """Return the row's name in the grid."""
        return f"{self.kind}{self.key}" if self.kind else "total"

    def of(self, series: QuerySet[Series]) -> QuerySet[Series]:
        """Return those of some series that are in the row."""
        return series.filter(**{COLUMNS[self.kind]: self.key}) if self.kind else series


def place_of(row_id: str) -> Place | None:
    """Read a row's name; None where it is none."""
    if row_id == "total":
        return Place("", 0)
    kind, number = row_id[:1], row_id[1:]
    if kind not in COLUMNS or not (number.isascii() and number.isdecimal()) or len(number) > KEY_DIGITS:
        return None
    return Place(kind, int(number))


def row_series(user: User, row_id: str) -> QuerySet[Series] | None:
    """Return the series of a row that this person sees, possibly none; None where the name is none."""
    place = place_of(row_id)
    return None if place is None else place.of(series_visible(user))
