"""Bulk changes with versions and history; the database's own guards; the check that compares them."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from simple_history.utils import bulk_update_with_history as plain_bulk_update

from demand.models import ChangeSet, Override, Series
from sop.constants import NUMBER_TABLES, Source
from sop.models import Cost, Cycle, CycleEvent, Price, Product
from sop.request_context import acting
from sop.selectors.record import guards_wanted, record_faults
from sop.services.history import bulk_update_with_history, bulk_upsert_with_history
from sop.services.record import guards_install
from tests.factories import Cast, cycle_make, location_make, product_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

KEY = ("cycle_id", "series_id", "bucket", "layer")
MARCH = date(2022, 3, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast) -> Series:
    return Series.objects.create(product=product_make(), customer=cast.harbour, location=location_make())


def change_set(cast: Cast, cycle: Cycle) -> ChangeSet:
    return ChangeSet.objects.create(cycle=cycle, user=cast.ana, user_name="Ana", action="typed")


def cells(of: ChangeSet, quantities: dict[tuple[int, date], object]) -> list[dict[str, object]]:
    common = {
        "cycle_id": of.cycle_id,
        "layer": "sales",
        "reason": "",
        "note": "",
        "change_set_id": of.pk,
    }
    common |= {"changed_by_id": of.user_id, "changed_at": timezone.now()}
    return [common | {"series_id": s, "bucket": b, "quantity": q} for (s, b), q in quantities.items()]


def save(of: ChangeSet, quantities: dict[tuple[int, date], object], seen: int | None = None) -> tuple[int, int]:
    """Save cells; return how many were written and refused."""
    rows = cells(of, quantities)
    versions = None if seen is None else {tuple(row[name] for name in KEY): seen for row in rows}
    result = bulk_upsert_with_history(Override, key=KEY, rows=rows, seen=versions, reason="promotion")
    return len(result.versions), len(result.conflicts)


# -- bulk changes


def test_a_bulk_change_writes_rows_versions_and_history_in_one_statement(
    cast: Cast, cycle: Cycle, series: Series
) -> None:
    of = change_set(cast, cycle)
    with acting(cast.ana, Source.UPLOAD, "the-request"), CaptureQueriesContext(connection) as queries:
        assert save(of, {(series.pk, MARCH): Decimal("10.5")}, seen=0) == (1, 0)
    assert sum("demand_" in query["sql"] for query in queries) == 1
    cell = Override.objects.get()
    told = cell.history.get()
    assert (cell.version, cell.quantity) == (1, Decimal("10.5"))
    assert (told.history_type, told.quantity, told.history_user, told.history_user_name) == (
        "+",
        cell.quantity,
        cast.ana,
        "Ana",
    )
    assert (told.source, told.request_id, told.history_change_reason) == ("upload", "the-request", "promotion")
    save(of, {(series.pk, MARCH): Decimal(12)}, seen=1)
    assert [(h.history_type, h.version, h.quantity) for h in cell.history.order_by("history_id")] == [
        ("+", 1, Decimal("10.5")),
        ("~", 2, Decimal(12)),
    ]


def test_a_cell_changed_since_is_refused_and_the_others_are_saved(cast: Cast, cycle: Cycle, series: Series) -> None:
    of, april = change_set(cast, cycle), date(2022, 4, 1)
    save(of, {(series.pk, MARCH): 10})
    save(of, {(series.pk, MARCH): 11})
    assert save(of, {(series.pk, MARCH): 99}, seen=1) == (0, 1)
    assert save(of, {(series.pk, MARCH): 99, (series.pk, april): 5}, seen=0) == (1, 1)
    assert list(Override.objects.order_by("bucket").values_list("quantity", flat=True)) == [11, 5]
    assert Override.history.count() == 3


def test_updating_leaves_columns_alone_that_were_not_named_and_names_keys_without_a_row(
    cast: Cast, cycle: Cycle, series: Series
) -> None:
    of = change_set(cast, cycle)
    save(of, {(series.pk, MARCH): 10})
    key = {"cycle_id": cycle.pk, "series_id": series.pk, "layer": "sales"}
    rows = [key | {"bucket": MARCH, "note": "why"}, key | {"bucket": date(2022, 9, 1), "note": "why"}]
    result = bulk_update_with_history(Override, key=KEY, rows=rows)
    assert result.conflicts == [(cycle.pk, series.pk, date(2022, 9, 1), "sales")]
    cell = Override.objects.get()
    assert (cell.quantity, cell.note, cell.version) == (10, "why", 2)


def test_a_table_without_versions_and_with_an_empty_key_part_is_changed_too(cast: Cast) -> None:
    product = product_make()
    key = ("product_id", "customer_id", "valid_from")
    row = {"product_id": product.pk, "customer_id": None, "valid_from": MARCH, "price": Decimal("1.5")}
    assert bulk_upsert_with_history(Price, key=key, rows=[row]).conflicts == []
    assert bulk_upsert_with_history(Price, key=key, rows=[row | {"price": Decimal(2)}]).conflicts == []
    price = Price.objects.get()
    assert price.price == 2
    assert [h.history_type for h in price.history.order_by("history_id")] == ["+", "~"]


def test_the_same_row_twice_in_one_change_is_a_fault_of_the_caller(cast: Cast, cycle: Cycle, series: Series) -> None:
    rows = cells(change_set(cast, cycle), {(series.pk, MARCH): 10}) * 2
    with pytest.raises(ValueError, match="twice"):
        bulk_upsert_with_history(Override, key=KEY, rows=rows)
    assert bulk_upsert_with_history(Override, key=KEY, rows=[]).versions == {}


def test_many_cells_are_changed_several_times_quicker_than_the_plain_way(cast: Cast, cycle: Cycle) -> None:
    # 10,000 cells: 1.0 to 1.8 s against 12 to 14 s by simple-history's own bulk update, on a busy machine.
    product, location = product_make(), location_make()
    products = Product.objects.bulk_create(Product(code=f"P{n}", name="P", family=product.family) for n in range(112))
    new = [Series(product=each, customer=cast.harbour, location=location) for each in products]
    months = [date(2022 + m // 12, m % 12 + 1, 1) for m in range(18)]
    keys = [(each.pk, month) for each in Series.objects.bulk_create(new) for month in months][:2000]
    of = change_set(cast, cycle)
    assert save(of, dict.fromkeys(keys, Decimal(7))) == (2000, 0)

    rows = cells(of, dict.fromkeys(keys, Decimal(8)))
    began = time.monotonic()
    assert len(bulk_upsert_with_history(Override, key=KEY, rows=rows).versions) == 2000
    ours = time.monotonic() - began

    loaded = list(Override.objects.all())
    began = time.monotonic()
    plain_bulk_update(loaded, Override, ["quantity", "version"])
    plain = time.monotonic() - began
    assert Override.history.count() == 6000
    assert ours < plain / 2, f"{ours:.2f} s against {plain:.2f} s"


# -- the database's guards


def test_every_table_of_record_and_of_numbers_is_guarded(db: None) -> None:
    wanted = guards_wanted()
    assert {"demand_historicaloverride", "sop_cycleevent", "publish_planline", "sop_changenote"} <= wanted.keys()
    assert set(NUMBER_TABLES) <= wanted.keys()
    assert guards_install() == 0, "a guard was missing after migrate"
    assert record_faults() == []


@pytest.mark.parametrize("verb", ["update {} set {} = {}", "delete from {}"])
def test_records_are_not_changed_or_removed_whoever_asks(cast: Cast, cycle: Cycle, verb: str) -> None:
    assert CycleEvent.objects.exists()
    column = "sentence"
    for table in ("sop_cycleevent", "sop_historicalcyclestep"):
        statement = verb.format(table, "id", "id") if table != "sop_cycleevent" else verb.format(table, column, column)
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            connection.cursor().execute(statement)


def test_records_are_not_emptied_either_unless_tests_ask(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local sop.maintenance = 'off'")
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            cursor.execute("truncate publish_planline")
        cursor.execute("set local sop.maintenance = 'on'")
        cursor.execute("truncate publish_planline")


def test_history_rows_cannot_be_changed_through_the_application(cast: Cast) -> None:
    cast.harbour.name = "New name"
    cast.harbour.save()
    told = cast.harbour.history.first()
    told.history_user_name = "Somebody else"
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        told.save()
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        told.delete()


# -- the check


@pytest.fixture
def cost(cast: Cast) -> Cost:
    """A cost written and changed the proper way."""
    with acting(cast.finn, Source.PAGE):
        cost = Cost.objects.create(product=product_make("FELT"), supplier=supplier_make(), valid_from=MARCH, cost=5)
        cost.cost = Decimal("5.25")
        cost.save()
    return cost


def checked() -> None:
    """Run the checks the database puts off, so that a table may be altered in the middle of a test."""
    connection.cursor().execute("set constraints all immediate")


def sentences() -> list[str]:
    return [fault.sentence for fault in record_faults()]


def test_proper_changes_of_every_kind_leave_history_whole(cast: Cast, cycle: Cycle, series: Series, cost: Cost) -> None:
    of = change_set(cast, cycle)
    save(of, {(series.pk, MARCH): 10})
    save(of, {(series.pk, MARCH): 10})
    save(of, {(series.pk, MARCH): 12})
    cost.delete()
    assert sentences() == []
    call_command("check_history")


def bypasses() -> dict[str, Callable[[Cost], object]]:
    return {
        "was changed on": lambda cost: Cost.objects.filter(pk=cost.pk).update(cost=1),
        "was removed on": lambda cost: Cost.objects.filter(pk=cost.pk)._raw_delete("default"),
        "was added on": lambda cost: Cost.objects.bulk_create(
            [Cost(product=cost.product, supplier=cost.supplier, valid_from=date(2023, 1, 1), cost=9)]
        ),
    }


@pytest.mark.parametrize("words", bypasses())
def test_a_change_past_history_is_named(cost: Cost, words: str) -> None:
    bypasses()[words](cost)
    found = sentences()
    assert any(words in each and "by database role" in each for each in found), found
    with pytest.raises(CommandError, match="History is not whole"):
        call_command("check_history")


def test_a_change_past_history_is_named_although_a_proper_one_followed(cost: Cost) -> None:
    Cost.objects.filter(pk=cost.pk).update(cost=1)
    cost.cost = Decimal(6)
    cost.save()
    (found,) = sentences()
    assert "was changed on" in found


def test_a_change_with_the_guards_off_is_named(cost: Cost) -> None:
    checked()
    with connection.cursor() as cursor:
        cursor.execute("alter table sop_cost disable trigger user")
        cursor.execute("update sop_cost set cost = 1")
        cursor.execute("alter table sop_cost enable trigger user")
    assert sentences() == [f"Row {cost.pk} holds other values than its last line of history."]


def test_a_guard_that_is_off_or_gone_is_named_and_put_back(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("alter table sop_cost disable trigger sop_note_update")
        cursor.execute("drop trigger sop_record_rows on demand_historicaloverride")
    assert set(sentences()) == {
        "The guard sop_note_update is switched off.",
        "The guard sop_record_rows is missing.",
    }
    assert guards_install() == 1


def test_a_line_of_history_nobody_wrote_the_number_for_is_named(cast: Cast, cost: Cost) -> None:
    told = cost.history.latest()
    told.pk, told.cost = None, Decimal(99)
    told.save(force_insert=True)
    found = sentences()
    assert any("the database did not see it" in each for each in found)


def test_notes_begin_anew_when_a_tables_columns_change(cost: Cost) -> None:
    checked()
    with connection.cursor() as cursor:
        for table in ("sop_cost", "sop_historicalcost"):
            cursor.execute(f"alter table {table} add column freight numeric default 0")
    assert sentences() != []
    guards_install()
    assert sentences() == []
    Cost.objects.filter(pk=cost.pk).update(cost=1)
    assert any("was changed on" in each for each in sentences())


# -- at the same moment


@pytest.mark.django_db(transaction=True)
def test_two_bulk_changes_of_the_same_cells_in_other_orders_lose_nothing_and_do_not_lock_up(cast: Cast) -> None:
    cycle = cycle_make(cast)
    location, product = location_make(), product_make("P")
    products = [product_make(f"P{n}", product.family) for n in range(200)]
    ids = [Series.objects.create(product=p, customer=cast.harbour, location=location).pk for p in products]
    of = change_set(cast, cycle)
    save(of, {(s, MARCH): Decimal(0) for s in ids})
    outcomes: list[tuple[int, int]] = []
    errors: list[BaseException] = []

    def change(order: list[int]) -> None:
        try:
            for seen in range(1, 6):
                with transaction.atomic():
                    outcomes.append(save(of, {(s, MARCH): Decimal(seen) for s in order}, seen=seen))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=change, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    written = sum(done for done, _refused in outcomes)
    assert written == sum(Override.objects.values_list("version", flat=True)) - len(ids)
    assert Override.history.count() == written + len(ids)
    assert record_faults() == []
