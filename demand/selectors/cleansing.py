"""Corrections of history as a person sees them: found, narrowed, counted, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Abs, Cast, Coalesce, ExtractMonth, ExtractYear, Floor, Greatest, Power

from demand.constants import CleansingCause, CleansingKind, CleansingState
from demand.figures import cleansing_figure
from demand.models import Actual, BaselineRun, Cleansing, Series
from demand.selectors.layers import demand_actual, last_actual_month
from demand.selectors.series import series_visible
from sop.engine.months import month_add, month_list, months_between
from sop.models import Cycle, Price, User
from sop.selectors.master_history import Change, row_history

QUARTER = 3  # months
SHOWN_MONTHS = 60  # of a series' history beside its corrections
BY_RULE = "rule"  # accepted, and no person has said so
STATES = {"proposed": "To decide", BY_RULE: "By rule", "accepted": "Accepted", "refused": "Refused", "": "All"}
TOLD_FIELDS = {"Kind", "Raw", "Proposed", "Cleaned", "State"}  # in a correction's history
ORDERS = {
    "baseline": (F("effect").desc(nulls_last=True), "-units", "pk"),
    "money": (F("money").desc(nulls_last=True), "-units", "pk"),
    "units": ("-units", "pk"),
    "month": ("-bucket", "-units", "pk"),
}


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed by; empty means all."""

    state: str = CleansingState.PROPOSED
    kind: str = ""
    cause: str = ""
    quarter: date | None = None  # its first month
    family: int | None = None
    words: str = ""


@dataclass(frozen=True)
class SeriesCleansing:
    """One correction with the history it stands in."""

    row: Cleansing
    figure: dict[str, Any]
    others: list[Cleansing]  # of the same series
    changes: list[Change]


def cleansing_visible(user: User) -> QuerySet[Cleansing]:
    """Return the corrections of series this person sees in detail; lapsed ones are nobody's business any more."""
    return Cleansing.objects.filter(series__in=series_visible(user)).exclude(state=CleansingState.LAPSED)


def cleansing_found(user: User, narrowed: Narrowed) -> QuerySet[Cleansing]:
    """Return the corrections a filter shows."""
    return _of_state(_narrowed(user, narrowed), narrowed.state)


def cleansing_counts(user: User, narrowed: Narrowed) -> list[tuple[str, str, int]]:
    """Return code, name and number of rows of every state, the rest of the filter applied."""
    by_rule = Q(state=CleansingState.ACCEPTED, decided_by=None)
    counts = _narrowed(user, narrowed).aggregate(
        proposed=Count("pk", filter=Q(state=CleansingState.PROPOSED)),
        rule=Count("pk", filter=by_rule),
        accepted=Count("pk", filter=Q(state=CleansingState.ACCEPTED) & ~by_rule),
        refused=Count("pk", filter=Q(state=CleansingState.REFUSED)),
    )
    counts[""] = sum(counts.values())
    return [(code, name, counts[code]) for code, name in STATES.items()]


def cleansing_stamp(rows: QuerySet[Cleansing]) -> str:
    """Return a text that changes whenever a row of a list is added, decided or gone."""
    return stamp_of(rows.aggregate(rows=Count("pk"), versions=Sum("version"), ids=Sum("pk")))


def stamp_of(sums: Mapping[str, Any]) -> str:
    """Return the stamp of a list from its number of rows and the sums of their versions and ids."""
    return "-".join(str(sums[name] or 0) for name in ("rows", "versions", "ids"))


def cleansing_listed(rows: QuerySet[Cleansing], *, on: date, order: str = "baseline") -> QuerySet[Cleansing]:
    """Return rows with what they move (`moves_annotated`) and `raw_now`, what moves the baseline most first."""
    return (
        moves_annotated(rows, on=on)
        .select_related("series__product", "series__customer", "series__location", "decided_by")
        .annotate(raw_now=Coalesce(_raw_now(), Value(Decimal(0))))
        .order_by(*ORDERS[order])
    )


def moves_annotated(rows: QuerySet[Cleansing], *, on: date) -> QuerySet[Cleansing]:
    """Return rows with `units` and `money` they move, money at the price of `on`, and their `effect`.

    The effect is about how much money a month of a baseline from `on` moves: the weight of a month's age is that of
    `month_weight` in the engine.
    """
    price = Price.objects.filter(product=OuterRef("series__product"), valid_from__lte=on)
    own = price.filter(Q(customer=OuterRef("series__customer")) | Q(customer=None))
    dated = own.order_by(F("customer").desc(nulls_last=True), "-valid_from").values("price")[:1]
    units = Abs(F("cleaned") - F("raw"))
    age = Value(on.year * 12 + on.month - 1) - ExtractYear("bucket") * 12 - ExtractMonth("bucket")
    weight = Power(Value(0.5), Floor(age / Value(12.0)), output_field=FloatField()) / Value(12.0)
    return rows.annotate(units=units, money=units * Subquery(dated)).annotate(
        effect=Cast(F("money"), FloatField()) * weight
    )


