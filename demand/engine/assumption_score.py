"""How an assumption turned out: what its months were expected to bring, held against what came instead."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

ENOUGH_MONTHS = 3  # a longer one is judged from here on; fewer months are luck
HALF = 0.5  # from here on it came
NOTHING = 0.05  # up to here nothing did

EARLY, SMALL, NONE_CAME, PART_CAME, CAME = VERDICTS = "early", "small", "none", "part", "came"


@dataclass(frozen=True)
class Outcome:
    """What became of one assumption; `share` is of what was expected, None where nothing can be said."""

    verdict: str
    share: float | None = None

    @property
    def is_judged(self) -> bool:
        """Return whether anything can be said."""
        return self.share is not None

    @property
    def has_come(self) -> bool:
        """Return whether at least half of it came."""
        return self.verdict == CAME


def outcome(expected: float, came: float, *, noise: float, known: int, months: int) -> Outcome:
    """Return what became of an assumption of `months` months, `known` of which are over.

    `expected`: units it was to give the known months, with its sign. `came`: what was ordered in them, less what the
    plan would have held without it. `noise`: how far that alone is usually off, one standard deviation; an effect
    within it tells nothing.
    """
    if known < min(months, ENOUGH_MONTHS) or not known:
        return Outcome(EARLY)
    if abs(expected) <= noise or not expected:
        return Outcome(SMALL)
    share = came / expected
    return Outcome(CAME if share >= HALF else PART_CAME if share > NOTHING else NONE_CAME, share)


def share_come(expected: ArrayLike, came: ArrayLike) -> float | None:
    """Return how much of several assumptions came, each in its own direction; None where nothing was expected.

    sum(sign(expected) * came) / sum(|expected|): one that takes away does not make up for one that adds.
    """
    told, got = np.asarray(expected, dtype=float), np.asarray(came, dtype=float)
    whole = float(np.abs(told).sum())
    return float((np.sign(told) * got).sum()) / whole if whole else None
