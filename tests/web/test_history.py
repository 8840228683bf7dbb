"""The page of all changes: what is told, to whom, how it is narrowed and paged, how many queries it takes."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from demand.models import Assumption, ChangeSet, Override, Series
from sop.constants import Source
from sop.models import Cost, Cycle, Price, User
from sop.request_context import acting
from sop.selectors.history import HistoryFilter, history_page
from sop.selectors.tracked import TABLES, tracked_tables
from sop.services.history import bulk_upsert_with_history
from tests.demand_makers import series_make
from tests.factories import Cast, client_of, cycle_make, product_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

KEY = ("cycle_id", "series_id", "bucket", "layer")
MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 1)
QUERIES = 7  # rights 2, lines, values, names of series, cycles and of nobody else


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def ours(cast: Cast, cycle: Cycle) -> Iterator[Series]:
    """Ana's series, whose March she set to 10 and then to 12 by upload."""
    series = series_make(cast.harbour)
    override(cast.ana, cycle, series, 10, reason="promotion", note="Spring campaign")
    override(cast.ana, cycle, series, 12, source=Source.UPLOAD, reason="promotion", note="Spring campaign")
    yield series


def override(
    user: User,
    cycle: Cycle,
    series: Series,
    quantity: float,
    *,
    month: date = MARCH,
    source: Source = Source.PAGE,
    reason: str = "",
    note: str = "",
) -> None:
    with acting(user, source):
        change_set = ChangeSet.objects.create(cycle=cycle, user=user, user_name=user.name, action="typed")
        row = {"cycle_id": cycle.pk, "series_id": series.pk, "bucket": month, "layer": "sales"}
        row |= {"quantity": quantity, "reason": reason, "note": note, "change_set_id": change_set.pk}
        row |= {"changed_by_id": user.pk, "changed_at": timezone.now()}
        bulk_upsert_with_history(Override, key=KEY, rows=[row], reason=reason)


def page(user: User, **query: str) -> str:
    answer: HttpResponse = client_of(user).get(reverse("sop:history"), query)  # type: ignore[assignment]
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def told(user: User, **asked: object) -> list[str]:
    return [change.sentence for change in history_page(user, HistoryFilter(**asked)).changes]  # type: ignore[arg-type]


# -- what is told


def test_every_table_with_history_is_told_of() -> None:
    tracked = {model._meta.label_lower for model in apps.get_models() if hasattr(model, "history")}
    assert tracked == set(TABLES), "name a new table, its subject and who sees it in sop/selectors/tracked.py"
    for table in tracked_tables().values():
        assert set(table.subject) <= set(table.fields), table.code


def test_rows_of_customers_are_known_to_be_theirs() -> None:
    scoped = {table.code for table in tracked_tables().values() if table.customer}
    assert scoped == {
        *("demand.override", "demand.assumption", "demand.baselinechoice", "demand.cleansing", "demand.series"),
        *("sop.price", "sop.customer"),
    }


def test_a_change_says_who_when_from_what_to_what_why_and_from_where(cast: Cast, ours: Series) -> None:
    first, second = told(cast.olga, table="demand.override")[::-1]
    where = "Shingle / Harbour / Warehouse DC1, Mar 2022, Sales, February 2022 cycle"
    assert first == f"Ana added Overrides: {where}. quantity · → 10"
    assert second == f"Ana changed Overrides: {where}. quantity 10 → 12"
    shown = page(cast.olga, table="demand.override")
    for words in ("10 → 12", "Promotion. Spring campaign", "Upload", "Shingle / Harbour / Warehouse DC1"):
        assert words in shown


def test_a_removed_row_says_what_it_held(cast: Cast) -> None:
    with acting(cast.finn, Source.API):
        cost = Cost.objects.create(product=product_make(), supplier=supplier_make(), valid_from=MARCH, cost="5.25")
        cost.delete()
    assert told(cast.finn, table="sop.cost")[0] == "Finn removed Costs: Shingle, Northgate, 01 Mar 2022. cost 5.25 → ·"


def test_names_stand_in_place_of_numbers_and_a_new_owner_is_seen(cast: Cast) -> None:
    cast.harbour.owner = cast.ben
    with acting(cast.cora, Source.PAGE):
        cast.harbour.save()
    assert told(cast.cora, table="sop.customer")[0] == "Cora changed Customers: Harbour, HARBOUR. owner Ana → Ben"


def test_an_empty_history_says_what_will_be_here(cast: Cast) -> None:
    assert "No such change" in page(cast.finn, table="sop.cost")


# -- to whom


def test_a_rep_sees_changes_of_own_customers_only(cast: Cast, cycle: Cycle, ours: Series) -> None:
    theirs = series_make(cast.ridge)
    override(cast.ben, cycle, theirs, 77)
    with acting(cast.olga, Source.PAGE):
        Price.objects.create(product=theirs.product, customer=cast.ridge, valid_from=MARCH, price=3)
        Price.objects.create(product=theirs.product, customer=None, valid_from=MARCH, price=4)
        common = {"cycle": cycle, "kind": "project", "state": "risk", "owner": cast.olga, "percent": -5}
        common |= {"first_bucket": MARCH, "last_bucket": APRIL}
        Assumption.objects.create(customer=cast.ridge, note="New depot", **common)
    seen = " ".join(told(cast.ana))
    assert "Harbour" in seen
    assert "Ridge" not in seen
    assert "price · → 4" in seen, "a list price is for everybody"
    assert "Ridge" in " ".join(told(cast.ben))
    assert "Ridge" in " ".join(told(cast.olga))
    assert "Ridge" not in page(cast.ana)
    assert "Ridge" not in file(cast.ana)


