"""Files into tables: what a check finds, what an application writes, and what neither may do."""

import gzip
from datetime import date
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from demand.models import Actual, Series
from sop.constants import JobState, StepKind, StepState
from sop.importing.files import FileRefused
from sop.importing.mapping import MappingRefused
from sop.models import (
    Customer,
    CycleStep,
    Family,
    Import,
    ImportMapping,
    Price,
    Product,
    Rate,
    Region,
    Supplier,
    User,
)
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.services import importing
from sop.services.import_run import FaultsLeft
from sop.services.importing import (
    import_apply,
    import_check,
    import_columns_set,
    import_encoding_set,
    import_receive,
)
from sop.services.job import chunk_run
from supply.models import Capacity, LeadTimeAssumption, OnHand, PurchaseOrderLine, Sourcing, StockItem
from tests.factories import (
    Cast,
    customer_make,
    cycle_make,
    family_make,
    location_make,
    product_make,
    supplier_make,
)

pytestmark = pytest.mark.django_db


def checked(user: User, table: str, text: str, columns: dict[str, object] | None = None, **more: object) -> Import:
    """Bring a file as far as its check; without `columns` its headings decide."""
    brought = import_receive(user=user, table=table, file_name="file.csv", content=text.encode(), **more)
    if columns is not None:
        import_columns_set(user=user, import_id=brought.pk, columns=columns)
    return import_check(user=user, import_id=brought.pk)


def applied(user: User, table: str, text: str, columns: dict[str, object] | None = None) -> Import:
    """Bring a file in that is right."""
    brought = checked(user, table, text, columns)
    assert not [each for each in brought.faults if each["blocks"]], brought.faults
    return import_apply(user=user, import_id=brought.pk)


def sentences(brought: Import) -> set[tuple[int, str, str]]:
    """Return row, value and what is wrong of every fault shown."""
    return {(each["row"], each["value"], each["what"]) for each in brought.faults}


def numbers(brought: Import) -> tuple[int, int, int]:
    """Return added, changed, same."""
    return brought.counts["added"], brought.counts["changed"], brought.counts["same"]


def test_a_check_writes_nothing_and_an_application_writes_all(cast: Cast) -> None:
    brought = checked(cast.olga, "families", "code,name\nROOF,Roofing\nWALL,Walls\n")
    assert (brought.state, numbers(brought)) == (Import.State.CHECKED, (2, 0, 0))
    assert not Family.objects.exists()
    done = import_apply(user=cast.olga, import_id=brought.pk)
    assert done.state == Import.State.APPLIED
    assert list(Family.objects.values_list("code", "name", "base_per_planning_unit")) == [
        ("ROOF", "Roofing", 1),
        ("WALL", "Walls", 1),
    ]


def test_added_and_changed_rows_have_history_and_same_rows_none(cast: Cast) -> None:
    applied(cast.olga, "families", "code,name\nROOF,Roofing\nWALL,Walls\n")
    brought = applied(cast.olga, "families", "code,name\nROOF,Roofs\nWALL,Walls\nDECK,Decks\n")
    assert numbers(brought) == (1, 1, 1)
    changed = Family.objects.get(code="ROOF").history.latest()
    assert (changed.history_type, changed.name, changed.history_user_name, changed.source) == (
        "~",
        "Roofs",
        "Olga",
        "upload",
    )
    assert changed.history_user == cast.olga
    assert changed.history_change_reason == f"Import {brought.pk}: file.csv"
    assert [each.history.count() for each in Family.objects.order_by("code")] == [1, 2, 1]


def test_columns_the_file_does_not_have_stay_as_they_are(cast: Cast) -> None:
    family_make("ROOF")
    product = product_make("A", family_make("WALL"))
    Product.objects.filter(pk=product.pk).update(unit="box", abc="B")
    applied(cast.olga, "products", "code,name\nA,New name\n")
    product.refresh_from_db()
    assert (product.name, product.unit, product.abc, product.family.code) == ("New name", "box", "B", "WALL")


