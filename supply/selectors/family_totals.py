"""What a family's stock comes to in the current plan, so that an edit of one stock item shows what it does to all."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from sop import formats
from sop.models import Family
from sop.selectors.cycle import company
from supply.models import SupplyLine, SupplyRun

ZERO = Decimal(0)


@dataclass(frozen=True)
class FamilyTotals:
    """A family over the whole horizon: units lost [base units], and in money what they would have sold for.

    stock: mean value at the ends of months [money]; purchases: all that arrives [money].
    """

    lost: Decimal
    lost_revenue: Decimal
    stock: Decimal
    purchases: Decimal


def family_totals(run: SupplyRun | None, family: Family) -> FamilyTotals:
    """Return the totals of a family's stock items in a run; zeros before the first run."""
    of = SupplyLine.objects.filter(run=run, run__isnull=False, item__product__family=family)
    found = of.aggregate(
        lost=Sum("lost", default=ZERO),
        lost_revenue=Sum("lost_revenue", default=ZERO),
        purchases=Sum("purchases_value", default=ZERO),
        held=Sum("inventory_value", default=ZERO),
    )
    months = run.horizon_months if run else 1
    return FamilyTotals(found["lost"], found["lost_revenue"], found["held"] / months, found["purchases"])


def totals_moved(family: Family, before: FamilyTotals, after: FamilyTotals) -> str:
    """Say what an edit did to a family."""
    currency = company().currency
    parts = [
        f"lost sales {formats.money_short(after.lost_revenue - before.lost_revenue, currency, signed=True)}",
        f"average stock {formats.money_short(after.stock - before.stock, currency, signed=True)}",
        f"purchases {formats.money_short(after.purchases - before.purchases, currency, signed=True)}",
    ]
    return f"{family.name}: {', '.join(parts)}."
