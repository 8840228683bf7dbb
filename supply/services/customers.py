"""Sharing what is short among customers: part of a run, by both rules, written beside its plan."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import connection

from demand.selectors.track_record import sales_biases
from sop.services.table import rows_copy, statistics_refresh
from supply.constants import ASKING_MORE
from supply.engine.customer_months import Shared, share_months
from supply.frames.customers import CustomerDemand, customer_demand
from supply.frames.reading import Matrix
from supply.models import CustomerAsked, CustomerShare, OwnerBias, SupplyRun

SHARE_COLUMNS = (
    *("run_id", "item_id", "series_id", "product_id", "family_id", "location_id", "customer_id", "bucket"),
    *("asked", "price", "sales_served", "sales_gained", "sales_blind", "need_served", "need_gained", "need_blind"),
)
ASKED_SQL = """
    insert into supply_customerasked (run_id, family_id, location_id, customer_id, bucket, asked)
    select %(run)s, p.family_id, d.location_id, d.customer_id, s.bucket, sum(s.consensus)::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    join sop_product p on p.id = d.product_id
    where s.cycle_id = %(cycle)s and s.version = %(version)s group by 2, 3, 4, 5 order by 2, 3, 4, 5
"""


def customers_write(run: SupplyRun) -> None:
    """Write what customers ask of a run, how reps' numbers turned out, and the shares of every item that is short."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED_SQL, {"run": run.pk, "cycle": run.cycle_id, "version": run.snapshot_version})
    found = sales_biases(run.cycle)
    rows = ((run.pk, owner, family, bias) for (owner, family), bias in found.items())
    rows_copy(OwnerBias, ("run_id", "owner_id", "family_id", "bias"), rows)
    _shares_write(run, customer_demand(run), found)
    statistics_refresh(CustomerAsked, CustomerShare, OwnerBias)


def customers_share(run: SupplyRun, item_ids: Sequence[int]) -> None:
    """Write the shares of some stock items that were planned anew; those of before are gone with their plan."""
    demand = customer_demand(run, item_ids)
    if len(demand.series):
        known = OwnerBias.objects.filter(run=run, owner__in=np.unique(demand.owner).tolist())
        biases = {(owner, family): bias for owner, family, bias in known.values_list("owner_id", "family_id", "bias")}
        _shares_write(run, demand, biases)


def _shares_write(run: SupplyRun, demand: CustomerDemand, biases: dict[tuple[int, int], float]) -> None:
    earned = _earned(demand)
    needed, heavier = _needs(demand, biases)
    by_sales, by_need = _shared(demand, earned, np.ones((len(demand.series), 1))), _shared(demand, needed, heavier)
    rows_copy(CustomerShare, SHARE_COLUMNS, _rows(run, demand, (by_sales, earned), (by_need, needed)))


def _shared(demand: CustomerDemand, weight: Matrix, heavier: Matrix) -> Shared:
    return share_months(
        demand.item,
        demand.asked,
        weight,
        demand.supply,
        whole=demand.whole,
        more=ASKING_MORE,
        heavier=heavier,
    )


def _rows(
    run: SupplyRun, demand: CustomerDemand, sales: tuple[Shared, Matrix], need: tuple[Shared, Matrix]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row per cell that has to share, in SHARE_COLUMNS' order; both rules share the same cells."""
    rows, months = np.nonzero(sales[0].scarce)
    owned = (demand.items[demand.item], demand.series, demand.product, demand.family, demand.location, demand.customer)
    columns: list[list[Any]] = [each[rows].tolist() for each in owned]
    columns += [[demand.months[month] for month in months.tolist()]]
    columns += [demand.asked[rows, months].tolist(), demand.price[rows].tolist()]
    for shared, weight in (sales, need):
        blind = weight[rows, months] == 0
        columns += [shared.served[rows, months].tolist(), shared.gained[rows, months].tolist(), blind.tolist()]
    return ((run.pk, *row) for row in zip(*columns, strict=True))


def _earned(demand: CustomerDemand) -> Matrix:
    """Return past kept sales a month; for who has none the baseline of the month."""
    return np.where(demand.past[:, None] > 0, demand.past[:, None], demand.baseline)


def _needs(demand: CustomerDemand, biases: dict[tuple[int, int], float]) -> tuple[Matrix, Matrix]:
    """Return what is asked with its owner's padding of earlier cycles taken out, and how a weight grows with asking.

    Padding is the bias of the owner's own numbers in the family, where it is above zero. Where no bias is known the
    baseline stands for the need, and asking moves nothing.
    """
    pairs, at = np.unique(np.stack([demand.owner, demand.family]), axis=1, return_inverse=True)
    found = [biases.get((int(owner), int(family))) for owner, family in pairs.T]
    bias = np.array([np.nan if each is None else max(each, 0.0) for each in found], dtype=np.float64)[at.ravel()]
    known = ~np.isnan(bias)[:, None]
    needed = demand.asked / (1.0 + np.nan_to_num(bias))[:, None]
    return np.where(known, needed, demand.baseline), np.where(known, ASKING_MORE, 1.0)