def test_an_empty_cell_becomes_empty_or_the_default(cast: Cast) -> None:
    product = product_make("A", family_make("WALL"))
    Product.objects.filter(pk=product.pk).update(shelf_life_days=30, unit="box", name="Anchor")
    applied(cast.olga, "products", "code,name,unit,shelf_life_days\nA,,,\n")
    product.refresh_from_db()
    assert (product.name, product.unit, product.shelf_life_days) == ("Anchor", "each", None)


def test_new_rows_without_a_name_are_called_by_their_code(cast: Cast) -> None:
    applied(cast.olga, "regions", "code\nEAST\n")
    assert Region.objects.get(code="EAST").name == "EAST"


def test_unknown_codes_come_with_the_nearest_known_one(cast: Cast) -> None:
    family_make("ROOFING")
    brought = checked(cast.olga, "products", "code,name,family\nA,Anchor,ROOFNG\nB,Bolt,ROOFING\nC,Clip,\n")
    assert sentences(brought) == {
        (2, "ROOFNG", "is not among the families"),
        (4, "C", "is new and has no family"),
    }
    assert brought.faults[0]["cure"].startswith("Did you mean ROOFING? ")
    assert numbers(brought) == (1, 0, 0)


def test_missing_rows_are_created_only_where_allowed_and_needed(cast: Cast) -> None:
    columns: dict[str, object] = {"columns": {"code": "code", "name": "name", "family": "family"}}
    text = "code,name,family\nA,Anchor,ROOF\nB,Bolt,WALL\nB,Bolt,DECK\n"
    assert checked(cast.olga, "products", text, columns).counts["faulty"] == 3
    brought = checked(cast.olga, "products", text, columns | {"create": ["family_id"]})
    assert brought.counts["created"] == {"families": 1}, "the families of faulty rows are not created"
    import_apply(user=cast.olga, import_id=brought.pk, leave_out=2)
    assert list(Family.objects.values_list("code", flat=True)) == ["ROOF"]
    assert Family.objects.get().history.get().history_user_name == "Olga"


def test_a_file_may_name_rows_it_brings_itself(cast: Cast) -> None:
    family_make("ROOF")
    brought = applied(cast.olga, "products", "code,family,predecessor\nNEW,ROOF,OLD\nOLD,ROOF,\n")
    assert numbers(brought) == (2, 0, 0)
    assert Product.objects.get(code="NEW").predecessor.code == "OLD"
    unknown = checked(cast.olga, "products", "code,family,predecessor\nNEW,ROOF,OLDER\nNEWER,ROOF,NEWER\n")
    assert sentences(unknown) == {(2, "OLDER", "is not among the products"), (3, "NEWER", "is the product itself")}


def test_the_same_key_twice_names_both_rows(cast: Cast) -> None:
    brought = checked(cast.olga, "regions", "code,name\nEAST,East\nWEST,West\nEAST,Eastern\nEAST,Ost\n")
    assert sentences(brought) == {
        (2, "EAST", "says the same as row 4"),
        (4, "EAST", "says the same as row 2"),
        (5, "EAST", "says the same as row 2"),
    }


def test_a_row_given_twice_word_for_word_counts_once(cast: Cast) -> None:
    text = "code,name\nEAST,East\nWEST,West\nEAST,East\nEAST,East\n"
    brought = checked(cast.olga, "regions", text)
    assert sentences(brought) == {(4, "EAST", "repeats row 2"), (5, "EAST", "repeats row 2")}
    import_apply(user=cast.olga, import_id=brought.pk, leave_out=2)
    assert Region.objects.get(code="EAST").name == "East"
    assert Region.objects.filter(code="WEST").exists()


def test_what_describes_a_new_product_does_not_matter_where_the_product_is_there(cast: Cast) -> None:
    level_make(cast)
    text = "product,customer,location,month,ordered,family\nA,HARBOUR,DC1,2022-01,10,TABLE\n"
    columns = {"columns": {name: name for name in text.strip().split("\n")[0].split(",")}}
    assert checked(cast.olga, "actuals", text, columns).counts["faulty"] == 0
    new = text + "B,HARBOUR,DC1,2022-01,10,TABLE\n"
    brought = checked(cast.olga, "actuals", new, columns | {"create": ["product_id"]})
    assert (3, "TABLE", "is not among the families") in sentences(brought)
    assert all(row == 3 for row, _, _ in sentences(brought))


