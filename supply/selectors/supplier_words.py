"""What the measure of a supplier says, in sentences: what its sample is worth, whether it still grows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supply.selectors.measured import Measured, day_said

if TYPE_CHECKING:
    from supply.engine.regime import Regime


@dataclass(frozen=True)
class Sentences:
    """Sentences under the regimes; empty where there is nothing to say."""

    present: str = ""
    worth: str = ""
    trend: str = ""
    still_open: str = ""
    young: str = ""
    left_out: str = ""
    enough: bool = False


def sentences(measured: Measured | None) -> Sentences:
    """Return what to say of what was measured."""
    if measured is None or measured.present is None:
        return Sentences(left_out=_left_out(measured.left_out) if measured else "")
    from supply.engine.sample import sample_worth  # noqa: PLC0415  (engines load where they are needed)

    present = measured.present
    return Sentences(
        present=_present(measured.regimes),
        worth=_worth(present),
        trend=_trend(measured),
        still_open=_still_open(present.still_open),
        young=_young(measured, present),
        left_out=_left_out(measured.left_out),
        enough=sample_worth(present.lead).enough,
    )


def trend_of(measured: Measured) -> float:
    """Return how many days a month the present regime grows, 0 where unsure; lines of one day share one fate."""
    from supply.engine.regime import trend_days_a_month  # noqa: PLC0415

    if measured.present is None:
        return 0.0
    lines, present = measured.lines, measured.present
    age = (np.datetime64(measured.day, "D") - lines.placed) / np.timedelta64(1, "D")
    waiting = np.isnan(lines.days) & ~lines.closed & (lines.part < 1)
    days = np.where(waiting, age, lines.days)  # without those still open, late orders would look fast
    here = (days >= 0) & (lines.placed >= present.first) & (lines.placed <= present.last)
    order = np.argsort(lines.placed[here], kind="stable")
    placed, starts = np.unique(lines.placed[here][order], return_index=True)
    daily = [float(np.median(day)) for day in np.split(days[here][order], starts[1:])]
    return trend_days_a_month(placed, daily)


def _present(regimes: "list[Regime]") -> str:
    """Return the last jump in a sentence."""
    now = regimes[-1]
    if len(regimes) == 1:
        return f"One regime: {now.lead.mean_days:.0f} days for all orders since {day_said(now.first)}."
    return (
        f"Orders since {day_said(now.first)} take {now.lead.mean_days:.0f} days; "
        f"those before took {regimes[-2].lead.mean_days:.0f}. Nothing is averaged across the jump."
    )


def _worth(present: "Regime") -> str:
    from supply.engine.sample import LEAST_RECEIPTS, sample_worth  # noqa: PLC0415

    count, worth = present.lead.receipts, sample_worth(present.lead)
    if count < 2:
        return f"One receipt is too few to believe; at least {LEAST_RECEIPTS} are needed."
    bounds = (
        f"the true mean lies between {worth.mean_low:.0f} and {worth.mean_high:.0f} days, the true spread between "
        f"{worth.spread_low:.2f} and {worth.spread_high:.2f} times the one measured (95 %)"
    )
    if worth.enough:
        return f"What {count:,} receipts are worth: {bounds}."
    return f"{count} receipts are too few to believe, at least {LEAST_RECEIPTS} are needed: {bounds}."


def _trend(measured: Measured) -> str:
    slope = trend_of(measured)
    if not slope:
        return "Inside the present regime no trend stands out from chance."
    word = "grows" if slope > 0 else "shrinks"
    return f"Inside the present regime the lead time {word} by {abs(slope):.1f} days a month."


def _still_open(count: int) -> str:
    if not count:
        return ""
    verb = "is an order" if count == 1 else "are orders"
    return f"{count:,} of them {verb} still open for longer than nearly all took; counted with their age so far."


def _young(measured: Measured, present: "Regime") -> str:
    after = (measured.lines.days >= 0) & (measured.lines.placed > present.last)
    count = int(after.sum())
    if not count:
        return ""
    kind = "receipt of a later order is" if count == 1 else "receipts of later orders are"
    return f"{count:,} {kind} not counted yet: many orders of that time are still open, only the fast ones have come."


def _left_out(count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return "1 receipt lies before its order and is left out; correct its dates."
    return f"{count:,} receipts lie before their orders and are left out; correct their dates."
