"""What order lines say of suppliers on a day: the regimes of the lead time, promises kept, what is open."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from supply.constants import EARLIER_DAYS, PROMISES_DAYS
from supply.frames.receipts import Key, OrderLines, order_lines

if TYPE_CHECKING:
    from supply.engine.promises import Promises
    from supply.engine.regime import Regime


@dataclass(frozen=True, eq=False)
class Measured:
    """One supplier or lane: regimes, the oldest first; receipts before their order, left out; promises of a year."""

    regimes: "list[Regime]"
    left_out: int
    promises: "Promises"
    open_lines: int
    overdue: int
    lines: OrderLines
    day: date  # looked from

    @property
    def present(self) -> "Regime | None":
        """Return the regime of today, None without receipts."""
        return self.regimes[-1] if self.regimes else None

    @property
    def earlier(self) -> "Regime | None":
        """Return the regime of a year before; the first one known where all began later, None where that is today's."""
        before = np.datetime64(self.day, "D") - EARLIER_DAYS
        there = [regime for regime in self.regimes if regime.first <= before]
        if there:
            return there[-1]
        return self.regimes[0] if len(self.regimes) > 1 else None


def suppliers_measured(
    until: date, *, supplier_id: int | None = None, each_product: bool = False
) -> dict[Key, Measured]:
    """Return what is measured on a day of each supplier, and of its products with a lead time of their own."""
    found = order_lines(until, supplier_id=supplier_id, each_product=each_product)
    return {key: lines_measured(lines, until) for key, lines in found.items()}


def lines_measured(lines: OrderLines, until: date) -> Measured:
    """Return what some order lines say on a day; a receipt before its order says nothing and is counted."""
    from supply.engine.promises import promises_kept  # noqa: PLC0415  (engines load where they are needed)
    from supply.engine.regime import regimes_find  # noqa: PLC0415

    today = np.datetime64(until, "D")
    wrong = lines.days < 0
    came = ~np.isnan(lines.days) & ~wrong
    is_open = ~lines.closed & (lines.part < 1)
    waiting = is_open & np.isnan(lines.days)
    year = (lines.promised <= today) & (lines.promised > today - PROMISES_DAYS) & ~wrong
    return Measured(
        regimes=regimes_find(lines.placed[came], lines.days[came], open_since=lines.placed[waiting], as_of=today),
        left_out=int(wrong.sum()),
        promises=promises_kept(lines.late_days[year], np.ones(year.sum()), lines.part[year], lines.closed[year]),
        open_lines=int(is_open.sum()),
        overdue=int((is_open & lines.overdue).sum()),
        lines=lines,
        day=until,
    )


def day_said(day: np.datetime64) -> str:
    """Write a day of the engine's as 1 Jun 2021."""
    when: date = day.astype(object)
    return f"{when.day} {when:%b %Y}"