def test_faulty_rows_are_left_out_only_when_their_number_is_named(cast: Cast) -> None:
    brought = checked(
        cast.finn, "rates", "currency,valid_from,rate\nEUR,2022-01-01,1.1\nEUR,2022-02-01,0\nXX,2022-01-01,2\n"
    )
    assert brought.counts["faulty"] == 2
    for wrong in (0, 1):
        with pytest.raises(FaultsLeft, match="2 rows are faulty"):
            import_apply(user=cast.finn, import_id=brought.pk, leave_out=wrong)
    assert not Rate.objects.exists()
    done = import_apply(user=cast.finn, import_id=brought.pk, leave_out=2)
    assert (done.counts["left_out"], Rate.objects.count()) == (2, 1)
    assert gzip.decompress(bytes(done.all_faults)).decode().count("\n") == 2, "what was left out stays written down"


def test_an_applied_file_is_not_applied_again(cast: Cast) -> None:
    brought = applied(cast.olga, "regions", "code\nEAST\n")
    with pytest.raises(Refused, match="was brought in already"):
        import_apply(user=cast.olga, import_id=brought.pk)


def test_the_check_comes_before_the_application(cast: Cast) -> None:
    brought = import_receive(user=cast.olga, table="regions", file_name="a.csv", content=b"code\nEAST\n")
    with pytest.raises(Refused, match="Check the file first"):
        import_apply(user=cast.olga, import_id=brought.pk)


def test_what_changed_since_the_check_is_checked_again(cast: Cast) -> None:
    family_make("ROOF")
    brought = checked(cast.olga, "products", "code,family\nA,ROOF\n")
    Family.objects.update(code="GONE")
    with pytest.raises(FaultsLeft, match="1 rows are faulty"):
        import_apply(user=cast.olga, import_id=brought.pk)
    assert not Product.objects.exists()


def test_a_source_keeps_its_columns_for_the_next_file(cast: Cast) -> None:
    columns = {"columns": {"code": "Kürzel", "name": "Bezeichnung"}}
    brought = import_receive(
        user=cast.olga,
        table="regions",
        file_name="a.csv",
        content="Kürzel;Bezeichnung\nO;Ost\n".encode("cp1252"),
        source="SAP",
        encoding="cp1252",
    )
    import_columns_set(user=cast.olga, import_id=brought.pk, columns=columns)
    again = import_receive(
        user=cast.olga,
        table="regions",
        file_name="b.csv",
        content="Kürzel;Bezeichnung\nW;Übersee\n".encode("cp1252"),
        source="SAP",
    )
    assert ImportMapping.objects.get().source == "SAP"
    assert again.columns["columns"] == {"code": {"headings": ["Kürzel"]}, "name": {"headings": ["Bezeichnung"]}}
    import_check(user=cast.olga, import_id=again.pk)
    import_apply(user=cast.olga, import_id=again.pk)
    assert Region.objects.get(code="W").name == "Übersee"


def test_an_encoding_nobody_can_tell_is_asked_for(cast: Cast) -> None:
    brought = import_receive(
        user=cast.olga, table="regions", file_name="a.csv", content="code,name\nE,Zoë\n".encode("cp1252")
    )
    with pytest.raises(Refused, match="in which encoding"):
        import_check(user=cast.olga, import_id=brought.pk)
    import_encoding_set(user=cast.olga, import_id=brought.pk, encoding="cp1252")
    import_check(user=cast.olga, import_id=brought.pk)
    import_apply(user=cast.olga, import_id=brought.pk)
    assert Region.objects.get(code="E").name == "Zoë"


