"""What people changed in one action each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Abs

from demand.constants import BY_THEMSELVES, Action, Reason
from demand.models import ChangeSet, Series
from sop.constants import Source
from sop.models import Cycle, User
from sop.selectors.scope import customers_visible

SCOPE_PART = 50  # characters of each name: three of them and the months fit the column
CELLS_SHOWN = 500  # on the page of one change; the file has them all

# Each line of history a change wrote, beside the line before it of the same cell: a number, its reason, or both.
CELLS_SQL = """
    select h.change_set_id, h.history_date, h.history_user_name, q.code, q.name, c.name, l.name, d.id, h.bucket,
           h.layer, before.quantity, h.quantity, coalesce(h.reason, ''), coalesce(h.note, ''), h.source, h.request_id
    from demand_historicaloverride h
    join demand_series d on d.id = h.series_id and d.customer_id = any(%(customers)s)
    join sop_product q on q.id = d.product_id join sop_customer c on c.id = d.customer_id
    join sop_location l on l.id = d.location_id
    left join demand_historicaloverride before on before.id = h.id and before.version = h.version - 1
    where h.change_set_id = any(%(sets)s)
    order by h.history_date desc, q.code, c.code, l.code, h.bucket, h.history_id desc
    limit %(limit)s
"""


@dataclass(frozen=True)
class LogFilter:
    """Which changes are asked for; empty = all. `size` is the least change of the sum, up or down, in base units."""

    person_id: int | None = None
    action: str = ""
    reason: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not included
    size: Decimal | None = None
    words: str = ""  # in scope or note


@dataclass(frozen=True)
class LogCell:
    """One month of one series as a change left it; quantities None = at the layer below."""

    change_set: UUID
    at: datetime
    who: str
    product_code: str
    product: str
    customer: str
    location: str
    series: int
    bucket: date
    layer: str
    before: Decimal | None
    after: Decimal | None
    reason_code: str
    note: str
    source_code: str
    request_id: str

    @property
    def reason(self) -> str:
        """Return the reason in words."""
        return str(dict(Reason.choices).get(self.reason_code, self.reason_code))

    @property
    def source(self) -> str:
        """Return where it came from, in words."""
        return str(dict(Source.choices).get(self.source_code, self.source_code))

    @property
    def told_only(self) -> bool:
        """Return whether the number stayed and only its reason or note changed."""
        return self.before == self.after


def change_sets(cycle: Cycle, user: User) -> QuerySet[ChangeSet]:
    """Return a cycle's change sets: everybody's for who sees every customer, else one's own."""
    return change_sets_visible(user).filter(cycle=cycle)


def change_sets_visible(user: User) -> QuerySet[ChangeSet]:
    """Return the change sets of all cycles this person sees, latest first."""
    found = ChangeSet.objects.order_by("-at", "id")
    return found if user.has_perm("sop.view_all_customers") else found.filter(user=user)


def change_log(cycle: Cycle, user: User, asked: LogFilter) -> QuerySet[ChangeSet]:
    """Return the changes of a cycle this person sees that are asked for, latest first."""
    simple = {
        "user": asked.person_id,
        "action": asked.action,
        "reason": asked.reason,
        "source": asked.source,
        "at__gte": asked.since,
        "at__lt": asked.until,
        "moved__gte": asked.size,
    }
    moved = F("total_after") - F("total_before")
    found = change_sets(cycle, user).annotate(moved_by=moved, moved=Abs(moved))
    found = found.filter(**{name: value for name, value in simple.items() if value})
    if asked.words:
        found = found.filter(Q(scope__icontains=asked.words) | Q(note__icontains=asked.words))
    return found.select_related("assumption", "undone_by")


def undoable(user: User, change_set: ChangeSet) -> bool:
    """Return whether this person may take a change back as a whole, as far as that is known before trying."""
    mine = change_set.user_id == user.pk or user.has_perm("demand.override_any_forecast")
    is_cells = change_set.action not in (*BY_THEMSELVES, Action.CARRY) and change_set.cells > 0
    return mine and user.has_perm("demand.override_forecast") and is_cells and not hasattr(change_set, "undone_by")


def people_changing(cycle: Cycle, user: User) -> QuerySet[User]:
    """Return the people whose changes of a cycle this person sees."""
    return User.objects.filter(pk__in=change_sets(cycle, user).order_by().values("user")).order_by("name")


def log_cells(user: User, sets: Collection[UUID], *, limit: int | None = CELLS_SHOWN) -> list[LogCell]:
    """Return the cells of some changes in the customers this person sees, latest first."""
    params: dict[str, Any] = {
        "sets": list(sets),
        "customers": list(customers_visible(user).values_list("pk", flat=True)),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(CELLS_SQL, params)
        return [LogCell(*row) for row in cursor.fetchall()]


def log_cells_all(
    user: User, found: QuerySet[ChangeSet], *, sets: int = 200
) -> Iterator[tuple[ChangeSet, LogCell | None]]:
    """Yield every cell of the changes with its change, some changes at a time; one without cells once, with None."""
    ids = list(found.values_list("pk", flat=True))
    for at in range(0, len(ids), sets):
        some = {each.pk: each for each in found.filter(pk__in=ids[at : at + sets])}
        cells: dict[UUID, list[LogCell]] = {}
        for cell in log_cells(user, list(some), limit=None):
            cells.setdefault(cell.change_set, []).append(cell)
        for pk in ids[at : at + sets]:
            yield from ((some[pk], cell) for cell in cells.get(pk, [None]))


def scope_words(series_ids: Collection[int], months: Collection[date]) -> str:
    """Return what a change was about: Roofing · Warehouse DC1 · Mar–Jun 2022.

    The lowest level that names everything is said (one product, one family, how many families), a customer and a
    warehouse where there is one.
    """
    if not series_ids or not months:
        return ""
    paths = {
        "product": "product__name",
        "family": "product__family__name",
        "customer": "customer__name",
        "location": "location__name",
    }
    counted = {f"{name}_count": Count(path.removesuffix("__name"), distinct=True) for name, path in paths.items()}
    named = {f"{name}_name": Min(path) for name, path in paths.items()}
    found = Series.objects.filter(pk__in=series_ids).aggregate(**counted, **named)
    level = next((name for name in ("product", "family") if found[f"{name}_count"] == 1), "")
    parts = [found[f"{level}_name"] if level else f"{found['family_count']} families"]
    parts += [found[f"{name}_name"] for name in ("customer", "location") if found[f"{name}_count"] == 1]
    return " · ".join([*(part[:SCOPE_PART] for part in parts), _span(min(months), max(months))])


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{first:%b %Y}"
    return f"{first:%b}–{last:%b %Y}" if first.year == last.year else f"{first:%b %Y}–{last:%b %Y}"
