"""Slots: who may order in a step of the risk's walk, from which lane, and up to what position."""

from typing import NamedTuple

import numpy as np

from supply.engine.arrays import Array, IntArray


class Slot(NamedTuple):
    """One chance per item in a step: the level (-inf: no chance) and the most that may be ordered; None: any.

    rank: of the lane ordered from, 0 = main.
    """

    level: Array
    most: Array | None = None
    rank: int = 0


class Chance(NamedTuple):
    """Items that may order in a step, the position each raises to and the most it may order; None: any.

    rank: of the lane ordered from, 0 = main.
    """

    rows: IntArray | slice
    level: Array
    most: Array | None
    rank: int = 0


def chances_of(slots: list[Slot], rows: IntArray) -> list[Chance]:
    """Return a step's chances of the items of a block."""
    found: list[Chance] = []
    for slot in slots:
        level, most = slot.level[rows], None if slot.most is None else slot.most[rows]
        these = np.flatnonzero(level > -np.inf)
        if these.size:
            all_of_them = these.size == rows.size
            capped = most is not None and bool(np.isfinite(most[these]).any())
            found.append(
                Chance(
                    slice(None) if all_of_them else these,
                    level[these],
                    most[these] if most is not None and capped else None,
                    slot.rank,
                )
            )
    return found