def cleansing_waiting(user: User) -> int:
    """Return how many proposals wait for a person, of the series this person sees."""
    return cleansing_visible(user).filter(state=CleansingState.PROPOSED).count()


def baseline_behind(cycle: Cycle) -> str:
    """Return what it takes until the adopted baseline uses the corrections that count: "run", "adopt", empty = nothing.

    A run uses what counted when it was asked for.
    """
    complete = list(BaselineRun.objects.filter(cycle=cycle, complete=True).order_by("-created_at"))
    adopted = next((run for run in complete if run.adopted), None)
    if adopted is None or not _moved_after(adopted):
        return ""
    return "run" if _moved_after(complete[0]) else "adopt"


def cleansing_detail(cycle: Cycle, user: User, cleansing_id: int) -> SeriesCleansing | None:
    """Return one correction with its series' history and what became of it; None where this person sees none."""
    visible = cleansing_visible(user)
    row = cleansing_listed(visible.filter(pk=cleansing_id), on=cycle.bucket).first()
    if row is None:
        return None
    of_series = list(visible.filter(series=row.series).order_by("-bucket"))
    figure = series_figure(months_shown(cycle, row.series_id, also=row.bucket), row.series_id, of_series)
    return SeriesCleansing(row, figure, [each for each in of_series if each.pk != row.pk], _changes(row))


def months_shown(cycle: Cycle, series_id: int, also: date | None = None) -> list[date]:
    """Return the latest months of a series' history before a cycle, and of what lies before them a named one."""
    last = last_actual_month(before=cycle.bucket)
    until = max(month for month in (last, also, month_add(cycle.bucket, -1) if last is None else None) if month)
    begins = Actual.objects.filter(series=series_id).order_by("bucket").values_list("bucket", flat=True).first()
    first = max(begins or until, month_add(until, 1 - SHOWN_MONTHS))
    first = min(first, until, also or until)
    return month_list(first, months_between(first, until) + 1)


def series_figure(months: Sequence[date], series_id: int, corrections: Sequence[Cleansing]) -> dict[str, Any]:
    """Return a series' months raw and as the baseline reads them, with its corrections."""
    return cleansing_figure(
        months=months,
        raw=demand_actual(series_ids=[series_id], months=months)[0],
        accepted={each.bucket: float(each.cleaned) for each in corrections if each.state == CleansingState.ACCEPTED},
        proposed={each.bucket: float(each.proposed) for each in corrections if each.state == CleansingState.PROPOSED},
    )


def cleansed_months(user: User, row_id: str) -> list[Cleansing]:
    """Return the corrections that count in a grid row, if it is a series ("s99"), latest month first."""
    if not row_id.startswith("s") or not row_id[1:].isdecimal():
        return []
    counting = cleansing_visible(user).filter(series_id=int(row_id[1:]), state=CleansingState.ACCEPTED)
    return list(counting.select_related("decided_by").order_by("-bucket"))


def _moved_after(run: BaselineRun) -> bool:
    return Cleansing.objects.filter(effective_at__gt=run.created_at).exists()


def _changes(row: Cleansing) -> list[Change]:
    """Return what became of a correction, latest first, without the columns that only keep the books."""
    told = [
        replace(change, fields=[field for field in change.fields if field[0] in TOLD_FIELDS])
        for change in row_history(row)
    ]
    return [change for change in told if change.fields or change.reason or change.kind == "created"]


def _narrowed(user: User, narrowed: Narrowed) -> QuerySet[Cleansing]:
    found = cleansing_visible(user)
    if narrowed.kind in CleansingKind.values:
        found = found.filter(kind=narrowed.kind)
    if narrowed.cause in CleansingCause.values:
        found = found.filter(cause=narrowed.cause)
    if narrowed.quarter is not None:
        found = found.filter(bucket__gte=narrowed.quarter, bucket__lt=month_add(narrowed.quarter, QUARTER))
    if narrowed.family is not None:
        found = found.filter(series__product__family_id=narrowed.family)
    for word in narrowed.words.split():
        named = Q(product__code__icontains=word) | Q(product__name__icontains=word)
        named |= Q(customer__code__icontains=word) | Q(customer__name__icontains=word)
        found = found.filter(Exists(Series.objects.filter(named, pk=OuterRef("series"))))
    return found


def _of_state(rows: QuerySet[Cleansing], state: str) -> QuerySet[Cleansing]:
    if state == BY_RULE:
        return rows.filter(state=CleansingState.ACCEPTED, decided_by=None)
    if state == CleansingState.ACCEPTED:
        return rows.filter(state=state).exclude(decided_by=None)
    return rows.filter(state=state) if state else rows


def _raw_now() -> Subquery:
    """Return what the month's demand is today: a later file may have corrected it."""
    month = Actual.objects.filter(series=OuterRef("series"), bucket=OuterRef("bucket"))
    net = Greatest(F("ordered") - F("cancelled"), Value(Decimal(0)), output_field=DecimalField())
    return Subquery(month.annotate(net=net).values("net")[:1])
