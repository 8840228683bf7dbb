"""Sources of the walk: the lanes of one rank of a block's items, and what is ordered from them in every draw."""

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.problem import SupplyProblem
from supply.engine.risk_draws import Draws, Shocks
from supply.engine.risk_lots import drawn_lots
from supply.engine.risk_paths import LeadSteps
from supply.engine.time import hold_over_steps, steps_of_days


class Source:
    """Lanes of one rank, those of the main lane where an item has none: lots, yield, lead times; items x draws.

    lead: draws of lead times, None where none of the block's strays. to: where in the table of what is coming an order
    of the month's first step goes, as a place in its flat memory.
    """

    def __init__(
        self,
        problem: SupplyProblem,
        tiny: Array,
        lead: Shocks | None,
        size: tuple[int, int],
        dtype: np.dtype[np.floating],
    ) -> None:
        """Prepare; tiny: see `risk_lots.drawn_lots`, size: items, draws."""
        per_month = problem.steps_per_month
        self.problem, self.shocks = problem, lead
        self.lead: IntArray = hold_over_steps(steps_of_days(problem.lead_days, per_month), per_month)
        self.lots = drawn_lots(problem, tiny, dtype)
        self.part = problem.yield_mean[:, None].astype(dtype) if (problem.yield_mean != 1).any() else None
        self.to: IntArray = np.empty(size, dtype=np.int64)

    def draw_leads(self, month: int, shock: Draws, room: Draws, path: IntArray) -> None:
        """Draw the lead times of a month's orders. shock, room: to work in; path: numbers of the draws of all items."""
        if self.shocks is None:
            return
        problem, first = self.problem, month * self.problem.steps_per_month
        planned = self.lead[:, first]
        days = problem.lead_days[:, month], problem.lead_days_sd[:, month]
        drawn = LeadSteps(days, planned, np.minimum(planned, 1), problem.steps_per_month, shock.dtype)
        steps = drawn.draw(self.shocks.month(month, shock), room, problem.steps - first)
        np.copyto(self.to, steps, casting="unsafe")
        self.to *= path.size
        self.to += path
        self.to += first * path.size

    def came(self, order: Draws, rows: IntArray | slice, room: Draws) -> Draws:
        """Return what of an order arrives where yields do not stray; in `room` unless all of it does."""
        return order if self.part is None else np.multiply(order, self.part[rows], out=room[: len(order)])

    def received(self, month: int, shocks: Shocks, out: Draws) -> Draws:
        """Return what share of each order of a month arrives, in `out`."""
        drawn = shocks.month(month, out)
        drawn *= self.problem.yield_sd[:, None].astype(drawn.dtype)
        drawn += self.problem.yield_mean[:, None].astype(drawn.dtype)
        return np.clip(drawn, 0, 1, out=drawn)