def test_costs_and_accounts_are_not_for_everybody(cast: Cast) -> None:
    with acting(cast.finn, Source.PAGE):
        Cost.objects.create(product=product_make(), supplier=supplier_make(), valid_from=MARCH, cost=5)
    assert not any("Costs" in each for each in told(cast.ana))
    assert not any("People" in each for each in told(cast.olga))
    assert any("People" in each for each in told(cast.cora))
    assert client_of(cast.ana).get(reverse("sop:history"), {"table": "sop.cost"}).status_code == 422


# -- narrowed and paged


def test_the_list_is_narrowed_by_person_source_reason_and_day(cast: Cast, ours: Series) -> None:
    assert len(told(cast.olga, table="demand.override", source=Source.UPLOAD)) == 1
    assert len(told(cast.olga, user_id=cast.ana.pk)) == 2
    assert told(cast.olga, user_id=cast.ben.pk) == []
    assert len(told(cast.olga, words="SPRING camp")) == 2
    assert told(cast.olga, words="100%_") == []
    now = timezone.now()
    assert len(told(cast.olga, user_id=cast.ana.pk, since=now - timedelta(hours=1))) == 2
    assert told(cast.olga, since=now + timedelta(hours=1)) == []
    assert told(cast.olga, until=now - timedelta(hours=1)) == []
    request = Override.history.latest().request_id
    assert len(told(cast.olga, request_id=request)) == 1


def test_the_form_narrows_too_and_names_what_it_cannot_read(cast: Cast, ours: Series) -> None:
    assert "10 → 12" in page(cast.olga, person=str(cast.ana.pk), since="2020-01-01", words="spring")
    client = client_of(cast.olga)
    for query in ({"since": "yesterday"}, {"before": "x~y~z"}, {"table": "auth.user"}, {"person": "x"}):
        answer = client.get(reverse("sop:history"), query)
        assert answer.status_code == 422, query
    answer = client.get(reverse("sop:history"), {"since": "2022-02-02", "until": "2022-02-01"})
    assert "This day is before the first one." in answer.content.decode()


def test_pages_follow_each_other_without_gap_or_overlap_even_at_one_moment(
    cast: Cast, cycle: Cycle, ours: Series
) -> None:
    series = [series_make(cast.harbour, product_make(f"P{n}")) for n in range(7)]
    for each in series:  # all in one transaction: history of bulk changes has one time
        override(cast.ana, cycle, each, 5)
    everything = [(c.line.code, c.line.history_id) for c in history_page(cast.olga, HistoryFilter(), lines=500).changes]
    found: list[tuple[str, int]] = []
    before = None
    while True:
        part = history_page(cast.olga, HistoryFilter(before=before), lines=4)
        found += [(change.line.code, change.line.history_id) for change in part.changes]
        before = part.next_before
        if before is None:
            break
    assert found == everything
    assert len(set(found)) == len(found) > 20


def test_the_older_page_is_reached_by_its_link(cast: Cast, cycle: Cycle) -> None:
    for n in range(60):
        override(cast.ana, cycle, series_make(cast.harbour, product_make(f"P{n}")), n)
    shown = page(cast.olga, table="demand.override")
    assert "P59 /" in shown
    assert "P1 /" not in shown
    link = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    older = client_of(cast.olga).get(reverse("sop:history") + link).content.decode()
    assert "P1 /" in older
    assert "P59 /" not in older


def test_a_page_takes_the_same_queries_for_one_line_and_for_fifty(cast: Cast, cycle: Cycle, ours: Series) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            told(User.objects.get(pk=cast.olga.pk), table="demand.override")
        return len(counted)

    few = queries()
    for n in range(50):
        override(cast.ana, cycle, series_make(cast.harbour, product_make(f"P{n}")), n)
    assert queries() == few == QUERIES


# -- as a file


def file(user: User, **query: str) -> str:
    answer = client_of(user).get(reverse("sop:history-csv"), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_the_file_holds_every_change_line_by_line_and_no_formula(cast: Cast, cycle: Cycle, ours: Series) -> None:
    override(cast.ana, cycle, ours, 1500.5, reason="other", note="=1+1")
    rows = list(csv.reader(io.StringIO(file(cast.olga, table="demand.override"))))
    assert rows[2] == ["For", "Olga"]
    head, *lines = rows[4:]
    assert head[:3] == ["When (UTC)", "Who", "Table"]
    assert len(lines) == 5
    newest = dict(zip(head, lines[0], strict=True))
    assert (newest["Who"], newest["Before"], newest["After"]) == ("Ana", "12", "1,500.5")
    assert "=1+1" in newest["Why"]
    assert not any(cell.startswith("=") for line in lines for cell in line)


def test_quantities_are_told_to_the_last_digit(cast: Cast, cycle: Cycle) -> None:
    override(cast.ana, cycle, series_make(cast.harbour), 0)
    Override.objects.get().quantity = Decimal(1)
    row = Override.objects.get()
    row.quantity = Decimal("1234567890123.125")
    with acting(cast.olga, Source.PAGE):
        row.save()
    assert "quantity 0 → 1,234,567,890,123.125" in told(cast.olga, table="demand.override")[0]
