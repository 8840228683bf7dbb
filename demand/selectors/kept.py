"""Sums over whole runs and snapshots, remembered: their rows never change, only what they are added up by does."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import connection

from sop.models import Cycle

DAY_SECONDS = 86_400
Sums = TypeVar("Sums")

# Which rows are added up, and the last change of everything they are added up by: a price, a product's family, a
# customer's rep, a series that ends. Each of these tables keeps history of every change, also of whole files.
STAMP_SQL = """
    select (select id from demand_baselinerun where cycle_id = %(cycle)s and adopted),
           (select max(version) from demand_forecastsnapshot where cycle_id = %(cycle)s),
           (select max(history_id) from sop_historicalprice), (select max(history_id) from sop_historicalproduct),
           (select max(history_id) from sop_historicalcustomer), (select max(history_id) from demand_historicalseries),
           (select count(*) from demand_series)
"""


def sums_kept(name: str, cycle: Cycle, sums: Callable[[], Sums], *more: object, stamp: tuple[object, ...] = ()) -> Sums:
    """Return what `sums` counts of a cycle's baseline or snapshot, counted anew once anything behind it changed.

    `name` and `more` say what is counted; `stamp` what else it stands on. What is counted anew takes the old one's
    place, so that a day of many changes fills no memory.
    """
    with connection.cursor() as cursor:
        cursor.execute(STAMP_SQL, {"cycle": cycle.pk})
        stood_on = (*cursor.fetchone(), *stamp)
    key = ":".join(str(part) for part in ("sums", name, cycle.pk, *more))
    kept: tuple[tuple[object, ...], Sums] | None = cache.get(key)
    if kept is not None and kept[0] == stood_on:
        return kept[1]
    found = sums()
    cache.set(key, (stood_on, found), DAY_SECONDS)
    return found
