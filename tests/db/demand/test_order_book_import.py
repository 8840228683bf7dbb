"""The order book by files: months or lines, one day's state, and nothing left of the state before."""

from datetime import date
from decimal import Decimal

import pytest

from demand.models import OrderBook, Series
from sop.models import Import, User
from sop.services.import_run import FaultsLeft
from sop.services.importing import import_apply, import_check, import_columns_set, import_receive
from sop.views.import_words import apply_words, import_kpis
from tests.demand_makers import series_make
from tests.factories import Cast

pytestmark = pytest.mark.django_db
MARCH = date(2022, 3, 1)
HEAD = "product,customer,location,month,open quantity,quoted,as of\n"


def checked(user: User, text: str, columns: dict[str, object] | None = None) -> Import:
    brought = import_receive(user=user, table="order-book", file_name="book.csv", content=text.encode())
    if columns is not None:
        import_columns_set(user=user, import_id=brought.pk, columns=columns)
    return import_check(user=user, import_id=brought.pk)


def applied(user: User, text: str, columns: dict[str, object] | None = None) -> Import:
    brought = checked(user, text, columns)
    return import_apply(user=user, import_id=brought.pk)


def book() -> list[tuple[int, date, Decimal, Decimal, date]]:
    return list(OrderBook.objects.values_list("series_id", "bucket", "open_orders", "quotes", "as_of"))


@pytest.fixture
def series(cast: Cast) -> Series:
    return series_make(cast.harbour)


def test_months_are_kept_as_they_come(cast: Cast, series: Series) -> None:
    applied(cast.olga, HEAD + "SHINGLE,HARBOUR,DC1,2022-03,400,25.5,2022-02-01\n")
    assert book() == [(series.pk, MARCH, Decimal(400), Decimal("25.5"), date(2022, 2, 1))]


def test_lines_are_added_up_and_a_quote_is_no_order(cast: Cast, series: Series) -> None:
    text = (
        "item,account,warehouse,requested date,qty,kind,order number\n"
        "SHINGLE,HARBOUR,DC1,2022-03-04,30,order,1\n"
        "SHINGLE,HARBOUR,DC1,2022-03-29,12,order,2\n"
        "SHINGLE,HARBOUR,DC1,2022-03-15,50,quote,3\n"
    )
    columns = {
        "columns": {
            "product": "item",
            "customer": "account",
            "location": "warehouse",
            "month": "requested date",
            "open_orders": "qty",
            "is_quote": {"headings": ["kind"], "yes": ["quote"]},
            "line_number": "order number",
            "as_of": {"constant": "2022-02-01"},
        },
        "add_up": True,
    }
    applied(cast.olga, text, columns)
    assert book() == [(series.pk, MARCH, Decimal(42), Decimal(50), date(2022, 2, 1))]


def test_a_file_takes_the_place_of_all_that_stood_there(cast: Cast, series: Series) -> None:
    april = "SHINGLE,HARBOUR,DC1,2022-04,7,0,2022-02-01\n"
    applied(cast.olga, HEAD + "SHINGLE,HARBOUR,DC1,2022-03,400,0,2022-02-01\n" + april)
    kept = OrderBook.objects.get(bucket=date(2022, 4, 1)).pk
    found = checked(cast.olga, HEAD + "SHINGLE,HARBOUR,DC1,2022-05,9,0,2022-02-01\n" + april)
    assert {name: found.counts[name] for name in ("added", "changed", "same", "removed")} == {
        "added": 1, "changed": 0, "same": 1, "removed": 1
    }  # fmt: skip
    assert apply_words(found.counts) == "Bring in 1 new row, remove 1 row"
    assert {"label": "Would be removed", "value": "1", "change": "", "tone": ""} in import_kpis(found)
    assert OrderBook.objects.count() == 2, "a check writes nothing"
    import_apply(user=cast.olga, import_id=found.pk)
    assert [(row[1].month, row[2]) for row in book()] == [(4, Decimal(7)), (5, Decimal(9))]
    assert OrderBook.objects.get(bucket=date(2022, 4, 1)).pk == kept


def test_the_same_file_again_changes_nothing(cast: Cast, series: Series) -> None:
    text = HEAD + "SHINGLE,HARBOUR,DC1,2022-03,400,0,2022-02-01\n"
    applied(cast.olga, text)
    counts = checked(cast.olga, text).counts
    assert (counts["added"], counts["changed"], counts["same"], counts["removed"]) == (0, 0, 1, 0)
    assert apply_words(counts) == ""


def test_an_order_book_is_of_one_day(cast: Cast, series: Series) -> None:
    rows = "SHINGLE,HARBOUR,DC1,2022-03,1,0,2022-01-31\nSHINGLE,HARBOUR,DC1,2022-04,1,0,2022-02-01\n"
    found = checked(cast.olga, HEAD + rows)
    assert [(fault["row"], fault["what"]) for fault in found.faults] == [(2, "is another day than in other rows")]
    with pytest.raises(FaultsLeft):
        import_apply(user=cast.olga, import_id=found.pk)
    assert not OrderBook.objects.exists()


def test_an_older_order_book_is_doubted_and_taken(cast: Cast, series: Series) -> None:
    applied(cast.olga, HEAD + "SHINGLE,HARBOUR,DC1,2022-03,1,0,2022-02-01\n")
    found = checked(cast.olga, HEAD + "SHINGLE,HARBOUR,DC1,2022-03,2,0,2022-01-15\n")
    assert [(fault["what"], fault["blocks"]) for fault in found.faults] == [
        ("is older than the order book that is here", False)
    ]
    import_apply(user=cast.olga, import_id=found.pk)
    assert book()[0][2:] == (Decimal(2), Decimal(0), date(2022, 1, 15))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("SHINGLE,HARBOUR,DC1,2022-03,-4,0,2022-02-01", "is negative"),
        ("NONE,HARBOUR,DC1,2022-03,4,0,2022-02-01", "is not among the products"),
        ("SHINGLE,HARBOUR,DC1,soon,4,0,2022-02-01", "date"),
        ("SHINGLE,HARBOUR,DC1,2022-03,4,0,", "empty"),
    ],
)
def test_what_does_not_fit_names_the_row(cast: Cast, series: Series, row: str, what: str) -> None:
    found = checked(cast.olga, f"{HEAD}SHINGLE,HARBOUR,DC1,2022-06,1,0,2022-02-01\n{row}\n")
    assert [fault["row"] for fault in found.faults] == [3], found.faults
    assert what in found.faults[0]["what"], found.faults
