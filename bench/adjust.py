"""`python -m bench adjust`: the adjust page's server side on the demo company, beside plain Django.

The plain way walks model objects: a query per product to show the plan, a look-up and a save per changed cell.
Times are medians of whole requests, from the address to the answer; every change is taken back.
"""

import json
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import date

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.table import Cell, print_table  # noqa: E402
from demand.constants import Action  # noqa: E402
from demand.models import Baseline, ChangeSet, Override, Series  # noqa: E402
from sop.constants import CycleState  # noqa: E402
from sop.models import Cycle, Product, User  # noqa: E402

REPEATS = 7
MANY_CELLS = 5_000
PLAIN_CELLS = 100  # the plain loop costs the same for each; its time is scaled


def main() -> None:
    """Measure and print."""
    cycle = Cycle.objects.get(state=CycleState.OPEN)
    planner = User.objects.get(username="olga")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(planner)
    here = f"/cycle/{cycle.pk}/demand/"
    series = list(Series.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    few, many = _cells(series, cycle, 1), _cells(series, cycle, MANY_CELLS)
    plain_one = _median(lambda: _plain_save(cycle, planner, few))
    plain_many = _median(lambda: _plain_save(cycle, planner, many[:PLAIN_CELLS]), repeats=3) * MANY_CELLS / PLAIN_CELLS
    rows = [
        _row("page", lambda: client.get(here), None),
        _row(f"plan of {len(series):,} series x 18 months", lambda: client.get(f"{here}grid/"), _plain_grid(cycle)),
        *(
            _row(f"{name} of the grand total", lambda part=part: client.get(f"{here}{part}/?row=total"), None)
            for name, part in (("panel", "panel"), ("chart", "chart"), ("orders", "orders"))
        ),
        _row("one cell saved", lambda: _save(client, here, few), plain_one),
        _row(f"{MANY_CELLS:,} cells saved with history", lambda: _save(client, here, many), plain_many),
    ]
    columns = ("request", "ms", "queries", "plain way ms", "times faster")
    print_table("Adjusting demand, on the server", columns, rows)


def _row(name: str, work: Callable[[], object], plain: float | None) -> list[Cell]:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        work()
        transaction.set_rollback(True)
    count = len(queries)  # before the next request empties the log
    spent = _median(work)
    return [name, spent, count, plain, plain / spent if plain else None]


def _save(client: Client, here: str, cells: list[tuple[int, date]]) -> None:
    change = {
        "change_set": str(uuid.uuid4()),
        "action": Action.SPREAD,
        "cells": [{"series": pk, "bucket": f"{month}", "quantity": "77", "version": 0} for pk, month in cells],
    }
    answer = client.post(f"{here}save/", json.dumps(change), content_type="application/json")
    assert answer.status_code == 200, answer.content[:200]


def _cells(series: list[int], cycle: Cycle, count: int) -> list[tuple[int, date]]:
    """Return cells nobody has changed yet."""
    taken = set(Override.objects.filter(cycle=cycle).values_list("series_id", flat=True))
    months = list(Baseline.objects.filter(run__cycle=cycle).values_list("bucket", flat=True).distinct())
    found = [(pk, month) for pk in series if pk not in taken for month in months]
    assert len(found) >= count
    return found[:count]


def _plain_grid(cycle: Cycle) -> float:
    """Return the milliseconds of building the plan from model objects, product by product."""

    def build() -> None:
        for product in Product.objects.select_related("family"):
            numbers: dict[int, list[float]] = {}
            for row in Baseline.objects.filter(run__cycle=cycle, run__adopted=True, series__product=product):
                numbers.setdefault(row.series_id, []).append(float(row.mean))
            for change in Override.objects.filter(cycle=cycle, series__product=product, quantity__isnull=False):
                numbers.setdefault(change.series_id, []).append(float(change.quantity))
            json.dumps([sum(each) for each in numbers.values()])

    return _median(build, repeats=3)


def _plain_save(cycle: Cycle, user: User, cells: list[tuple[int, date]]) -> None:
    """Change cells as one writes it first: look up, save, let the history library note it."""
    change_set = ChangeSet.objects.create(cycle=cycle, user=user, action=Action.SPREAD)
    for pk, month in cells:
        cell = Override.objects.filter(cycle=cycle, series_id=pk, bucket=month, layer="consensus").first()
        cell = cell or Override(cycle=cycle, series_id=pk, bucket=month, layer="consensus")
        cell.quantity, cell.change_set, cell.changed_by, cell.changed_at = 77, change_set, user, timezone.now()
        cell.save()


def _median(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time in milliseconds; what was written is taken back."""
    times = []
    for _ in range(repeats):
        with transaction.atomic():
            begun = time.perf_counter()
            work()
            times.append((time.perf_counter() - begun) * 1e3)
            transaction.set_rollback(True)
    return statistics.median(times)


if __name__ == "__main__":
    main()
