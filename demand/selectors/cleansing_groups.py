"""Proposals gathered by cause and quarter, so that one decision can settle many."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncQuarter

from demand.constants import CleansingCause, CleansingState
from demand.selectors.cleansing import QUARTER, Narrowed, cleansing_found, moves_annotated, stamp_of
from sop.engine.months import month_add
from sop.models import Cycle, User

GROUP_FROM = 2  # rows: one is decided in the list
GROUPS_SHOWN = 12  # more are not looked at; the list has the rest


@dataclass(frozen=True)
class CleansingGroup:
    """Proposals of one cause in one quarter."""

    cause: str
    quarter: date  # its first month
    rows: int
    series: int
    families: int
    units: float
    money: float | None
    effect: float | None  # money a month of the baseline, about
    stamp: str  # what the person saw of it, as `cleansing_stamp`

    @property
    def name(self) -> str:
        """Return the cause in words."""
        return CleansingCause(self.cause).label

    @property
    def last(self) -> date:
        """Return the last month of the quarter."""
        return month_add(self.quarter, QUARTER - 1)


def cleansing_groups(cycle: Cycle, user: User, narrowed: Narrowed) -> list[CleansingGroup]:
    """Return what waits for a decision, narrowed, by cause and quarter: what moves the baseline most first."""
    waiting = cleansing_found(user, replace(narrowed, state=CleansingState.PROPOSED)).exclude(cause="")
    grouped = (
        moves_annotated(waiting, on=cycle.bucket)
        .order_by()
        .annotate(quarter=TruncQuarter("bucket"))
        .values("cause", "quarter")
        .annotate(
            rows=Count("pk"),
            of_series=Count("series", distinct=True),
            families=Count("series__product__family", distinct=True),
            all_units=Sum("units"),
            all_money=Sum("money"),
            all_effect=Sum("effect"),
            versions=Sum("version"),
            ids=Sum("pk"),
        )
    )
    found = [
        CleansingGroup(
            cause=row["cause"],
            quarter=row["quarter"],
            rows=row["rows"],
            series=row["of_series"],
            families=row["families"],
            units=float(row["all_units"]),
            money=None if row["all_money"] is None else float(row["all_money"]),
            effect=row["all_effect"],
            stamp=stamp_of(row),
        )
        for row in grouped
        if row["rows"] >= GROUP_FROM
    ]
    return sorted(found, key=lambda group: (-(group.effect or 0), -group.units, group.quarter, group.cause))
