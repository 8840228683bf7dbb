"""What if: one supplier's part of the plan anew, cut by another rule; calculated while somebody waits."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from sop.engine.months import month_list
from sop.models import Supplier
from supply.constants import CutBy
from supply.frames.limits import MEASURES, limits_of
from supply.frames.loads import Load, loads_of
from supply.frames.placed import Placed, placed_lanes
from supply.frames.problem import SupplyInputs
from supply.models import StockItem, SupplyRun
from supply.selectors.problem import inputs_of, items_limited
from supply.selectors.rough_cut import MOST_ITEMS, ItemMoved, LoadMonth, LoadRow, Named, row_of

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan


@dataclass(frozen=True)
class RuleWhatIf:
    """One supplier's rows under another rule, and what its items lose in sales under its own and under that one."""

    supplier: Supplier
    rule: str
    rows: list[LoadRow]
    lost: Decimal
    lost_then: Decimal

    @property
    def rule_word(self) -> str:
        """Name of the rule."""
        return str(CutBy(self.rule).label)


def rule_what_if(run: SupplyRun, supplier: Supplier, rule: str) -> RuleWhatIf | None:
    """Return what another rule would do, with all inputs as they stand now; None where the supplier has no limit."""
    from supply.engine.plan import plan_supply  # noqa: PLC0415  (engines load where they are needed)

    items = items_limited(month_list(run.first_bucket, run.horizon_months)).get(supplier.pk, [])
    if not items:
        return None
    inputs = inputs_of(run.cycle, version=run.snapshot_version, item_ids=items)
    limits = inputs.problem.limits
    assert limits is not None
    given: Any = rule
    limited = dict(limits.limited)
    limited[supplier.pk] = replace(limited[supplier.pk], rule=given)
    # Both anew, so that nothing but the rule tells them apart: inputs may have changed since the run.
    own = plan_supply(inputs.problem)
    plan = plan_supply(replace(inputs.problem, limits=replace(limits, limited=limited)))
    load = loads_of(inputs, Placed.of_plan(plan))["supplier", supplier.pk]
    rows = _rows(
        inputs, load, supplier, {"rule": limits.limited[supplier.pk].rule, **_concerned(inputs, plan, supplier)}
    )
    lost, lost_then = (Decimal(round(float(each.months.lost_value.sum()), 2)) for each in (own, plan))
    return RuleWhatIf(supplier, rule, rows, lost, lost_then)


def _concerned(inputs: SupplyInputs, plan: "SupplyPlan", supplier: Supplier) -> dict[str, Any]:
    """Return the items whose orders with the supplier move or are cut, most cut first, and how many there are."""
    own = inputs.owners.supplier == supplier.pk
    moved, cut = (np.where(own, units.sum(axis=1), 0.0) for units in (plan.limited.moved, plan.limited.cut))
    lanes = placed_lanes(plan)
    mine = lanes.supplier == supplier.pk
    for units, of_lanes in ((moved, lanes.moved), (cut, lanes.cut)):
        units[lanes.item] = 0.0
        units[lanes.item[mine]] = of_lanes[mine].sum(axis=1)
    names = dict(StockItem.objects.filter(pk__in=inputs.item_ids).values_list("pk", "product__name"))
    worst = [int(at) for at in np.lexsort((-moved, -cut)) if moved[at] + cut[at] > 0]
    ids = [inputs.item_ids[at] for at in worst[:MOST_ITEMS]]
    touched = zip(ids, worst, strict=False)
    items = [ItemMoved(item, names[item], float(moved[at]), float(cut[at])) for item, at in touched]
    return {"items": items, "item_count": len(worst)}


def _rows(inputs: SupplyInputs, load: Load, supplier: Supplier, facts: dict[str, Any]) -> list[LoadRow]:
    rows: list[LoadRow] = []
    stated = limits_of(inputs.months).stated
    for at, unit in enumerate(MEASURES):
        limit = stated.get(("supplier", supplier.pk, unit))
        if limit is None:
            continue
        months = [
            LoadMonth(
                *("supplier", supplier.code, supplier.name, unit, bucket, limit.get(bucket)),
                *(float(load.wanted[at, month]), float(load.planned[at, month])),
                *load.flows[:, month].tolist(),
            )
            for month, bucket in enumerate(inputs.months)
        ]
        named = Named(("supplier", supplier.pk, unit), supplier, limit)
        rows.append(row_of(named, months, unmeasured=int(load.unmeasured[at]), first=not rows, **facts))
    return rows
