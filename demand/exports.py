"""The demand plan as a file: every layer of every row a person sees."""

from collections.abc import Iterator
from math import isnan

from django.utils import timezone

from demand.selectors.layers import layers
from demand.selectors.series import series_visible
from sop.exports import Cell, csv_lines
from sop.models import Cycle, User

HEAD = ("Family", "Product", "Customer", "Location", "Month", "Baseline", "Sales", "Consensus", "Same month last year")


def demand_csv(cycle: Cycle, user: User) -> Iterator[str]:
    """Yield the demand plan as CSV, headed by cycle and time."""
    preamble: list[tuple[Cell, ...]] = [
        ("Demand plan", str(cycle)),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    return csv_lines(preamble, HEAD, _rows(cycle, user))


def _rows(cycle: Cycle, user: User) -> Iterator[tuple[Cell, ...]]:
    found = list(
        series_visible(user)
        .order_by("product__code", "customer__code", "location__code")
        .values_list("pk", "product__family__code", "product__code", "customer__code", "location__code")
    )
    plan = layers(cycle, series_ids=[row[0] for row in found])
    for at, (_, family, product, customer, location) in enumerate(found):
        for column, month in enumerate(plan.months):
            numbers = (layer[at, column] for layer in (plan.baseline, plan.sales, plan.consensus, plan.naive))
            yield (
                family,
                product,
                customer,
                location,
                month,
                *(None if isnan(n) else round(float(n), 3) for n in numbers),
            )
