"""What a run explains of stock and open orders, as rows of its table; see `supply/engine/hoarding.py`."""

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from supply.frames import explained as frames
from supply.frames.history import item_history
from supply.models import SupplyRun
from supply.selectors.agreed_buys import agreed_buys

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from supply.engine.hoarding import Explained
    from supply.engine.plan import SupplyPlan

UNITS = ("need", "buffer", "lots", "pre_buy", "long_lead", "stacked", "early", "rest")
MONEY = tuple(f"{name}_money" for name in UNITS)
EXPLAINED_COLUMNS = (
    *("run_id", "item_id", "supplier_id", "on_hand", "on_order", *UNITS, *MONEY),
    *("lengthened", "lengthened_money", "growth_money", "grown_by_lead_money"),
    *("per_month", "months", "backlog", "assumed_days", "measured_days", "earlier_days", "held_before"),
    *("safety_planned", "safety_assumed", "safety_measured", "lot", "pre_bought"),
)


class StockSplit:
    """The explanation of some stock items, with what it was made from."""

    def __init__(self, run: SupplyRun, plan: "SupplyPlan") -> None:
        from supply.engine.hoarding import Known, stock_explain  # noqa: PLC0415  (engines load in workers only)
        from supply.engine.sample import LEAST_RECEIPTS  # noqa: PLC0415

        ids, first = [int(item) for item in plan.problem.items], run.first_bucket
        lead = frames.lead_times(ids, run.pk, first, LEAST_RECEIPTS)
        bought = [(buy.item_id, buy.units, buy.arrives) for buy in agreed_buys(run.cycle)]
        self.run_id, self.first, self.plan, self.suppliers = run.pk, first, plan, lead.suppliers
        self.known = Known(
            days=lead.days[0],
            days_sd=lead.days[1],
            earlier=lead.days[2],
            earlier_sd=lead.days[3],
            pre_bought=frames.pre_bought_left(ids, bought, first),
            held_before=frames.held_before(ids, first),
        )
        self.found: Explained = stock_explain(plan.problem, plan.safety, self.known)

    def flags(self) -> "pd.DataFrame":
        """Return the flags of what is not explained, with what happened to the items of late."""
        from supply.engine.flags_hoarding import History, flags_hoarding_find  # noqa: PLC0415

        ids, known = [int(item) for item in self.plan.problem.items], self.known
        of_late = item_history(ids, self.first)
        lead = np.where(np.isnan(known.days), self.plan.problem.lead_days[:, 0], known.days)
        lengthened = lead / np.where(known.earlier > 0, known.earlier, np.nan)
        history = History(
            shipped=of_late.shipped,
            came=of_late.came,
            ordered=of_late.ordered,
            forecast=of_late.forecast,
            lengthened=lengthened,
        )
        return flags_hoarding_find(self.plan, self.found, history)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield one row per stock item in EXPLAINED_COLUMNS' order; classes add up to the last digit."""
        from supply.engine.hoarding import MONEY_DIGITS, UNITS_DIGITS, parts_rounded  # noqa: PLC0415

        found, known, problem = self.found, self.known, self.plan.problem
        columns: list[NDArray[np.float64]] = [found.on_hand.round(3), found.on_order.round(3)]
        columns += [*parts_rounded(found.units, UNITS_DIGITS).T, *parts_rounded(found.money, MONEY_DIGITS).T]
        columns += [found.lengthened[:, 0].round(3), found.lengthened[:, 1].round(2)]
        columns += [found.growth[:, 1].round(2), found.grown_by_lead[:, 1].round(2)]
        columns += [found.per_month, found.months, problem.backlog.round(3), problem.lead_days[:, 0]]
        columns += [known.days, known.earlier, known.held_before.round(3)]
        columns += [found.safety_planned.round(3), found.safety_assumed.round(3), found.safety_measured.round(3)]
        columns += [found.asked[:, 2].round(3), known.pre_bought.round(3)]
        values = zip(*(column.tolist() for column in columns), strict=True)
        for item, supplier, row in zip(problem.items.tolist(), self.suppliers, values, strict=True):
            yield (self.run_id, item, supplier, *(None if isnan(value) else value for value in row))
