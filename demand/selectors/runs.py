"""Baseline runs: what each was made of, how good it was, and how it differs from the adopted one."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, QuerySet

from demand.constants import Route
from demand.models import Actual, BaselineRun, BaselineSeries
from demand.selectors.layers import months_with_actuals
from sop.engine.months import month_add, month_list, months_between
from sop.models import Cycle


@dataclass(frozen=True)
class RouteRow:
    """One route of a run: how many series took it and how well its back-test did, from summed parts."""

    route: str
    series: int
    wape: float | None
    bias: float | None  # plus = forecast too high


def runs(cycle: Cycle) -> QuerySet[BaselineRun]:
    """Return the cycle's runs, latest first."""
    return BaselineRun.objects.filter(cycle=cycle).select_related("job").order_by("-created_at")


def routes(run: BaselineRun) -> list[RouteRow]:
    """Return a run's routes in their order; error and bias weigh each series by its forecast volume."""
    sql = """
        with volume as (
            select series_id, sum(mean)::float8 as units from demand_baseline where run_id = %(run)s group by 1
        )
        select s.route, count(*), sum(s.wape * v.units) filter (where s.wape is not null)
                 / nullif(sum(v.units) filter (where s.wape is not null), 0),
               sum(s.bias * v.units) filter (where s.bias is not null)
                 / nullif(sum(v.units) filter (where s.bias is not null), 0)
        from demand_baselineseries s left join volume v using (series_id)
        where s.run_id = %(run)s group by 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"run": run.pk})
        found = {row[0]: row for row in cursor.fetchall()}
    return [RouteRow(route.label, *found[route.value][1:]) for route in Route if route.value in found]


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
