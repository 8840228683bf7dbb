"""Every customer's row of a supply plan as this person may see it: for files, programs and an item's page."""

import numpy as np

from demand.selectors.kept import sums_kept
from sop.models import User
from sop.selectors.scope import customers_visible
from supply.constants import ShareRule
from supply.frames.customer_shares import Shares, shares_of
from supply.models import StockItem, SupplyRun

__all__ = ["Shares", "customer_shares", "customers_of", "item_shares"]


def customer_shares(run: SupplyRun, user: User, rule: ShareRule) -> Shares:
    """Return the rows of the customers this person sees, of the whole plan.

    A program reads them page by page: they are kept until the run or customers change, or part of it is planned anew.
    """
    stamp = (run.pk, len(run.planned_requests))
    found = sums_kept("customer-shares", run.cycle, lambda: shares_of(run, rule), rule.value, stamp=stamp)
    return _seen(found, user)


def item_shares(run: SupplyRun, item: StockItem, user: User, rule: ShareRule = ShareRule.PAST_SALES) -> Shares:
    """Return the rows of one stock item that this person sees."""
    return _seen(shares_of(run, rule, item), user)


def customers_of(user: User) -> list[int] | None:
    """Return whose rows this person sees; None: everybody's."""
    if user.is_active and user.has_perm("sop.view_all_customers"):
        return None
    return list(customers_visible(user).values_list("pk", flat=True))


def _seen(shares: Shares, user: User) -> Shares:
    mine = customers_of(user)
    return shares if mine is None else shares.take(np.isin(shares.customer, mine))
