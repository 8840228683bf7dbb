"""What is counted on the way through the draws of one block of items."""

from dataclasses import dataclass, fields

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.error_bars import mean_and_ratio_bars
from supply.engine.risk_draws import Draws


@dataclass(frozen=True, eq=False)
class Tally:
    """Means over the draws and their bars, months x items, added up in double precision; see `risk.Risk`."""

    stockout: Array
    demand: Array
    late: Array
    late_bar: Array
    fill_bar: Array
    backlog: Array

    @classmethod
    def empty(cls, months: int, items: int) -> "Tally":
        """Return a tally in which nothing is counted yet."""
        return cls(*(np.zeros((months, items)) for _ in fields(cls)))

    def put(self, items: IntArray, part: "Tally") -> None:
        """Enter what was counted of some items."""
        for each in fields(self):
            getattr(self, each.name)[:, items] = getattr(part, each.name)

    def count(self, month: int, planned: Array, tiny: Array, drawn: tuple[Draws, Draws, Draws]) -> None:
        """Count a month. planned demand and tiny quantities: one per item [units].

        drawn: units not shipped when wanted (negative), drawn / planned demand, net stock at the end; items x draws.
        """
        late, factor, net = drawn
        draws = late.shape[1]
        short = np.bitwise_count(np.packbits(late < -tiny[:, None].astype(late.dtype), axis=1)).sum(axis=1)
        self.stockout[month] = short / draws
        self.demand[month] = planned * (factor.astype(np.float64).sum(axis=1) / draws)
        rows = np.flatnonzero(short)
        if rows.size:
            missed, wanted = (each[rows].astype(np.float64) for each in (late, factor))
            wanted *= -planned[rows, None]
            self.late[month, rows] = missed.sum(axis=1) / -draws
            self.late_bar[month, rows], self.fill_bar[month, rows] = mean_and_ratio_bars(missed, wanted)
        # who owes at the end of a month was late in it, or owed already when it began
        rows = np.flatnonzero((short > 0) | (self.backlog[month - 1] > 0)) if month else np.arange(len(net))
        if rows.size:
            self.backlog[month, rows] = np.maximum(-net[rows].astype(np.float64), 0.0).sum(axis=1) / draws
