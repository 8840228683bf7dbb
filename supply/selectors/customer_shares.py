"""What each customer asks of the supply plan and what of it can be delivered, by month; split over all customers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from demand.selectors.kept import sums_kept
from demand.selectors.track_record import track_records
from sop.models import Import, User
from sop.selectors.scope import customers_visible
from supply.constants import ASKING_MORE, ShareRule
from supply.engine.customer_months import share_months
from supply.frames.customers import CustomerDemand, Ids, customer_demand
from supply.frames.reading import Matrix
from supply.models import StockItem, SupplyRun

Mask = NDArray[np.bool_]
OF_ROWS = ("series", "product", "family", "location", "customer", "owner", "price")
OF_CELLS = ("asked", "served", "gained", "scarce")


@dataclass(frozen=True, eq=False)
class Shares:
    """Customers' rows (product, customer, warehouse) by month; entries and rows alike, columns as `months`.

    owner: 0 where a customer has none. price [money/unit] on the plan's first day, 0 unknown. asked, served, gained by
    asking more alone [units], scarce (the item was short that month): rows x months. blind: rows nothing is known of,
    neither sales nor baseline, so that in a scarce month they get what the others leave.
    """

    months: list[date]
    series: Ids
    product: Ids
    family: Ids
    location: Ids
    customer: Ids
    owner: Ids
    price: Matrix
    asked: Matrix
    served: Matrix
    gained: Matrix
    scarce: Mask
    blind: Mask

    @property
    def short(self) -> Matrix:
        """Return what is asked and cannot be delivered [units]."""
        return self.asked - self.served

    @property
    def money(self) -> Matrix:
        """Return what that would have brought in [money]."""
        return self.short * self.price[:, None]

    def take(self, rows: NDArray[Any]) -> "Shares":
        """Return some of the rows."""
        columns = {name: getattr(self, name)[rows] for name in (*OF_ROWS, *OF_CELLS, "blind")}
        return Shares(months=self.months, **columns)


def customer_shares(run: SupplyRun, user: User, rule: ShareRule) -> Shares:
    """Return the rows of the customers this person sees, of the whole plan.

    The split is made over all customers, or its parts would not add up to what there is; it is kept until the run,
    actuals, prices or customers change, or part of the run is planned anew.
    """
    brought: datetime | None = Import.objects.filter(table="actuals").aggregate(at=Max("applied_at"))["at"]
    stamp = (run.pk, len(run.planned_requests), brought)
    found = sums_kept("customer-shares", run.cycle, lambda: _split(run, rule), rule.value, stamp=stamp)
    return _seen(found, user)


def item_shares(run: SupplyRun, item: StockItem, user: User, rule: ShareRule = ShareRule.PAST_SALES) -> Shares:
    """Return the rows of one stock item that this person sees."""
    return _seen(_split(run, rule, item), user)


def _seen(shares: Shares, user: User) -> Shares:
    if user.is_active and user.has_perm("sop.view_all_customers"):
        return shares
    mine = list(customers_visible(user).values_list("pk", flat=True))
    return shares.take(np.isin(shares.customer, mine))


def _split(run: SupplyRun, rule: ShareRule, item: StockItem | None = None) -> Shares:
    by_need = rule is ShareRule.CORRECTED_NEED
    demand = customer_demand(run, item, every_baseline=by_need)
    weight, heavier = _needs(run, demand) if by_need else (_earned(demand), np.ones((len(demand.series), 1)))
    shared = share_months(
        demand.item,
        demand.asked,
        weight,
        demand.supply,
        whole=demand.whole,
        more=ASKING_MORE,
        heavier=heavier,
    )
    return Shares(
        months=demand.months,
        **{name: getattr(demand, name) for name in OF_ROWS},
        asked=demand.asked,
        served=shared.served,
        gained=shared.gained,
        scarce=shared.scarce,
        blind=((weight == 0) & shared.scarce).any(axis=1),
    )


def _earned(demand: CustomerDemand) -> Matrix:
    """Return past kept sales a month; for who has none the baseline of the month."""
    return np.where(demand.past[:, None] > 0, demand.past[:, None], demand.baseline)


def _needs(run: SupplyRun, demand: CustomerDemand) -> tuple[Matrix, Matrix]:
    """Return what is asked with its owner's padding of earlier cycles taken out, and how a weight grows with asking.

    Padding is the bias of the owner's own numbers in the family, where it is above zero. Where no bias is known the
    baseline stands for the need, and asking moves nothing.
    """
    pairs, at = np.unique(np.stack([demand.owner, demand.family]), axis=1, return_inverse=True)
    owners = [(int(owner), int(family)) for owner, family in pairs.T]
    records = track_records(run.cycle, [pair for pair in owners if pair[0]])
    found = [records[pair].bias if pair in records else None for pair in owners]
    bias = np.array([np.nan if each is None else max(each, 0.0) for each in found], dtype=np.float64)[at.ravel()]
    known = ~np.isnan(bias)[:, None]
    needed = demand.asked / (1.0 + np.nan_to_num(bias))[:, None]
    return np.where(known, needed, demand.baseline), np.where(known, ASKING_MORE, 1.0)
