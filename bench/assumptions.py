"""`python -m bench assumptions`: the page of assumptions and how earlier ones turned out, 10,000 series x 18 months.

The company of `bench review` with 130 assumptions of seven months in its last twelve and the coming ones: a hundred of
a family at a customer, twenty of a whole family, ten of a whole customer. Times are of whole requests.
"""

import time
from decimal import Decimal

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.review import company_make, page_row  # noqa: E402
from bench.table import Cell, print_table  # noqa: E402
from demand.models import Assumption, AssumptionCell  # noqa: E402
from demand.services.assumption_cells import cells_write  # noqa: E402
from sop.constants import Source  # noqa: E402
from sop.engine.months import month_add  # noqa: E402
from sop.models import Customer, Cycle, Family, User  # noqa: E402
from sop.request_context import acting  # noqa: E402

BACK, LASTS = 12, 6  # months: the first begins so long ago, and each lasts so long


def main() -> None:
    """Make the company, measure, print."""
    cycle = company_make()
    planner = User.objects.get(username="olga")
    with acting(planner, Source.COMMAND):
        assumptions_make(cycle, planner)
        written = _once("cells of all assumptions anew", lambda: cells_write(cycle))
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(planner)
    here = f"/cycle/{cycle.pk}/demand/assumptions/"
    one = Assumption.objects.order_by("pk")[0]
    pages = {"assumptions": here, "how they turned out": f"{here}scores/", "one of them": f"{here}{one.pk}/"}
    pages["how it turned out"] = f"{here}{one.pk}/score/"
    rows = [page_row(name, lambda path=path: client.get(path)) for name, path in pages.items()]
    print_table("Assumptions, 10,000 series x 18 months", ("page", "median ms", "p95 ms", "queries"), rows)
    print_table("Written", ("what", "ms", "cells", "queries"), [written])


def assumptions_make(cycle: Cycle, owner: User) -> None:
    """State the assumptions and let every cycle have its cells."""
    customers, families = list(Customer.objects.order_by("pk")), list(Family.objects.order_by("pk"))
    reach = [(customers[n % 20], families[n // 5]) for n in range(100)]
    reach += [(None, family) for family in families] + [(customer, None) for customer in customers[:10]]
    first = Cycle.objects.order_by("bucket")[0]
    for n, (customer, family) in enumerate(reach):
        whole = family is None
        Assumption.objects.create(
            cycle=first,
            kind="project",
            state="in_number",
            customer=customer,
            family=family,
            first_bucket=month_add(cycle.bucket, n % BACK - BACK),
            last_bucket=month_add(cycle.bucket, n % BACK + LASTS - BACK),
            quantity=Decimal(5000) if whole else None,
            percent=None if whole else Decimal(5 + n % 20),
            probability=Decimal(80),
            note="Known.",
            owner=owner,
        )
    for each in Cycle.objects.order_by("bucket"):
        cells_write(each)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _once(name: str, work: object) -> list[Cell]:
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        work()  # type: ignore[operator]
        spent = (time.perf_counter() - begun) * 1e3
    return [name, spent, AssumptionCell.objects.count(), len(queries)]


if __name__ == "__main__":
    main()