def test_a_question_of_style_stops_the_check_until_it_is_answered(cast: Cast) -> None:
    supplier_make("S")
    product_make("A")
    text = "product,supplier,valid_from,cost\nA,S,3/4/2022,12\n"
    brought = checked(cast.finn, "costs", text)
    assert (brought.state, brought.counts["asks"]) == (Import.State.RECEIVED, "order")
    import_columns_set(user=cast.finn, import_id=brought.pk, columns=brought.columns | {"order": "mdy"})
    assert import_check(user=cast.finn, import_id=brought.pk).state == Import.State.CHECKED


def test_a_file_that_cannot_be_read_is_kept_as_refused(cast: Cast) -> None:
    brought = checked(cast.olga, "regions", 'code\nEAST\n"WEST\n')
    assert brought.state == Import.State.REFUSED
    assert brought.counts["refused"] == "Row 3: a quotation mark is opened and never closed."


def test_files_that_are_no_tables_are_not_kept(cast: Cast) -> None:
    with pytest.raises(FileRefused, match="Excel workbook"):
        import_receive(user=cast.olga, table="regions", file_name="a.csv", content=b"PK\x03\x04")
    with pytest.raises(FileRefused, match="stands twice"):
        import_receive(user=cast.olga, table="regions", file_name="a.csv", content=b"code,code\n1,2\n")
    assert not Import.objects.exists()


def test_needed_columns_must_have_a_source(cast: Cast) -> None:
    brought = import_receive(user=cast.olga, table="regions", file_name="a.csv", content=b"colour\nred\n")
    with pytest.raises(MappingRefused, match="Code is needed"):
        import_check(user=cast.olga, import_id=brought.pk)


@pytest.mark.parametrize(
    ("who", "table"),
    [
        ("ana", "regions"),
        ("eve", "prices"),
        ("finn", "products"),
        ("finn", "on-hand"),
        ("olga", "prices"),
        ("olga", "lead-times"),
        ("cora", "budget"),
    ],
)
def test_people_bring_files_only_into_tables_they_may_change(cast: Cast, who: str, table: str) -> None:
    with pytest.raises(NotAllowed, match="You may not bring files into"):
        import_receive(user=getattr(cast, who), table=table, file_name="a.csv", content=b"code\nEAST\n")


def test_a_closed_step_keeps_its_assumptions(cast: Cast) -> None:
    supplier_make("S")
    text = "supplier,valid_from,mean_days\nS,2022-01-01,42\n"
    step = CycleStep.objects.get(cycle=cycle_make(cast), kind=StepKind.SUPPLY)
    applied(cast.sam, "lead-times", text)  # before the step opens it is a fact like any other
    CycleStep.objects.filter(pk=step.pk).update(state=StepState.CLOSED)
    brought = checked(cast.sam, "lead-times", text.replace("42", "60"))
    with pytest.raises(StepClosed):
        import_apply(user=cast.sam, import_id=brought.pk)
    assert LeadTimeAssumption.objects.get().mean_days == 42


# -- actuals: the planning level is chosen by the mapping

MONTHS = "product,customer,location,month,ordered,shipped,revenue\n"


def level_make(cast: Cast) -> None:
    product_make("A")
    location_make("DC1")


def test_months_of_series_take_the_place_of_those_that_are_there(cast: Cast) -> None:
    level_make(cast)
    applied(cast.olga, "actuals", MONTHS + "A,HARBOUR,DC1,2021-12,10,8,80\nA,HARBOUR,DC1,2022-01,12,12,120\n")
    brought = applied(cast.olga, "actuals", MONTHS + "A,HARBOUR,DC1,2022-01,15,15,150\n")
    assert numbers(brought) == (0, 1, 0)
    assert list(Actual.objects.order_by("bucket").values_list("ordered", "shipped", "revenue")) == [
        (10, 8, 80),
        (15, 15, 150),
    ]
    assert Series.objects.get().history.get().history_user_name == "Olga"


