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
from demand.selectors.moves_sql import ROWS_SQL, SUMS_SQL
from sop.engine.months import month_add, month_list
from sop.models import Cycle, User
from sop.selectors.scope import customers_visible


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
    def _sums(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(SUMS_SQL, self.params)
            return list(cursor.fetchall())


class Moves(Sequence[Move]):
    """The rows that moved, largest money first; read a page at a time."""

    def __init__(self, comparison: Comparison, asked: MoveFilter) -> None:
        self.comparison = comparison
        words = asked.words.replace("\0", "").lower().split()
        self.asked = {"family": asked.family, "cause": asked.cause, "words": words}
        self._count: int | None = None

    def __len__(self) -> int:
        if self._count is None:
            asked = self.asked
            if asked["words"]:
                self._read(0, 1)
            else:  # the sums know it already
                self._count = sum(
                    row[4]
                    for row in self.comparison._sums
                    if asked["family"] in {"", row[0]} and asked["cause"] in {"", row[2]}
                )
        return self._count or 0

    @overload
    def __getitem__(self, at: int) -> Move: ...
    @overload
    def __getitem__(self, at: slice) -> list[Move]: ...
    def __getitem__(self, at: int | slice) -> Move | list[Move]:
        if isinstance(at, int):
            return self._read(at, 1)[0]
        first, last, _step = at.indices(len(self))
        return self._read(first, max(last - first, 0))

    def _read(self, first: int, rows: int) -> list[Move]:
        with connection.cursor() as cursor:
            cursor.execute(ROWS_SQL, self.comparison.params | self.asked | {"limit": rows, "offset": first})
            found = cursor.fetchall()
        if self._count is None:
            self._count = found[0][0] if found else 0
        return [self._move(row) for row in found]

    def _move(self, row: tuple[Any, ...]) -> Move:
        cause = Cause(row[8])
        facts = MoveFacts(cause, self.comparison.new_months, *row[13:])
        return Move(*(*row[1:8], cause, *row[9:13], why(facts)))


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


def _summed(rows: list[tuple[Any, ...]], key: Any) -> list[MoveSum]:
    sums: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        so_far = sums.setdefault(key(row), [0] * 6)
        sums[key(row)] = [old + new for old, new in zip(so_far, row[3:], strict=True)]
    return [MoveSum(*named, int(values[0]), int(values[1]), *values[2:]) for named, values in sums.items()]
