"""Two companies' real files, messy as they come: every dirty row is named, none crashes, none is silently dropped."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.db.models import F

from demand.models import Actual, Series
from sop.models import Customer, Import, Price, Product, Supplier
from sop.services.importing import import_apply, import_check, import_columns_set, import_receive
from supply.models import PurchaseOrderLine
from supply.selectors.measured import suppliers_measured
from tests.factories import Cast, family_make, location_make, product_make

pytestmark = pytest.mark.django_db

ORDER_LINES = {
    "columns": {
        "customer": "_CustomerID",
        "product": "_ProductID",
        "location": "WarehouseCode",
        "month": "OrderDate",
        "shipped_on": "ShipDate",
        "ordered": "Order Quantity",
        "unit_price": "Unit Price",
        "discount": "Discount Applied",
        "line_number": "OrderNumber",
        "family": {"constant": "ALL"},
        "region": {"constant": "US"},
    },
    "create": ["product_id", "customer_id", "location_id", "family_id", "region_id"],
    "add_up": True,
}
DELIVERIES = {
    "columns": {
        "number": "PO / SO #",
        "line": "ID",
        "product": "Item Description",
        "family": "Product Group",
        "location": {"constant": "DC1"},
        "supplier": "Vendor",
        "ordered_on": "PO Sent to Vendor Date",
        "first_promised_on": "Scheduled Delivery Date",
        "received_on": "Delivered to Client Date",
        "ordered": "Line Item Quantity",
        "received": "Line Item Quantity",
        "unit_cost": "Unit Price",
        "closed": {"constant": "yes"},
    },
    "create": ["family_id", "product_id", "supplier_id", "location_id"],
}
MONTHS = {
    "columns": {
        "customer": "agency",
        "product": "sku",
        "location": {"constant": "PLANT"},
        "month": "ds",
        "ordered": "y",
        "unit_price": "price_actual",
        "family": {"constant": "DRINKS"},
        "region": {"constant": "HOME"},
    },
    "create": ["product_id", "customer_id", "location_id", "family_id", "region_id"],
}


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return a file's rows the plainest way there is."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def checked(user: object, table: str, name: str, content: bytes, columns: dict[str, object]) -> Import:
    """Bring a file as far as its check."""
    brought = import_receive(user=user, table=table, file_name=name, content=content)
    import_columns_set(user=user, import_id=brought.pk, columns=columns)
    return import_check(user=user, import_id=brought.pk)


def test_order_lines_become_months_of_customer_product_and_warehouse(cast: Cast, real_data: Path) -> None:
    path = real_data / "company" / "us_regional_sales.csv"
    brought = checked(cast.olga, "actuals", path.name, path.read_bytes(), ORDER_LINES)
    assert brought.state == Import.State.CHECKED
    assert (brought.rows, brought.counts["faulty"]) == (7991, 0)
    assert not Product.objects.exists(), "a check writes nothing"
    applied = import_apply(user=cast.olga, import_id=brought.pk)

    ordered: dict[tuple[str, str, str, date], Decimal] = defaultdict(Decimal)
    revenue = Decimal()
    for row in rows_of(path):
        day = datetime.strptime(row["OrderDate"], "%d/%m/%y").date().replace(day=1)
        ordered[row["_CustomerID"], row["_ProductID"], row["WarehouseCode"], day] += Decimal(row["Order Quantity"])
        price = Decimal(row["Unit Price"].replace(",", ""))
        revenue += Decimal(row["Order Quantity"]) * price * (1 - Decimal(row["Discount Applied"]))
    found = {
        (a.series.customer.code, a.series.product.code, a.series.location.code, a.bucket): a.ordered
        for a in Actual.objects.select_related("series__customer", "series__product", "series__location")
        if a.ordered
    }
    assert found == dict(ordered)
    actuals = Actual.objects.all()
    assert sum(a.shipped for a in actuals) == sum(ordered.values()), "all was shipped, if in another month"
    assert abs(sum(a.revenue for a in actuals) - revenue) < Decimal("0.01") * len(actuals)
    assert applied.counts["created"] == {
        "families": 1, "products": 47, "regions": 1, "customers": 50, "locations": 6, "series": Series.objects.count()
    }  # fmt: skip
    assert Customer.history.filter(history_user_name="Olga", source="upload").count() == 50


def test_the_same_file_again_changes_nothing(cast: Cast, real_data: Path) -> None:
    path = real_data / "company" / "us_regional_sales.csv"
    first = checked(cast.olga, "actuals", path.name, path.read_bytes(), ORDER_LINES)
    import_apply(user=cast.olga, import_id=first.pk)
    again = checked(cast.olga, "actuals", path.name, path.read_bytes(), ORDER_LINES)
    assert (again.counts["added"], again.counts["changed"]) == (0, 0)
    assert again.counts["same"] == Actual.objects.count()
    assert again.sha256 == first.sha256


def test_every_dirty_delivery_is_named_and_the_rest_can_be_taken(cast: Cast, real_data: Path) -> None:
    path = real_data / "company" / "scms_delivery_history.csv"
    brought = checked(cast.sam, "purchase-orders", path.name, path.read_bytes(), DELIVERIES)
    rows = rows_of(path)

    def day(text: str) -> date | None:
        for style in ("%m/%d/%y", "%Y-%m-%d", "%d-%b-%y"):
            try:
                return datetime.strptime(text, style).date()
            except ValueError:
                continue
        return None

    undated = {at for at, row in enumerate(rows, 2) if day(row["PO Sent to Vendor Date"]) is None}
    codes = ("Item Description", "Vendor")
    too_long = {at for at, row in enumerate(rows, 2) if any(len(row[code].strip()) > 64 for code in codes)}
    assert undated and too_long
    assert brought.state == Import.State.CHECKED
    assert brought.rows == len(rows) == 10324
    assert brought.counts["faulty"] == len(undated | too_long)
    assert brought.counts["added"] == len(rows) - len(undated | too_long)

    early = {
        at
        for at, row in enumerate(rows, 2)
        if at not in undated and day(row["Delivered to Client Date"]) < day(row["PO Sent to Vendor Date"])
    }
    named = [fault for fault in all_faults(brought) if fault[3] == "lies before the order"]
    assert {int(fault[0]) for fault in named} == early
    assert {fault[5] for fault in named} == {"f"}, "such a row is taken, with a warning"

    applied = import_apply(user=cast.sam, import_id=brought.pk, leave_out=brought.counts["faulty"])
    assert applied.counts["left_out"] == brought.counts["faulty"]
    assert PurchaseOrderLine.objects.count() == brought.counts["added"]
    kept = Counter(row["Vendor"].strip() for at, row in enumerate(rows, 2) if at not in undated | too_long)
    assert {each.code: each.purchase_orders.count() for each in Supplier.objects.all()} == dict(kept)


def test_real_suppliers_are_mostly_one_regime_and_early_receipts_are_left_out(cast: Cast, real_data: Path) -> None:
    path = real_data / "company" / "scms_delivery_history.csv"
    brought = checked(cast.sam, "purchase-orders", path.name, path.read_bytes(), DELIVERIES)
    import_apply(user=cast.sam, import_id=brought.pk, leave_out=brought.counts["faulty"])
    early = PurchaseOrderLine.objects.filter(received_on__lt=F("ordered_on"))
    last = PurchaseOrderLine.objects.latest("received_on").received_on
    assert last is not None
    regimes: Counter[int] = Counter()
    left_out = 0
    for years in range(0, 9, 3):  # what is measured at once reaches back three years
        for (_, product), one in suppliers_measured(last.replace(year=last.year - years)).items():
            assert product is None, "no product has a lead time of its own"
            regimes[len(one.regimes)] += 1
            left_out += one.left_out
    assert 100 < left_out <= early.count()
    assert regimes[1] > 10 * sum(count for many, count in regimes.items() if many > 1)


def all_faults(brought: Import) -> list[list[str]]:
    """Return every fault kept with the import."""
    import gzip

    return list(csv.reader(io.StringIO(gzip.decompress(bytes(brought.all_faults)).decode())))


def test_a_distributors_months_and_prices(cast: Cast, real_data: Path) -> None:
    table = pd.read_parquet(real_data / "forecast" / "stallion_distributor_train.parquet")
    content = table.to_csv(index=False).encode()
    brought = checked(cast.olga, "actuals", "volumes.csv", content, MONTHS)
    assert brought.counts["faulty"] == 0, brought.faults[:3]
    import_apply(user=cast.olga, import_id=brought.pk)
    assert Series.objects.count() == table["unique_id"].nunique()
    assert Actual.objects.count() == len(table)
    total = sum(Actual.objects.values_list("ordered", flat=True))
    assert abs(float(total) - table["y"].sum()) < 0.0005 * len(table)

    columns = {"columns": {"product": "sku", "customer": "agency", "valid_from": "ds", "price": "price_actual"}}
    prices = checked(cast.finn, "prices", "prices.csv", content, columns)
    assert prices.counts["faulty"] == 0, prices.faults[:3]
    assert any("rounded" in note for note in prices.counts["notes"])
    import_apply(user=cast.finn, import_id=prices.pk)
    assert Price.objects.count() == len(table)
    assert Price.history.filter(history_user_name="Finn").count() == len(table)


def test_negative_orders_in_real_files_are_named(cast: Cast, real_data: Path) -> None:
    product_make("12", family_make())
    location_make("WARE-UHY1004")
    lines = (real_data / "company" / "us_regional_sales.csv").read_text(encoding="utf-8-sig").splitlines()[:4]
    lines[2] = lines[2].replace(",3,0.075,", ",-3,0.075,")
    brought = checked(cast.olga, "actuals", "some.csv", "\n".join(lines).encode(), ORDER_LINES)
    [fault] = [each for each in brought.faults if each["blocks"]]
    assert (fault["row"], fault["column"], fault["value"], fault["what"]) == (3, "Order Quantity", "-3", "is negative")