def test_a_month_given_twice_names_both_rows_unless_lines_are_added_up(cast: Cast) -> None:
    level_make(cast)
    text = MONTHS + "A,HARBOUR,DC1,2022-01,10,8,80\nA,HARBOUR,DC1,2022-01,5,5,50\n"
    twice = checked(cast.olga, "actuals", text)
    assert {each[2] for each in sentences(twice)} == {"says the same as row 3", "says the same as row 2"}
    names = ("product", "customer", "location", "month", "ordered", "shipped", "revenue")
    columns = {"columns": {name: name for name in names}, "add_up": True}
    brought = checked(cast.olga, "actuals", text, columns)
    import_apply(user=cast.olga, import_id=brought.pk)
    assert Actual.objects.values_list("ordered", "shipped", "revenue").get() == (15, 13, 130)


def test_a_spread_that_a_mistyped_date_made_is_told(cast: Cast) -> None:
    supplier_make("S")
    text = "supplier,valid_from,mean_days,sd_days\nS,2022-01-01,85,1154\n"
    brought = applied(cast.sam, "lead-times", text)
    assert sentences(brought) == {(2, "1154", "is more than twice the lead time")}
    assert LeadTimeAssumption.objects.get().sd_days == 1154, "doubtful, but taken"


def test_a_file_that_begins_too_late_for_what_was_shipped_says_so(cast: Cast) -> None:
    level_make(cast)
    heads = "product,customer,location,month,ordered,shipped_on\n"
    november = "A,HARBOUR,DC1,2021-11-20,10,2021-12-05\n"
    december = "A,HARBOUR,DC1,2021-12-02,4,2021-12-09\n"
    columns = {"columns": {name: name for name in heads.strip().split(",")}, "add_up": True}
    applied(cast.olga, "actuals", heads + november, columns)
    late = checked(cast.olga, "actuals", heads + december, columns)
    assert late.counts["notes"] == [
        "Quantity shipped becomes less than it is in 1 row, by 6 in all. "
        "Does the file begin with the first order of its months?"
    ]
    whole = applied(cast.olga, "actuals", heads + november + december, columns)
    assert whole.counts["notes"] == []
    assert Actual.objects.values_list("ordered", "shipped").get(bucket=date(2021, 12, 1)) == (4, 14)


LINES = {
    "columns": {
        "product": "sku",
        "customer": {"headings": ["group", "shop"]},
        "location": {"constant": "DC1"},
        "month": "asked",
        "shipped_on": "sent",
        "ordered": "qty",
        "unit_price": "price",
        "discount": "off",
        "is_cancelled": {"headings": ["state"], "yes": ["Void"]},
        "line_number": "no",
        "region": {"constant": "NORTH"},
        "owner": {"constant": "ana"},
    },
    "joiner": "-",
    "create": ["customer_id"],
    "add_up": True,
    "order": "dmy",
}


def test_order_lines_are_added_up_at_the_level_the_mapping_chooses(cast: Cast) -> None:
    level_make(cast)
    text = (
        "no,sku,group,shop,asked,sent,qty,price,off,state\n"
        "1,A,KING,7,3/1/22,20/1/22,10,2.00,0,Done\n"
        "2,A,KING,7,30/1/22,2/2/22,4,2.00,0.5,Done\n"
        "3,A,KING,7,31/1/22,,6,2.00,0,Void\n"
    )
    brought = applied(cast.olga, "actuals", text, LINES)
    assert brought.counts["created"] == {"customers": 1, "series": 1}
    customer = Customer.objects.get(code="KING-7")
    assert (customer.owner, customer.region.code) == (cast.ana, "NORTH")
    found = Actual.objects.order_by("bucket").values_list("bucket", "ordered", "shipped", "cancelled", "revenue")
    assert list(found) == [
        (date(2022, 1, 1), 20, 10, 6, Decimal("20.00")),
        (date(2022, 2, 1), 0, 4, 0, Decimal("4.00")),
    ]


def test_a_line_given_twice_is_found_by_its_number(cast: Cast) -> None:
    level_make(cast)
    head, line = "no,sku,group,shop,asked,sent,qty,price,off,state\n", "1,A,KING,7,13/1/22,,10,2.00,0,Done\n"
    brought = checked(cast.olga, "actuals", head + line + line.replace(",10,", ",11,"), LINES)
    assert brought.counts["faulty"] == 2
    assert numbers(brought) == (0, 0, 0)
    copied = checked(cast.olga, "actuals", head + line * 2, LINES)
    assert (copied.counts["faulty"], numbers(copied)) == (1, (1, 0, 0))


