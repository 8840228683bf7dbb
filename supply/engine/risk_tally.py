"""What is counted on the way through the draws of one block of items."""

from dataclasses import dataclass, fields

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.error_bars import Moments, mean_and_ratio_bars
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

    def count(self, month: int, planned: Array, tiny: Array, drawn: tuple[Draws, Draws, Draws], room: "Room") -> None:
        """Count a month. planned demand and tiny quantities: one per item [units].

        drawn: units not shipped when wanted (negative), drawn / planned demand, net stock at the end; items x draws.
        """
        late, factor, net = drawn
        draws = late.shape[1]
        short = np.bitwise_count(np.packbits(late < -tiny[:, None].astype(late.dtype), axis=1)).sum(axis=1)
        self.stockout[month] = short / draws
        wanted = planned * _sums(factor, room)
        self.demand[month] = wanted / draws
        rows = np.flatnonzero(short)
        if rows.size:
            missed = np.take(late, rows, axis=0, out=room.first[: rows.size], mode="clip")
            asked = np.take(factor, rows, axis=0, out=room.second[: rows.size], mode="clip")
            lost, each = _sums(missed, room), planned[rows]
            # error bars need no more than the precision of the draws
            squares = (
                np.vecdot(*pair).astype(np.float64) for pair in ((missed, missed), (missed, asked), (asked, asked))
            )
            own, product, whole = squares
            sums = Moments(-lost, wanted[rows], own, -product * each, whole * each**2)
            self.late[month, rows] = -lost / draws
            self.late_bar[month, rows], self.fill_bar[month, rows] = mean_and_ratio_bars(sums, draws)
        # who owes at the end of a month was late in it, or owed already when it began
        rows = np.flatnonzero((short > 0) | (self.backlog[month - 1] > 0)) if month else np.arange(len(net))
        if rows.size:
            owed = np.take(net, rows, axis=0, out=room.first[: rows.size], mode="clip")
            self.backlog[month, rows] = -_sums(np.minimum(owed, 0, out=owed), room) / draws


class Room:
    """Arrays items x draws to work in: fresh memory at every step costs more than the arithmetic on it."""

    def __init__(self, size: tuple[int, int], dtype: np.dtype[np.floating]) -> None:
        self.first: Draws = np.empty(size, dtype=dtype)
        self.second: Draws = np.empty(size, dtype=dtype)
        self.wide = np.empty(size, dtype=np.float64)


def _sums(values: Draws, room: Room) -> Array:
    """Return the sums of rows, added up in double precision."""
    wide = room.wide[: len(values)]
    np.copyto(wide, values)
    sums: Array = wide.sum(axis=1)
    return sums
