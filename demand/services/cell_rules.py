"""Which cells may take a number: own customers, months of the plan, sense."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection

from demand.constants import OVERRIDE_MAX, OVERRIDE_MAX_TIMES_BASELINE
from demand.selectors.series import series_editable
from demand.services.outcome import CellEdit, Outcome, RefusedCell
from sop.engine.months import month_list
from sop.models import Cycle, User


def cells_allowed(user: User, cycle: Cycle, cells: Sequence[CellEdit], outcome: Outcome) -> list[CellEdit]:
    """Return the cells within scope, months and sense; name the others in the outcome."""
    editable = set(series_editable(user).filter(pk__in={cell.series for cell in cells}).values_list("pk", flat=True))
    months = set(month_list(cycle.bucket, cycle.horizon_months))
    limits = _limits(cycle, editable)
    allowed = []
    for cell in cells:
        sentence = ""
        kind = "range"
        if cell.series not in editable:
            kind, sentence = "scope", "This customer is not yours to change."
        elif cell.bucket not in months:
            sentence = f"{cell.bucket:%b %Y} is outside the plan ({min(months):%b %Y} to {max(months):%b %Y})."
        elif cell.quantity is not None and not cell.quantity.is_finite():
            sentence = "This is not a number."
        elif cell.quantity is not None and abs(cell.quantity) > OVERRIDE_MAX:
            sentence = f"This is more than {OVERRIDE_MAX:,}, the most a cell can hold."
        elif cell.quantity is not None and cell.quantity < 0:
            sentence = f"{cell.quantity.normalize():,f} is below zero; a forecast cannot be."
        elif cell.quantity is not None and cell.quantity > limits.get(cell.series, cell.quantity):
            sentence = (
                f"{cell.quantity.normalize():,f} is more than {OVERRIDE_MAX_TIMES_BASELINE} times this row's highest "
                "baseline; if it is right, enter it as a project under Assumptions."
            )
        if sentence:
            outcome.refused.append(RefusedCell(cell.series, cell.bucket.isoformat(), kind, sentence))
        else:
            allowed.append(cell)
    return allowed


def _limits(cycle: Cycle, series_ids: set[int]) -> dict[int, Decimal]:
    """Return the largest sensible quantity per series: many times its highest baseline month, at least 1,000."""
    sql = """
        select b.series_id, greatest(max(b.mean) * %s, 1000) from demand_baseline b
        join demand_baselinerun r on r.id = b.run_id and r.adopted
        where r.cycle_id = %s and b.series_id = any(%s) group by 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [OVERRIDE_MAX_TIMES_BASELINE, cycle.pk, list(series_ids)])
        return dict(cursor.fetchall())
