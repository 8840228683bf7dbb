"""Makers of demand for tests: series, history, an adopted baseline."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from demand.constants import Action
from demand.models import Actual, Baseline, BaselineRun, Series
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from sop.constants import Source
from sop.engine.months import month_add, month_list
from sop.models import Customer, Cycle, Location, Product, User
from sop.request_context import acting
from tests.factories import location_make, product_make


def series_make(customer: Customer, product: Product | None = None, location: Location | None = None) -> Series:
    """Return a product sold to a customer from a warehouse."""
    product = product or Product.objects.first() or product_make()
    location = location or Location.objects.first() or location_make()
    return Series.objects.create(product=product, customer=customer, location=location)


def history_make(series: Series, values: Sequence[float], *, until: date) -> None:
    """Write months of orders, all shipped, the last value in `until`."""
    months = month_list(month_add(until, 1 - len(values)), len(values))
    Actual.objects.bulk_create(
        Actual(series=series, bucket=month, ordered=Decimal(str(value)), shipped=Decimal(str(value)))
        for month, value in zip(months, values, strict=True)
    )


def adopted_baseline(cycle: Cycle, means: dict[Series, float]) -> BaselineRun:
    """Return an adopted run that forecasts the same every month, the naive being half of it."""
    run = BaselineRun.objects.create(
        cycle=cycle,
        first_bucket=cycle.bucket,
        horizon_months=cycle.horizon_months,
        history_until=month_add(cycle.bucket, -1),
        complete=True,
        adopted=True,
    )
    Baseline.objects.bulk_create(
        Baseline(run=run, series=series, bucket=month, mean=Decimal(str(mean)), naive=Decimal(str(mean)) / 2)
        for series, mean in means.items()
        for month in month_list(cycle.bucket, cycle.horizon_months)
    )
    return run


def override_make(cycle: Cycle, series: Series, bucket: date, quantity: str | float, user: User) -> None:
    """Save a person's number for a cell nobody changed before."""
    edit = CellEdit(series.pk, bucket, Decimal(str(quantity)), 0)
    with acting(user, Source.PAGE):
        outcome = overrides_save(
            user=user, cycle_id=cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=[edit]
        )
    assert not outcome.refused, outcome.refused
