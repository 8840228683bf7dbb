"""Which customers' rows of a supply plan somebody looks at, and what the database says of them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import F, QuerySet, Sum

from sop.engine.months import month_list
from sop.models import Customer
from supply.constants import ShareRule
from supply.frames.customer_shares import PREFIX, Shares, asked_of
from supply.models import CustomerAsked, CustomerShare, SupplyRun

LEAST = 0.5  # units; below it a whole number says 0


@dataclass(frozen=True)
class Narrowed:
    """Which rows are looked at, by the keys of what they belong to; None = all."""

    family: int | None = None
    product: int | None = None
    location: int | None = None
    customer: int | None = None
    owner: int | None = None

    def of(self, shares: Shares) -> Shares:
        """Return those rows."""
        keep = np.ones(len(shares.series), dtype=bool)
        for name, wanted in vars(self).items():
            if wanted is not None:
                keep &= getattr(shares, name) == wanted
        return shares.take(keep)

    @property
    def level(self) -> str:
        """Return what a line stands for: a family, in a family a product, in a product a customer."""
        return "series" if self.product is not None else "product" if self.family is not None else "family"


@dataclass(frozen=True)
class Sight:
    """The rows of a run somebody looks at, shared by a rule: of the customers in sight (None: all), narrowed."""

    run: SupplyRun
    rule: ShareRule
    customers: list[int] | None
    narrowed: Narrowed

    @cached_property
    def chosen(self) -> list[int] | None:
        """Return the customers that are left when narrowed; None: all."""
        if self.narrowed.customer is None and self.narrowed.owner is None:
            return self.customers
        found = Customer.objects.all() if self.customers is None else Customer.objects.filter(pk__in=self.customers)
        only = {"pk": self.narrowed.customer, "owner": self.narrowed.owner}
        wanted = {name: value for name, value in only.items() if value is not None}
        return list(found.filter(**wanted).values_list("pk", flat=True))

    @property
    def months(self) -> list[date]:
        """Return the months of the run."""
        return month_list(self.run.first_bucket, self.run.horizon_months)

    @property
    def everything(self) -> QuerySet[CustomerAsked]:
        """Return what the customers in sight ask, narrowed to nothing."""
        found = CustomerAsked.objects.filter(run=self.run)
        return found if self.customers is None else found.filter(customer__in=self.customers)

    @property
    def asked(self) -> QuerySet[CustomerAsked]:
        """Return what is asked of whole families; it knows no products."""
        return CustomerAsked.objects.filter(run=self.run, **self._only("family", "location"))

    @property
    def cells(self) -> QuerySet[CustomerShare]:
        """Return the cells that had to share, each with short and gained [units] and money."""
        rule = PREFIX[self.rule]
        short = F("asked") - F(f"{rule}_served")
        found = CustomerShare.objects.filter(run=self.run, **self._only("family", "product", "location"))
        return found.annotate(
            short=short, money=short * F("price"), gained=F(f"{rule}_gained"), blind=F(f"{rule}_blind")
        )

    def asked_by(self, level: str, keys: list[int]) -> list[tuple[int, date, float]]:
        """Return what is asked by some lines of a level, month by month [units]."""
        if level == "family":
            found = self.asked.filter(family__in=keys).values_list("family_id", "bucket").order_by()
            return list(found.annotate(Sum("asked")))
        only = {name: getattr(self.narrowed, name) for name in ("family", "product", "location")}
        return asked_of(self.run, {"product": "product_id"}.get(level, "id"), keys, **only, customers=self.chosen)

    def _only(self, *names: str) -> dict[str, Any]:
        wanted = {name: getattr(self.narrowed, name) for name in names}
        found: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
        return found if self.chosen is None else found | {"customer__in": self.chosen}
