"""What people changed in one action each."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Min, QuerySet

from demand.models import ChangeSet, Series
from sop.models import Cycle, User

SCOPE_PART = 50  # characters of each name: three of them and the months fit the column


def change_sets(cycle: Cycle, user: User) -> QuerySet[ChangeSet]:
    """Return a cycle's change sets: everybody's for who sees every customer, else one's own."""
    found = ChangeSet.objects.filter(cycle=cycle).order_by("-at", "id")
    return found if user.has_perm("sop.view_all_customers") else found.filter(user=user)


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
