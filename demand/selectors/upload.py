"""A file waiting for its owner's word, held against the plan as it is now."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.utils import timezone

from demand.constants import UPLOAD_KEPT_HOURS, UPLOAD_SHOWN
from demand.models import Override, Series, Upload
from demand.selectors.grid import company_currency, prices
from demand.selectors.layers import plan_months
from demand.selectors.series import layer_of
from demand.selectors.upload_sheet import own_numbers
from sop.models import User


@dataclass(frozen=True)
class Change:
    """One cell the file changes: base units, and money at the plan price (None without a price)."""

    series: int
    bucket: date
    quantity: Decimal | None  # None = back to the layer below
    version: int  # the one the file knows
    reason: str
    row: int
    before: float
    after: float
    money: float | None
    now: int  # the version it has
    name: str = ""

    @property
    def key(self) -> str:
        """Return the cell and what it was when looked at, as the form sends it back."""
        return f"{self.series}:{self.bucket.isoformat()}:{self.now}"

    @property
    def units(self) -> float:
        """Return by how much the cell changes."""
        return self.after - self.before


@dataclass(frozen=True)
class Met:
    """A cell somebody changed after the file was made."""

    change: Change
    who: str
    at: datetime


@dataclass
class Preview:
    """What saving would do right now: `changes` all of them, `met` those that wait for a choice."""

    changes: list[Change] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    units: float = 0.0
    money: float = 0.0
    unpriced: int = 0
    currency: str = ""

    @property
    def rows(self) -> int:
        """Return how many rows of the plan change."""
        return len({change.series for change in self.changes})

    @property
    def shown(self) -> list[Change]:
        """Return the changes worth most, for the page."""
        ordered = sorted(self.changes, key=lambda each: (-abs(each.money or 0), -abs(each.units)))
        return _named(ordered[:UPLOAD_SHOWN])

    @property
    def met_shown(self) -> list[Met]:
        """Return the first cells that wait for a choice, for the page."""
        first = self.met[:UPLOAD_SHOWN]
        named = _named([each.change for each in first])
        return [Met(change, each.who, each.at) for change, each in zip(named, first, strict=True)]


def upload_of(user: User, upload_id: uuid.UUID) -> Upload | None:
    """Return a person's own waiting file; None where it is another's, gone, or older than it may be."""
    since = timezone.now() - timedelta(hours=UPLOAD_KEPT_HOURS)
    return Upload.objects.filter(pk=upload_id, user=user, created_at__gte=since).select_related("cycle").first()


def upload_preview(user: User, upload: Upload) -> Preview:
    """Return what the file changes in the plan as it is now; cells that hold its number already are no change."""
    months = plan_months(upload.cycle)
    ids = sorted({cell[0] for cell in upload.cells})
    now = own_numbers(upload.cycle, user, ids)
    place = {series: at for at, series in enumerate(ids)}
    price = prices(ids, upload.cycle.bucket)
    found = Preview(currency=company_currency())
    clashing: list[Change] = []
    for series, month, text, version, reason, row in upload.cells:
        bucket = date.fromisoformat(month)
        at, column = place[series], months.index(bucket)
        before, known = float(now.own[at, column]), int(now.versions[at, column])
        after = float(now.below[at, column]) if text is None else float(text)
        if before == after:
            continue
        money = None if np.isnan(price[at]) else (after - before) * float(price[at])
        quantity = None if text is None else Decimal(text)
        change = Change(series, bucket, quantity, version, reason, row, before, after, money, known)
        (found.changes if known == version else clashing).append(change)
    found.units = sum(change.units for change in found.changes)
    found.money = sum(change.money or 0.0 for change in found.changes)
    found.unpriced = sum(change.money is None for change in found.changes)
    found.met = _met(upload, user, clashing)
    return found


def _met(upload: Upload, user: User, clashing: Sequence[Change]) -> list[Met]:
    """Return who changed the cells, and when."""
    if not clashing:
        return []
    held = Override.objects.filter(
        cycle=upload.cycle,
        layer=layer_of(user),
        series_id__in={change.series for change in clashing},
        bucket__in={change.bucket for change in clashing},
    ).values_list("series_id", "bucket", "changed_by__name", "changed_at")
    wrote = {(series, bucket): (who or "Somebody", at) for series, bucket, who, at in held}
    # A file may claim a version no cell ever had; such a cell waits for a choice as well.
    nobody = ("Nobody", upload.created_at)
    return [Met(change, *wrote.get((change.series, change.bucket), nobody)) for change in clashing]


def _named(changes: Sequence[Change]) -> list[Change]:
    rows = Series.objects.select_related("product", "customer", "location").in_bulk({each.series for each in changes})
    return [Change(**{**vars(each), "name": _name(rows[each.series])}) for each in changes]


def _name(series: Series) -> str:
    return f"{series.product.name}, {series.customer.name}, {series.location.name}"
