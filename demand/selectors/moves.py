"""What moved between two baseline runs, row by row, and why: the facts both runs kept, told apart in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, overload

from django.db import connection

from demand.constants import SMALL_MOVE, Cause
from demand.models import BaselineRun
from demand.selectors.move_words import MoveFacts, why
from demand.selectors.moves_sql import PAGE_SQL
from sop.engine.months import month_add, month_list
from sop.models import Cycle, User
from sop.selectors.scope import customers_visible

TOLD = ("route_before", "route_after", "reason", "broke_to", "came", "expected", "was_foretold")
SHOWN = (
    *("product", "product_name", "customer", "customer_name", "location", "family"),
    *("before", "after", "money_before", "money_after"),
)


@dataclass(frozen=True)
class MoveFilter:
    """Which rows to show: family by code."""

    family: str = ""
    cause: str = ""
    words: str = ""


@dataclass(frozen=True)
class MoveSum:
    """Some rows together: base units and money at the plan's price, over the months both runs forecast."""

    code: str
    name: str
    rows: int
    moved: int  # of the rows
    before: float
    after: float
    money_before: float
    money_after: float

    @property
    def units(self) -> float:
        """Return the difference in base units."""
        return self.after - self.before

    @property
    def money(self) -> float:
        """Return the difference in money."""
        return self.money_after - self.money_before


@dataclass(frozen=True)
class Move:
    """One row that moved, and why."""

    series: int
    product: str
    product_name: str
    customer: str
    customer_name: str
    location: str
    family: str
    cause: Cause
    before: float
    after: float
    money_before: float
    money_after: float
    why: str

    @property
    def units(self) -> float:
        """Return the difference in base units."""
        return self.after - self.before

    @property
    def money(self) -> float:
        """Return the difference in money."""
        return self.money_after - self.money_before


class Comparison:
    """Two complete runs beside each other, as one person sees them; the months are those both forecast."""

    def __init__(self, run: BaselineRun, against: BaselineRun, user: User) -> None:
        self.run, self.against = run, against
        mine, theirs = (month_list(each.first_bucket, each.horizon_months) for each in (run, against))
        self.months = [month for month in mine if month in set(theirs)]
        self.new_months = _months_between(against.history_until, run.history_until)
        self.params: dict[str, Any] = {
            "old": against.pk,
            "new": run.pk,
            "first": self.months[0] if self.months else run.first_bucket,
            "last": self.months[-1] if self.months else month_add(run.first_bucket, -1),
            "old_until": against.history_until,
            "new_until": run.history_until,
            "months": len(self.new_months),
            "old_at": against.created_at,
            "new_at": run.created_at,
            "on": run.first_bucket,
            "small": SMALL_MOVE,
            "customers": list(customers_visible(user).values_list("pk", flat=True)),
        }

    @cached_property
    def families(self) -> list[MoveSum]:
        """Return the families in the order of their names."""
        return _summed(self._sums, lambda row: (row[0], row[1]))

    @cached_property
    def causes(self) -> list[MoveSum]:
        """Return the causes of rows that moved, in their order."""
        found = {each.code: each for each in _summed(self._sums, lambda row: (row[2], Cause(row[2]).label))}
        return [found[cause.value] for cause in Cause if cause.value in found and found[cause.value].moved]

    @cached_property
    def total(self) -> MoveSum:
        """Return everything together."""
        return next(iter(_summed(self._sums, lambda row: ("", "All rows"))), MoveSum("", "All rows", 0, 0, 0, 0, 0, 0))

    @cached_property
    def _sums(self) -> list[list[Any]]:
        return self.read(MoveFilter(), 0, 0)[0]

    def read(self, asked: MoveFilter, first: int, rows: int) -> tuple[list[list[Any]], int, list[dict[str, Any]]]:
        """Return the sums, how many moved rows fit and some of those, the sums kept for who asks next."""
        words = asked.words.replace("\0", "").lower().split()
        fits = {"family": asked.family, "cause": asked.cause, "words": words, "limit": rows, "offset": first}
        with connection.cursor() as cursor:
            cursor.execute(PAGE_SQL, self.params | fits)
            sums, count, found = cursor.fetchone()
        self.__dict__["_sums"] = sums or []
        return sums or [], count, found or []


class Moves(Sequence[Move]):
    """The rows that moved, largest money first; `first` and `rows` are the page most likely asked for, read at once."""

    def __init__(self, comparison: Comparison, asked: MoveFilter, *, first: int = 0, rows: int = 0) -> None:
        self.comparison, self.asked = comparison, asked
        self._at = (first, rows)
        _sums, self._count, self._found = comparison.read(asked, first, rows)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Move: ...
    @overload
    def __getitem__(self, at: slice) -> list[Move]: ...
    def __getitem__(self, at: int | slice) -> Move | list[Move]:
        if isinstance(at, int):
            return self[range(len(self))[at] : range(len(self))[at] + 1][0]
        first, last, _step = at.indices(len(self))
        rows = max(last - first, 0)
        known = first == self._at[0] and rows <= self._at[1]
        found = self._found[:rows] if known else self.comparison.read(self.asked, first, rows)[2]
        return [self._move(row) for row in found]

    def _move(self, row: dict[str, Any]) -> Move:
        cause = Cause(row["cause"])
        facts = MoveFacts(
            cause=cause,
            new_months=self.comparison.new_months,
            broke_on=_day(row["broke_on"]),
            bucket=_day(row["bucket"]),
            ended_on=_day(row["ended_on"]),
            corrected=row["corrected"] or 0,
            **{name: row[name] for name in TOLD},
        )
        return Move(series=row["series_id"], cause=cause, why=why(facts), **{name: row[name] for name in SHOWN})


def comparable(run: BaselineRun) -> list[tuple[BaselineRun, str]]:
    """Return the runs a complete run may be compared with, the likeliest first, each with a name.

    The cycle's adopted run, the last cycle's adopted one, then the cycle's other complete runs.
    """
    if not run.complete:
        return []
    complete = BaselineRun.objects.filter(complete=True).exclude(pk=run.pk)
    own = list(complete.filter(cycle=run.cycle_id).order_by("-adopted", "-created_at")[:20])
    last = complete.filter(cycle=_cycle_before(run.cycle), adopted=True)
    found = [(each, "the adopted baseline") for each in own if each.adopted]
    found += [(each, "last cycle's baseline") for each in last]
    return found + [(each, "another run") for each in own if not each.adopted]


def _cycle_before(cycle: Cycle) -> Cycle | None:
    return Cycle.objects.filter(bucket__lt=cycle.bucket, baseline_runs__adopted=True).order_by("-bucket").first()


def _months_between(old: date, new: date) -> list[date]:
    months = []
    while old < new:
        old = month_add(old, 1)
        months.append(old)
    return months


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _summed(rows: list[list[Any]], key: Any) -> list[MoveSum]:
    sums: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        so_far = sums.setdefault(key(row), [0] * 6)
        sums[key(row)] = [old + new for old, new in zip(so_far, row[3:], strict=True)]
    return [MoveSum(*named, int(values[0]), int(values[1]), *values[2:]) for named, values in sums.items()]
