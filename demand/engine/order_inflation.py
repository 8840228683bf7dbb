"""How far orders stand above what customers keep: the order-inflation index."""

from dataclasses import dataclass

RECENT_MONTHS = 12
NORMAL_MONTHS = 24  # before the recent ones: long enough for two seasons, short enough to be the same customers
MONTHS_MIN = 6  # with orders, in each span: below it a season or one project decides
KEPT_MIN = 30.0  # units shipped in each span: a ratio of smaller counts swings by a fifth by chance (1 / sqrt(30))
CLOSE = 0.05  # an index this near to 1 says nothing


@dataclass(frozen=True)
class Turnover:
    """What was ordered and what of it was shipped in a span of months, base units; `months` had orders."""

    ordered: float
    shipped: float
    months: int


def order_inflation(recent: Turnover, normal: Turnover) -> float | None:
    """Return how many units are ordered for every unit kept, against the customers' normal time; None = cannot tell.

        index = (ordered / shipped, last 12 months) / (ordered / shipped, the 24 months before)

    Ordered over shipped is the trade's book-to-bill ratio. Shipped stands for kept: returns are taken off it, and what
    is never shipped was never kept, whether cancelled or given up. Ordered over (ordered less cancelled) would be the
    purer figure, yet duplicates are cancelled many months after they were ordered, so it says 1.05 while a third of
    the orders is air. The price: demand that was real and could not be delivered counts as inflation, too, so
    cancellations are always shown beside the index. The normal time takes out what is always ordered and not kept.
    """
    for span in (recent, normal):
        if span.months < MONTHS_MIN or span.shipped < KEPT_MIN or span.ordered <= 0:
            return None
    return (recent.ordered / recent.shipped) / (normal.ordered / normal.shipped)


def orders_to_stay(open_orders: float, index: float | None) -> float:
    """Return how many of the open units are likely to be kept: all of them where orders are not inflated."""
    return open_orders if index is None or index <= 1 + CLOSE else open_orders / index
