"""Baseline runs: what each was made of, how good it was, and how it differs from the adopted one."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from demand.constants import METHODS, Route
from demand.models import Actual, BaselineRun, BaselineSeries, Series
from demand.selectors.layers import months_with_actuals
from sop.engine.months import month_add, month_list, months_between
from sop.models import Cycle


@dataclass(frozen=True)
class AccuracyRow:
    """One route, family or method of a run: how many series, and how well the year held back was forecast."""

    by: str
    name: str
    series: int
    wape: float | None
    bias: float | None  # plus = forecast too high
    fva: float | None  # share of the seasonal naive's error taken away
    beside: float | None  # of a method: the baseline's error on the same rows
    held_80: float | None = None  # of a route: share of months inside the 80 % range
    held_95: float | None = None


def runs(cycle: Cycle) -> QuerySet[BaselineRun]:
    """Return the cycle's runs, latest first."""
    return BaselineRun.objects.filter(cycle=cycle).select_related("job").order_by("-created_at")


def accuracy(run: BaselineRun, by: str) -> list[AccuracyRow]:
    """Return a run's error in the year held back by "route", "family" or "method"; what every run keeps of itself.

    Routes come in their order, methods from the most used, families from the largest error.
    """
    rows = [row for row in run.summary.get("accuracy", ()) if row["by"] == by]
    if by == "route":
        held = {(row["route"], row["band"]): row["share"] for row in run.summary.get("coverage", ())}
        named = {row["name"]: row for row in rows}
        return [
            AccuracyRow(
                **named[route.value] | {"name": route.label},
                held_80=held.get((route.value, "80")),
                held_95=held.get((route.value, "95")),
            )
            for route in Route
            if route.value in named
        ]
    if by == "method":
        rows = [row | {"name": METHODS.get(row["name"], row["name"])} for row in rows]
        return [AccuracyRow(**row) for row in sorted(rows, key=lambda row: (-row["series"], row["name"]))]
    return [AccuracyRow(**row) for row in sorted(rows, key=lambda row: (-(row["wape"] or 0), row["name"]))]


def family_names() -> dict[str, str]:
    """Return the name of each active series' family, by the id the engines know the series by."""
    found = Series.objects.filter(active=True).values_list("pk", "product__family__name")
    return {str(series): name for series, name in found}


def history_gaps(cycle: Cycle) -> list[str]:
    """Return what is missing in the history before a cycle, in sentences: whole months nobody brought in."""
    known = Actual.objects.filter(bucket__lt=cycle.bucket, ordered__gt=0)
    first = known.order_by("bucket").values_list("bucket", flat=True).first()
    if first is None:
        return []
    sold = [month for month in months_with_actuals(first) if month < cycle.bucket]
    last = sold[-1]
    inside = [month for month in month_list(first, months_between(first, last)) if month not in sold]
    sentences = []
    if inside:
        named = ", ".join(f"{month:%B %Y}" for month in inside[:3]) + (" and more" if len(inside) > 3 else "")
        sentences.append(
            f"Nothing at all was ordered in {named}; if that is a file missing, bring it in and run again."
        )
    if month_add(last, 1) < cycle.bucket:
        sentences.append(f"Actuals end in {last:%B %Y}; the months from there to the plan are forecast across.")
    return sentences


def fallbacks(run: BaselineRun) -> list[dict[str, object]]:
    """Return what failed in a run and how often, so that nothing is replaced silently."""
    found = BaselineSeries.objects.filter(run=run).exclude(fallback="").values("fallback")
    return [dict(row) for row in found.annotate(series=Count("id")).order_by("-series")]
