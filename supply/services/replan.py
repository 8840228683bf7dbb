"""Planning a few stock items anew within the current plan, at once, after one of their inputs was changed by hand.

The rest of the plan stays as it is: stock items influence each other only through a supplier's limit, and those who
share one are planned together. What an import changes, or what touches more items than somebody at a page waits for,
needs a whole run.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db.models import Q
from django.utils import timezone

from demand.selectors.layers import snapshot_version
from sop.constants import StepKind
from sop.engine.months import month_list
from sop.models import Cycle
from sop.request_context import current
from sop.services.cycle import step_mark_stale
from supply.constants import COMPANY_KINDS, REPLAN_AT_MOST
from supply.frames.limits import limits_of
from supply.frames.loads import loads_of
from supply.frames.placed import Placed
from supply.models import SupplyRun
from supply.selectors.lines import placed_by
from supply.selectors.problem import inputs_of, items_limited
from supply.services.ceilings import ceiling_flags
from supply.services.customers import customers_share
from supply.services.explained import StockSplit
from supply.services.flags import flags_replace
from supply.services.loads import limit_flags, loads_move, loads_owned
from supply.services.output import found_flags, part_out
from supply.services.plan_write import plan_rows_delete, plan_rows_write
from supply.services.risk import risk_groups_sum
from supply.services.suppliers import stock_gaps_sum

CHANGED = "The supply plan changed."
NEEDS_RUN = "An input of the supply plan changed; run it again."


@contextmanager
def replanning(cycle: Cycle, items: Callable[[], Sequence[int]]) -> Iterator[None]:
    """Plan anew, in the same transaction, the stock items whose input is changed inside.

    `items` names them once the change is written. Where nothing is planned yet, demand was closed anew, or there are
    more than `REPLAN_AT_MOST`, the plan waits for its next run instead. Two changes at once wait for each other.
    """
    run = SupplyRun.objects.select_for_update().filter(cycle=cycle, current=True).first()
    yield
    because = NEEDS_RUN
    if run is not None and run.snapshot_version == snapshot_version(cycle):
        ids = _with_sharers(run, items())
        if len(ids) <= REPLAN_AT_MOST:
            _plan_anew(run, ids)
            because = CHANGED
    step_mark_stale(cycle_id=cycle.pk, after=StepKind.SUPPLY, because=because)


def _plan_anew(run: SupplyRun, ids: list[int]) -> None:
    """Put the plan of some stock items in place of what the run says of them, and note that the run knows of it."""
    from supply.engine.plan import plan_supply  # noqa: PLC0415  (engines load when they are needed)

    if ids:
        months = month_list(run.first_bucket, run.horizon_months)
        limits = limits_of(months)
        inputs = inputs_of(run.cycle, version=run.snapshot_version, item_ids=ids)
        plan = plan_supply(inputs.problem)
        split = StockSplit(run, plan)
        before, after = loads_of(inputs, placed_by(run, ids)), loads_of(inputs, Placed.of_plan(plan))
        plan_rows_delete(run, ids)
        plan_rows_write(run, inputs, plan, split)
        risk_groups_sum(run, ids)
        customers_share(run, ids)
        loads = loads_move(run, before, after, limits, months)
        found = found_flags(json.loads(part_out(inputs, plan, split.flags()))) + limit_flags(loads, limits, months)
        touched = Q(item_id__in=ids) | loads_owned(loads) | Q(kind__in=COMPANY_KINDS)
        flags_replace(run=run, found=found + ceiling_flags(run), only=touched)
        stock_gaps_sum(run)
    run.planned_requests = [*run.planned_requests, current().request_id]
    run.replanned_at = timezone.now()
    run.save(update_fields=["planned_requests", "replanned_at"])


def _with_sharers(run: SupplyRun, ids: Sequence[int]) -> list[int]:
    """Return stock items with all that share a limited supplier with one of them: a plan takes these together."""
    found = set(ids)
    for sharing in items_limited(month_list(run.first_bucket, run.horizon_months)).values():
        if not found.isdisjoint(sharing):
            found.update(sharing)
    return sorted(found)
