"""What customers have on order and are quoted in a grid row, and how much of their orders they keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from django.db.models import Max, QuerySet, Sum

from demand.engine.order_inflation import (
    CLOSE,
    NORMAL_MONTHS,
    RECENT_MONTHS,
    Turnover,
    order_inflation,
    orders_to_stay,
)
from demand.models import OrderBook, Series
from demand.selectors.layers import plan_months
from demand.selectors.row_sums import ActualMonth, actual_months, row_layers
from demand.selectors.series import layer_of, series_visible
from sop.engine.months import month_add
from sop.models import Customer, Cycle, User

MONTHS_BACK = RECENT_MONTHS + NORMAL_MONTHS  # of actuals the index looks at
EXACT_DIGITS = 2  # figures of a number that is only "about"


@dataclass(frozen=True)
class BookMonth:
    """One month of a row's order book."""

    bucket: date
    open_orders: float
    quotes: float
    as_of: date


@dataclass(frozen=True)
class RowOrders:
    """The order book of one grid row beside what happened to earlier orders, base units."""

    as_of: date | None  # None: nothing of this row is on order or quoted
    until: date | None  # the last month anything is on order for
    horizon_open: float  # of the plan's months, as quotes
    horizon_quotes: float
    planned: float  # of the months up to `until`
    overdue: float  # asked for before the plan's first month
    ordered: float  # the last twelve months, as the next two
    shipped: float
    cancelled: float
    index: float | None
    sentence: str

    @property
    def open_orders(self) -> float:
        """Return all that is open, whenever it was asked for."""
        return self.overdue + self.horizon_open

    @property
    def is_inflated(self) -> bool:
        """Return whether clearly more is ordered than in normal time."""
        return self.index is not None and self.index > 1 + CLOSE

    @property
    def index_text(self) -> str:
        """Return the index with its two decimals."""
        return "" if self.index is None else f"{self.index:.2f}"

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to tell."""
        return self.as_of is None and not self.ordered


def row_orders(cycle: Cycle, user: User, chosen: QuerySet[Series], *, customer: Customer | None = None) -> RowOrders:
    """Return the order book of some series beside the plan of all its months, and what became of earlier orders.

    `customer` stands in, as far as the person sees it, where a single series has too few orders to tell.
    """
    book = _book(chosen)
    ahead = [row for row in book if row.bucket >= cycle.bucket]
    overdue = sum(row.open_orders for row in book if row.bucket < cycle.bucket)
    horizon_open = sum(row.open_orders for row in ahead)
    happened = actual_months(chosen, since=month_add(cycle.bucket, -MONTHS_BACK), before=cycle.bucket)
    recent = _span(happened, month_add(cycle.bucket, -RECENT_MONTHS), cycle.bucket)
    index = index_of(cycle, happened)
    until = max((row.bucket for row in ahead if row.open_orders), default=None)
    plan = row_layers(cycle, chosen, [month for month in plan_months(cycle) if until and month <= until])
    return RowOrders(
        as_of=max((row.as_of for row in book), default=None),
        until=until,
        horizon_open=horizon_open,
        horizon_quotes=sum(row.quotes for row in ahead),
        overdue=overdue,
        planned=float((plan.consensus if layer_of(user) == "consensus" else plan.sales).sum()),
        ordered=sum(row.ordered for row in recent),
        shipped=sum(row.shipped for row in recent),
        cancelled=sum(row.cancelled for row in recent),
        index=index,
        sentence=_sentence(cycle, user, index, overdue + horizon_open, customer),
    )


def order_book(user: User) -> QuerySet[OrderBook]:
    """Return the order book of the series this person sees, with all that names them."""
    held = OrderBook.objects.filter(series__in=series_visible(user))
    return held.select_related("series__product__family", "series__customer", "series__location")


def month_orders(chosen: QuerySet[Series], bucket: date) -> tuple[float, float]:
    """Return what is on order and quoted for one month."""
    found = OrderBook.objects.filter(series__in=chosen, bucket=bucket)
    sums = found.aggregate(orders=Sum("open_orders"), quotes=Sum("quotes"))
    return float(sums["orders"] or 0), float(sums["quotes"] or 0)


def index_of(cycle: Cycle, happened: Mapping[date, ActualMonth]) -> float | None:
    """Return the order-inflation index as it stands before a cycle's first month; None = too few orders to tell."""
    begins = month_add(cycle.bucket, -RECENT_MONTHS)
    recent = _span(happened, begins, cycle.bucket)
    normal = _span(happened, month_add(begins, -NORMAL_MONTHS), begins)
    return order_inflation(_turnover(recent), _turnover(normal))


def inflation_words(index: float, open_orders: float, who: str = "Customers here", verb: str = "order") -> str:
    """Return what an index means for the orders that are open, in a planner's words."""
    on_order = f"{open_orders:,.0f} on order"
    if index > 1 + CLOSE:
        kept = f"{who} {verb} {index:.2f} for every 1 kept"
        stay = orders_to_stay(open_orders, index)
        return f"{kept}: of {on_order} about {_about(stay):,} will stay." if open_orders else f"{kept}."
    if index < 1 - CLOSE:
        return (
            f"{who} {verb} only {index:.2f} for every 1 shipped: older orders are being served, padding is going out."
        )
    return f"{who} {verb} what is kept" + (f": the {on_order} can be taken as they stand." if open_orders else ".")


def _book(chosen: QuerySet[Series]) -> list[BookMonth]:
    found = OrderBook.objects.filter(series__in=chosen).order_by().values_list("bucket")
    months = found.annotate(Sum("open_orders"), Sum("quotes"), Max("as_of"))
    return [BookMonth(month, float(orders), float(quotes), as_of) for month, orders, quotes, as_of in months]


def _sentence(cycle: Cycle, user: User, index: float | None, open_orders: float, customer: Customer | None) -> str:
    if index is not None and customer is not None:
        return inflation_words(index, open_orders, customer.name, "orders")
    if index is not None:
        return inflation_words(index, open_orders)
    few = "Too few orders to say how many will stay."
    if customer is None:
        return few
    theirs = series_visible(user).filter(customer=customer)
    since = month_add(cycle.bucket, -MONTHS_BACK)
    wider = index_of(cycle, actual_months(theirs, since=since, before=cycle.bucket))
    if wider is None:
        return few
    words = inflation_words(wider, open_orders, f"{customer.name}, over all products,", "orders")
    return f"Too few orders in this row. {words}"


def _span(happened: Mapping[date, ActualMonth], first: date, before: date) -> list[ActualMonth]:
    return [row for month, row in happened.items() if first <= month < before]


def _turnover(months: Iterable[ActualMonth]) -> Turnover:
    rows = list(months)
    return Turnover(
        sum(row.ordered for row in rows), sum(row.shipped for row in rows), sum(row.ordered > 0 for row in rows)
    )


def _about(value: float) -> int:
    """Return a number to two figures: 298.5 is about 300."""
    digits = floor(log10(value)) if value >= 1 else 0
    return round(value) if digits < EXACT_DIGITS else round(round(value), EXACT_DIGITS - 1 - digits)


def products_with_orders(series_ids: Iterable[int]) -> set[int]:
    """Return the products of which any of these series has open orders."""
    held = OrderBook.objects.filter(series_id__in=list(series_ids), open_orders__gt=0)
    return set(held.order_by().values_list("series__product_id", flat=True).distinct())
