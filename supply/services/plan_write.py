"""A plan's rows in the tables of its run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sop.services.table import rows_copy
from supply.frames import SupplyInputs
from supply.models import CustomerShare, StockExplained, SupplyItem, SupplyLane, SupplyLine, SupplyRisk, SupplyRun
from supply.services.explained import EXPLAINED_COLUMNS, StockSplit
from supply.services.output import ITEM_COLUMNS, LANE_COLUMNS, LINE_COLUMNS, item_rows, lane_rows, line_rows
from supply.services.risk import RISK_COLUMNS, risk_rows
from supply.services.suppliers import item_gaps

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

PLANNED = (SupplyLine, SupplyLane, SupplyItem, SupplyRisk, StockExplained)


def plan_rows_write(run: SupplyRun, inputs: SupplyInputs, plan: "SupplyPlan", split: StockSplit) -> None:
    """Write the months, facts, risk and split of the stock items of a plan."""
    gaps = item_gaps(run, plan)
    rows_copy(SupplyLine, LINE_COLUMNS, line_rows(run.pk, inputs, plan))
    if len(plan.problem.lanes):
        rows_copy(SupplyLane, LANE_COLUMNS, lane_rows(run.pk, inputs, plan))
    rows_copy(SupplyItem, ITEM_COLUMNS, item_rows(run.pk, inputs, plan, gaps))
    rows_copy(SupplyRisk, RISK_COLUMNS, risk_rows(run, inputs, plan))
    rows_copy(StockExplained, EXPLAINED_COLUMNS, split.rows())


def plan_rows_delete(run: SupplyRun, item_ids: Sequence[int]) -> None:
    """Take away what a run says of some stock items."""
    for model in (*PLANNED, CustomerShare):
        model.objects.filter(run=run, item_id__in=item_ids).delete()
