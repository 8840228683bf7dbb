"""Why each class of one stock item's balance is as big as it is, in the words of its formula; and the chart."""

from typing import Any

from sop.figures import stack_figure
from sop.formats import units
from supply.models import StockExplained
from supply.selectors.explained import CLASSES, Group

MOST_BARS = 10
LONGEST_NAME = 24


def class_words(row: StockExplained) -> dict[str, str]:
    """Return one sentence per class of a stock item."""
    days = _days(row)
    backlog = f", and {units(row.backlog)} that customers wait for" if row.backlog else ""
    agreed = f"{units(row.pre_bought)} agreed in a published plan and not used up"
    assumed = f"Planned with {row.assumed_days:.0f} days"
    measured = f"{assumed}, {row.measured_days:.0f} were measured" if row.measured_days is not None else ""
    return {
        "need": f"{units(row.per_month)} a month over {row.months:.1f} months, {days} and the review{backlog}",
        "buffer": f"{units(row.safety_measured)} safety stock, calculated for {days}",
        "lots": f"The smallest order is {units(row.lot)}" if row.lot else "Any quantity can be ordered",
        "pre_buy": agreed if row.pre_bought else "Nothing is agreed to be bought ahead",
        "long_lead": measured or f"{assumed}, too few receipts to measure",
        "stacked": f"Planned with {units(row.safety_planned)}, calculated {units(row.safety_assumed)}",
        "early": f"What is left of {units(row.on_order)} on order: could be placed or come later",
        "rest": f"What is left of {units(row.on_hand)} on hand",
    }


def growth_words(row: StockExplained) -> str:
    """Return what longer lead times justify of a stock item's growth, in a sentence."""
    if row.growth_money is None or row.grown_by_lead_money is None or row.held_before is None:
        return "What was held a year ago, or how long orders took then, is not known."
    held = row.on_hand + row.on_order
    then = (
        f"A year ago {units(row.held_before)} were held and on order, with a lead time of {row.earlier_days:.0f} days."
    )
    if not row.growth_money:
        return f"{then} It has not grown since."
    share = row.grown_by_lead_money / row.growth_money
    return f"{then} Of the {units(held - row.held_before)} more, longer lead times justify {share:.0%}."


def groups_figure(found: list[Group], currency: str) -> dict[str, Any]:
    """Return the first groups as bars made of their classes, in the order of the table."""
    shown = found[:MOST_BARS]
    names = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in (g.name for g in shown)]
    parts = [
        (word, [float(group.parts[at].money) for group in shown], colour)
        for at, (_, word, colour) in enumerate(CLASSES)
        if any(group.parts[at].money for group in shown)
    ]
    return stack_figure(names, parts, unit=currency)


def _days(row: StockExplained) -> str:
    if row.measured_days is None:
        return f"the {row.assumed_days:.0f} days assumed"
    return f"the {row.measured_days:.0f} days measured"
