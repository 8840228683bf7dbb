"""Changes of the demand number nobody typed into a cell, noted in the log beside the others.

What an assumption gives, what runs on from the last cycle and another baseline change the plan as an edit does. Each is
a change set without cells of its own: its totals are the base units it gave before and gives now.
"""

from decimal import Decimal
from typing import Any

from django.db import connection

from demand.constants import Action
from demand.models import Assumption, AssumptionCell, Baseline, BaselineRun, ChangeSet
from sop.models import Cycle, User
from sop.request_context import current

# What assumptions in the number give on top of sales, planner's numbers aside; all of the cycle's unless one is named.
GIVES_SQL = """
    select coalesce(sum(coalesce(c.quantity, coalesce(o.quantity, b.mean, 0) * c.percent / 100)), 0)
    from demand_assumptioncell c
    left join demand_baselinerun r on r.cycle_id = c.cycle_id and r.adopted
    left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    left join demand_override o on o.cycle_id = c.cycle_id and o.layer = 'sales'
         and o.series_id = c.series_id and o.bucket = c.bucket
    where c.cycle_id = %(cycle)s and c.state = 'in_number'
      and (%(assumption)s::bigint is null or c.assumption_id = %(assumption)s)
"""


def assumption_gives(cycle: Cycle, assumption: Assumption | None = None) -> Decimal:
    """Return the base units an assumption (all of them) gives the plan right now."""
    return _number(GIVES_SQL, {"cycle": cycle.pk, "assumption": assumption.pk if assumption else None})


def baseline_total(run: BaselineRun | None) -> Decimal:
    """Return the base units of a baseline, none without one."""
    if run is None:
        return Decimal(0)
    return _number("select coalesce(sum(mean), 0) from demand_baseline where run_id = %(run)s", {"run": run.pk})


def assumption_noted(*, user: User, cycle: Cycle, assumption: Assumption, what: str, before: Decimal) -> None:
    """Note that an assumption was stated, changed or withdrawn; `before` is what it gave until then."""
    months = f"{assumption.first_bucket:%b %Y}–{assumption.last_bucket:%b %Y}"
    _noted(
        cycle,
        user,
        action=Action.ASSUMPTION,
        scope=f"{assumption.get_kind_display()} {what} · {assumption.scope[:120]} · {months}",
        note=assumption.note,
        assumption=assumption,
        cells=AssumptionCell.objects.filter(cycle=cycle, assumption=assumption).count(),
        total_before=before,
        total_after=assumption_gives(cycle, assumption),
    )


def carried_noted(*, user: User, cycle: Cycle, note: str) -> None:
    """Note which assumptions run on when a cycle opens."""
    cells = AssumptionCell.objects.filter(cycle=cycle).count()
    _noted(
        cycle,
        user,
        action=Action.CARRY,
        scope="Assumptions",
        note=note,
        cells=cells,
        total_after=assumption_gives(cycle),
    )


def baseline_noted(*, run: BaselineRun, before: Decimal) -> None:
    """Note that a baseline takes the place of another (`before`: its base units), or is the first."""
    history = f"History until {run.history_until:%b %Y}"
    _noted(
        run.cycle,
        current().user,
        action=Action.BASELINE,
        scope=f"Baseline {run.pk} · {history}",
        cells=Baseline.objects.filter(run=run).count(),
        total_before=before,
        total_after=baseline_total(run),
    )


def _noted(cycle: Cycle, user: User | None, **values: Any) -> None:
    context = current()
    name = user.name if user else "The system"
    ChangeSet.objects.create(
        cycle=cycle, user=user, user_name=name, source=context.source, request_id=context.request_id, **values
    )


def _number(sql: str, params: dict[str, Any]) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return Decimal(cursor.fetchone()[0])
