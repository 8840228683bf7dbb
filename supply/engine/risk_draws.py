"""Random draws of the risk: one stream per stock item, location and supplier, whatever is computed beside it.

A draw is 16 random bits looked up among as many quantiles of the normal distribution: four times as fast as drawing
normals one by one, and far finer than what a few thousand draws can show.
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from supply.engine.arrays import Array, IntArray, Labels

Draws = npt.NDArray[np.floating]
Bits = npt.NDArray[np.uint16]
BITS = 1 << 16


@dataclass(frozen=True)
class RiskRule:
    """How demand and lead times are drawn.

    draws: paths per item. demand_common: correlation of the demand errors of two items at one location in a month;
    supplier_common: of the lead times of two orders of one supplier in a month. Both are assumptions, not measured.
    """

    draws: int = 200
    seed: int = 1
    demand_common: float = 0.1
    supplier_common: float = 0.3


@dataclass(frozen=True, eq=False)
class Shocks:
    """Standard normal draws of some items month by month: their own, and what they share with their label's.

    bits: months x items x draws. common: months x labels x draws. label (n): place of the item's label in `common`.
    """

    bits: Bits
    common: Draws
    label: IntArray
    share: float

    def month(self, month: int, out: Draws) -> Draws:
        """Return the draws of a month, items x draws, written to `out`."""
        np.take(normal_quantiles(1.0 - self.share, out.dtype.str), self.bits[month], out=out, mode="clip")
        if self.share > 0:
            out += self.common[month][self.label]
        return out


class OwnBits(NamedTuple):
    """Bits of some items: demand and lead time months x items x draws, open order lines (item by item) x draws."""

    demand: Bits
    lead: Bits
    firm: Bits


@dataclass(eq=False)
class Streams:
    """The random streams of one rule; those of locations and suppliers are drawn once and kept."""

    rule: RiskRule
    months: int
    _kept: dict[tuple[str, object, str], Draws] = field(default_factory=dict)
    _philox: np.random.Philox = field(default_factory=lambda: np.random.Philox(key=0))

    def __post_init__(self) -> None:
        self._start: Any = self._philox.state

    def own(self, items: Labels, firm_lines: IntArray, *, lead: bool) -> OwnBits:
        """Return the bits of items with so many open order lines (n); without `lead` only those of demand."""
        draws, part = self.rule.draws, self.months * self.rule.draws
        demand = np.empty((self.months, len(items), draws), dtype=np.uint16)
        late, lines = np.empty_like(demand) if lead else demand[:0], [demand[:0, 0]]
        for place, item in enumerate(items):
            bits = self.bits("item", item, part * (1 + lead) + lead * int(firm_lines[place]) * draws)
            demand[:, place] = bits[:part].reshape(self.months, draws)
            if lead:
                late[:, place] = bits[part : 2 * part].reshape(self.months, draws)
                lines.append(bits[2 * part :].reshape(-1, draws))
        return OwnBits(demand, late, np.concatenate(lines))

    def of_items(self, kind: str, items: Labels) -> Bits:
        """Return bits of items, months x items x draws. kind: "received", what share of an order arrives; or a lane."""
        count = self.months * self.rule.draws
        found = [self.bits(kind, item, count).reshape(self.months, -1) for item in items]
        return np.stack(found, axis=1)

    def common(self, kind: str, labels: Labels, share: float, dtype: npt.DTypeLike) -> tuple[Draws, IntArray]:
        """Return the shared part of the draws (months x labels x draws), and the place of each label there."""
        unique, place = np.unique(labels, return_inverse=True)
        found = [self._shared(kind, label, share, np.dtype(dtype).str) for label in unique]
        return np.stack(found, axis=1), place

    def bits(self, kind: str, label: object, count: int) -> Bits:
        """Return the first bits of an item's, location's or supplier's stream: the same in every scenario and chunk."""
        name = int.from_bytes(blake2b(f"{kind}:{label}".encode(), digest_size=8).digest(), "little")
        key = np.array([name, self.rule.seed], dtype=np.uint64)
        # a fresh generator gives the same bits, at six times the cost of taking one back to the start of a stream
        state: Any = {**self._start, "state": {"counter": np.zeros(4, dtype=np.uint64), "key": key}}
        self._philox.state = state
        raw = self._philox.random_raw(-(-count // 4))
        return np.asarray(raw, dtype="<u8").view("<u2")[:count]

    def _shared(self, kind: str, label: object, share: float, dtype: str) -> Draws:
        key = (kind, label, dtype)
        if key not in self._kept:
            bits = self.bits(kind, label, self.months * self.rule.draws)
            self._kept[key] = normal_quantiles(share, dtype)[bits].reshape(self.months, -1)
        return self._kept[key]


@cache
def normal_quantiles(variance: float, dtype: str) -> Draws:
    """Return the quantiles bits stand for: a normal distribution of mean 0 and this variance."""
    table: Array = ndtri((np.arange(BITS) + 0.5) / BITS)
    quantiles: Draws = (table / table.std() * np.sqrt(variance)).astype(dtype)
    return quantiles
