"""Flags of the whole company: a plan whose stock is worth more, or which buys more, than the company allows itself."""

from decimal import Decimal

import numpy as np

from sop.formats import money_short
from sop.selectors.cycle import company
from supply.models import SupplyRun
from supply.selectors.ceilings import Ceiling, ceilings
from supply.services.flags import Found


def ceiling_flags(run: SupplyRun) -> list[Found]:
    """Return one flag for each ceiling of the company that a run's lines, which must all be written, rise above.

    At stake is what lies above it: of stock in the worst month, of purchases over all months.
    """
    return [_flag(each) for each in ceilings(run) if each.over.any()]


def _flag(ceiling: Ceiling) -> Found:
    over = ceiling.over
    above = np.flatnonzero(over)
    money = over.sum() if ceiling.adds_up else over.max()
    return Found(
        item_id=None,
        kind=ceiling.kind,
        first_bucket=ceiling.months[above[0]],
        last_bucket=ceiling.months[above[-1]],
        units=Decimal(0),
        money=Decimal(str(round(float(money), 2))),
        cause=_sentence(ceiling),
    )


def _sentence(ceiling: Ceiling) -> str:
    over, currency = ceiling.over, company().currency
    worst, count = int(over.argmax()), int((over > 0).sum())
    value, above, most = (money_short(each, currency) for each in (ceiling.values[worst], over[worst], ceiling.most))
    what = f"All purchases of {ceiling.months[worst]:%b %Y} come to" if ceiling.adds_up else "All stock is worth"
    when = "" if ceiling.adds_up else f" in {ceiling.months[worst]:%b %Y}"
    return f"{what} {value}{when}, {above} above the ceiling of {most}; {count} month{'s'[: count > 1]} above it"
