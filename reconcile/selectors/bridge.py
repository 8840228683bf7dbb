"""The margin bridge from the last cycle's plan to this one's."""

from django.db import connection

from reconcile.models import ScenarioRun
from reconcile.selectors import scenario_base, scenario_run
from sop.figures import Figure, waterfall_figure
from sop.models import Cycle


def margin_bridge(cycle: Cycle) -> Figure | None:
    """Return gross margin from the last cycle's base plan to this one's: volume, price, cost; millions of money.

    Months both plans hold, stock item by stock item: volume at the old unit margin, then price, then cost at the new
    volume; so the steps add up to the difference.
    """
    before = Cycle.objects.filter(bucket__lt=cycle.bucket).order_by("-bucket").first()
    runs = [_base_run(each) for each in (before, cycle)]
    if runs[0] is None or runs[1] is None:
        return None
    sql = """
        with pair as (
            select o.revenue as r0, o.cogs as c0, o.shipped as q0, n.revenue as r1, n.cogs as c1, n.shipped as q1
            from reconcile_scenarioline o join reconcile_scenarioline n on n.item_id = o.item_id and n.bucket = o.bucket
            where o.run_id = %s and n.run_id = %s
        )
        select sum(r0 - c0), sum(r1 - c1),
               sum(case when q0 > 0 and q1 > 0 then (q1 - q0) * (r0 - c0) / q0 else (r1 - c1) - (r0 - c0) end),
               sum(case when q0 > 0 and q1 > 0 then q1 * (r1 / q1 - r0 / q0) else 0 end),
               sum(case when q0 > 0 and q1 > 0 then q1 * (c0 / q0 - c1 / q1) else 0 end)
        from pair
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [runs[0].pk, runs[1].pk])
        start, end, volume, price, cost = cursor.fetchone()
    if start is None:
        return None
    steps = [("Last plan", start, True), ("Volume", volume, False), ("Price", price, False), ("Cost", cost, False)]
    millions = [(label, float(value) / 1e6, total) for label, value, total in [*steps, ("This plan", end, True)]]
    return waterfall_figure(millions, unit="million")


def _base_run(cycle: Cycle | None) -> ScenarioRun | None:
    base = scenario_base(cycle) if cycle else None
    return scenario_run(base) if base else None
