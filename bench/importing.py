"""100,000 rows of actuals from a file to the tables, beside a plain loop of one look-up and one save a row.

    DATABASE_URL=... python -m bench.importing [ROWS]

Needs a migrated database; everything happens in one transaction that is taken back.
"""

import csv
import io
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import django

django.setup()

from django.db import transaction  # noqa: E402

from bench.table import print_table  # noqa: E402
from demand.models import Actual, Series  # noqa: E402
from sop.models import Customer, Family, Location, Product, Region, User  # noqa: E402
from sop.permissions import groups_write  # noqa: E402
from sop.services.import_run import apply_run, check_run  # noqa: E402
from sop.services.importing import import_columns_set, import_receive  # noqa: E402

MONTHS = 50
PLAIN_ROWS = 500  # rows of the plain loop; its time is scaled to the whole file
NAMES = ("product", "customer", "location", "month", "ordered", "shipped", "revenue")


def file_make(rows: int) -> bytes:
    """Return a file of monthly actuals: rows / 50 series of 50 months."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for number in range(rows):
        series, month = divmod(number, MONTHS)
        bucket = date(2018 + month // 12, month % 12 + 1, 1)
        writer.writerow(
            [f"B{series % 100}", f"B{series // 100}", "B1", bucket, number % 900, number % 800, number % 9000]
        )
    return text.getvalue().encode()


def masters_make(rows: int) -> User:
    """Write the products and customers the file names, and the person who brings it."""
    groups_write()
    family, region = Family.objects.create(code="BENCH"), Region.objects.create(code="BENCH")
    Product.objects.bulk_create(Product(code=f"B{number}", family=family) for number in range(100))
    customers = rows // MONTHS // 100 + 1
    Customer.objects.bulk_create(Customer(code=f"B{number}", region=region) for number in range(customers))
    Location.objects.create(code="B1")
    return User.objects.create(username="bench-importing", name="Bench", is_superuser=True)


def plain(content: bytes) -> None:
    """Bring the first rows in the way one writes it first: look up, get or create, update or create."""
    for row in list(csv.DictReader(io.StringIO(content.decode())))[:PLAIN_ROWS]:
        series, _ = Series.objects.get_or_create(
            product=Product.objects.get(code=row["product"]),
            customer=Customer.objects.get(code=row["customer"]),
            location=Location.objects.get(code=row["location"]),
        )
        values = {name: Decimal(row[name]) for name in ("ordered", "shipped", "revenue")}
        Actual.objects.update_or_create(series=series, bucket=date.fromisoformat(row["month"]), defaults=values)


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(rows: int) -> None:
    """Measure and print."""
    content = file_make(rows)
    with transaction.atomic():
        user = masters_make(rows)
        with transaction.atomic():
            slow = seconds(lambda: plain(content)) * rows / PLAIN_ROWS
            transaction.set_rollback(True)
        brought = import_receive(user=user, table="actuals", file_name="bench.csv", content=content)
        import_columns_set(user=user, import_id=brought.pk, columns={"columns": {name: name for name in NAMES}})
        check = seconds(lambda: check_run(user, brought.pk))
        apply = seconds(lambda: apply_run(user, brought.pk, 0))
        assert Actual.objects.filter(series__location__code="B1").count() == rows
        again = import_receive(user=user, table="actuals", file_name="bench.csv", content=content)
        import_columns_set(user=user, import_id=again.pk, columns={"columns": {name: name for name in NAMES}})
        same = seconds(lambda: check_run(user, again.pk))
        transaction.set_rollback(True)
    lines = [
        ("check, nothing written", check, slow / check),
        ("apply: check again and write", apply, slow / apply),
        ("check of the same file again", same, slow / same),
        (f"plain loop, {PLAIN_ROWS} rows scaled", slow, 1.0),
    ]
    print_table(f"{rows:,} rows of actuals", ("way", "seconds", "times faster"), lines)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
