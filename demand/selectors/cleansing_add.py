"""Rows whose history a person may correct, and what they see of one while they do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from demand.models import Cleansing, Series
from demand.selectors.cleansing import cleansing_visible, months_shown, series_figure
from demand.selectors.series import series_visible
from sop.models import Cycle, User

ROWS_SHOWN = 50  # of those found; more are narrowed by another word


@dataclass(frozen=True)
class Correctable:
    """A row with its months, what is corrected already, and the version seen of each month's correction."""

    series: Series
    months: list[date]  # latest first
    figure: dict[str, Any]
    corrections: list[Cleansing]
    seen: dict[date, int]


def series_named(user: User, words: str) -> QuerySet[Series]:
    """Return the rows this person sees whose product or customer has all these words."""
    found = series_visible(user).select_related("product", "customer", "location")
    for word in words.split():
        named = Q(product__code__icontains=word) | Q(product__name__icontains=word)
        found = found.filter(named | Q(customer__code__icontains=word) | Q(customer__name__icontains=word))
    return found.order_by("product__name", "customer__name", "location__name", "pk")


def correctable(cycle: Cycle, user: User, series_id: int) -> Correctable | None:
    """Return a row as its months are corrected; None where this person does not see it."""
    series = series_visible(user).select_related("product__family", "customer", "location").filter(pk=series_id).first()
    if series is None:
        return None
    corrections = list(cleansing_visible(user).filter(series=series).order_by("-bucket"))
    months = months_shown(cycle, series_id)
    seen = dict(Cleansing.objects.filter(series=series).values_list("bucket", "version"))
    return Correctable(series, months[::-1], series_figure(months, series_id, corrections), corrections, seen)