def test_what_quarrels_within_the_file_is_told(cast: Cast) -> None:
    location_make("DC1")
    columns = {
        "columns": {
            "product": "p",
            "customer": "c",
            "location": {"constant": "DC1"},
            "month": "m",
            "ordered": "q",
            "family": "f",
        },
        "create": ["product_id", "family_id"],
    }
    text = "p,c,m,q,f\nA,HARBOUR,2022-01,1,ROOF\nA,RIDGE,2022-01,1,WALL\n"
    brought = applied(cast.olga, "actuals", text, columns)
    [warning] = brought.faults
    assert (warning["row"], warning["column"], warning["value"], warning["blocks"]) == (2, "p", "A", False)
    assert warning["what"] == "has several values of f"
    assert Product.objects.get(code="A").family.code == "ROOF"


def test_actuals_of_months_that_have_not_been_are_refused(cast: Cast) -> None:
    level_make(cast)
    brought = checked(cast.olga, "actuals", MONTHS + "A,HARBOUR,DC1,2093-01,10,8,80\n")
    assert [each["value"] for each in brought.faults] == ["2093-01"]


# -- supply and money


def test_purchase_orders_make_stock_items_and_warn_of_dates_that_cannot_be(cast: Cast) -> None:
    level_make(cast)
    supplier_make("S")
    head = "number,product,location,supplier,ordered_on,first_promised_on,received_on,ordered,received,unit_cost\n"
    text = head + "P1,A,DC1,S,2021-11-01,2021-12-01,2021-10-01,10,10,2\nP2,A,DC1,S,2021-11-01,2021-12-01,,10,,2\n"
    brought = applied(cast.sam, "purchase-orders", text)
    assert sentences(brought) == {(2, "2021-10-01", "lies before the order")}
    assert brought.counts["warned"] == 1
    line = PurchaseOrderLine.objects.get(number="P2")
    assert (line.line, line.promised_on, line.received, line.closed) == ("1", date(2021, 12, 1), 0, False)
    assert StockItem.objects.count() == 1
    again = checked(cast.sam, "purchase-orders", text)
    assert numbers(again) == (0, 0, 2)


def test_prices_for_everybody_and_for_one_customer_are_two_rows(cast: Cast) -> None:
    product_make("A")
    text = "product,customer,valid_from,price\nA,,2022-01-01,10\nA,HARBOUR,2022-01-01,9.50\n"
    applied(cast.finn, "prices", text)
    assert list(Price.objects.order_by("price").values_list("customer__code", "price")) == [
        ("HARBOUR", Decimal("9.5")),
        (None, 10),
    ]
    brought = applied(cast.finn, "prices", text.replace("10\n", "11\n"))
    assert numbers(brought) == (0, 1, 1)


def test_a_limit_has_one_owner(cast: Cast) -> None:
    supplier_make("S")
    location_make("DC1")
    head = "supplier,location,bucket,unit,quantity\n"
    brought = checked(
        cast.sam, "capacity", head + "S,DC1,2022-03,units,5\n,,2022-03,units,5\nS,,2022-03,Units,5\n,DC1,2022-03,m3,9\n"
    )
    assert {each["row"] for each in brought.faults} == {2, 3}
    import_apply(user=cast.sam, import_id=brought.pk, leave_out=2)
    assert Capacity.objects.count() == 2


def test_every_supply_table_takes_a_file(cast: Cast) -> None:
    level_make(cast)
    supplier_make("S")
    applied(cast.sam, "stock-items", "product,location,service_target\nA,DC1,0.98\n")
    applied(cast.sam, "on-hand", "product,location,as_of,quantity,average_cost\nA,DC1,2022-01-31,-4,2.5\n")
    applied(cast.sam, "sourcing", "product,location,supplier,moq,multiple\nA,DC1,S,100,10\n")
    applied(cast.sam, "lead-times", "supplier,product,valid_from,mean_days\nS,,2022-01-01,42\nS,A,2022-01-01,50\n")
    assert StockItem.objects.get().service_target == Decimal("0.98")
    assert OnHand.objects.get().quantity == -4
    assert Sourcing.objects.get().multiple == 10
    assert LeadTimeAssumption.objects.count() == 2


def test_owners_of_customers_are_people_who_exist(cast: Cast) -> None:
    brought = checked(cast.olga, "customers", "code,region,owner\nK1,NORTH,ana\nK2,NORTH,anna\n")
    assert sentences(brought) == {(3, "anna", "is not among the people")}
    assert brought.faults[0]["cure"].startswith("Did you mean ana?")


def test_a_file_names_the_buyer_of_a_stock_item_and_one_without_buyers_leaves_it(cast: Cast) -> None:
    level_make(cast)
    applied(cast.sam, "stock-items", "product,location,buyer\nA,DC1,sam\n")
    applied(cast.sam, "stock-items", "product,location,service_target\nA,DC1,0.98\n")
    assert StockItem.objects.get().buyer == cast.sam
    brought = checked(cast.sam, "stock-items", "product,location,buyer\nA,DC1,samuel\n")
    assert sentences(brought) == {(2, "samuel", "is not among the people")}


# -- big files


def test_a_big_file_is_checked_and_applied_by_a_worker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    monkeypatch.setattr(importing, "IMPORT_INLINE_ROWS", 2)
    text = "code\n" + "".join(f"R{number}\n" for number in range(10))
    brought = checked(cast.olga, "regions", text)
    assert (brought.state, brought.job.state) == (Import.State.RECEIVED, JobState.QUEUED)
    with pytest.raises(Refused, match="is running already"):
        import_check(user=cast.olga, import_id=brought.pk)
    chunk_run(brought.job.chunks.get().pk)
    brought.refresh_from_db()
    assert (brought.state, numbers(brought), brought.job.state) == (Import.State.CHECKED, (10, 0, 0), JobState.DONE)
    brought = import_apply(user=cast.olga, import_id=brought.pk)
    chunk_run(brought.job.chunks.get().pk)
    assert Region.objects.filter(code__startswith="R").count() == 10
    assert Region.objects.get(code="R3").history.get().history_user_name == "Olga"
    assert Region.objects.get(code="R3").history.get().source == "upload"


def test_a_worker_refuses_what_a_page_would_refuse(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    family_make("ROOF")
    brought = checked(cast.olga, "products", "code,family\nA,ROOF\nB,ROOF\n")
    monkeypatch.setattr(importing, "IMPORT_INLINE_ROWS", 1)
    Family.objects.update(code="GONE")
    brought = import_apply(user=cast.olga, import_id=brought.pk)
    chunk_run(brought.job.chunks.get().pk)
    brought.job.refresh_from_db()
    assert brought.job.state == JobState.FAILED
    assert brought.job.error.startswith("2 rows are faulty")
    assert not Product.objects.exists()


def test_statements_do_not_grow_with_rows(cast: Cast, django_assert_max_num_queries: object) -> None:
    from django.db import connection

    counts = []
    for size in (2, 400):
        text = "code,name\n" + "".join(f"F{size}-{number},Name\n" for number in range(size))
        brought = checked(cast.olga, "families", text)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            import_apply(user=cast.olga, import_id=brought.pk)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_supplier_codes_with_signs_of_sql_are_only_text(cast: Cast) -> None:
    code = "S'; drop table sop_supplier; --%s{x}"
    applied(cast.olga, "suppliers", f'code,name\n"{code}",Bobby\n')
    assert Supplier.objects.get().code == code


def test_customers_of_another_spelling_are_other_customers(cast: Cast) -> None:
    customer_make("Harbour", cast.north)
    brought = applied(cast.olga, "customers", "code,name\nHarbour,Other\n")
    assert numbers(brought) == (0, 1, 0)
    assert Customer.objects.get(code="HARBOUR").name == "Harbour"
