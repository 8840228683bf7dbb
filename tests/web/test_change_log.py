"""The history of changes: everything that changed demand, found, opened, taken back, written to a file."""

import csv
import io
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.constants import Action, Reason
from demand.models import BaselineRun, ChangeSet, Override, Series
from demand.services.assumption import assumption_state, assumption_withdraw
from demand.services.assumption_carry import assumptions_carry
from demand.services.assumption_rules import Stated
from demand.services.baseline import baseline_adopt
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.constants import Source
from sop.models import Cycle, CycleStep, User
from sop.request_context import acting
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100, series_make(cast.ridge): 50})
    return series


def save(user: User, cycle: Cycle, series: Series, quantity: str, version: int = 0, **more: Any) -> ChangeSet:
    key = uuid.uuid4()
    with acting(user, more.pop("source", Source.PAGE)):
        cells = [CellEdit(series.pk, FEBRUARY, Decimal(quantity), version)]
        action = more.pop("action", Action.EDIT)
        overrides_save(user=user, cycle_id=cycle.pk, change_set_id=key, action=action, cells=cells, **more)
    return ChangeSet.objects.get(pk=key)


def state(cycle: Cycle, user: User, **said: Any) -> Any:
    known: dict[str, Any] = {"kind": "project", "state": "in_number", "first_bucket": FEBRUARY, "note": "A new depot"}
    with acting(user, Source.PAGE):
        return assumption_state(user=user, cycle_id=cycle.pk, stated=Stated(**known | {"quantity": Decimal(30)} | said))


def words(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip().replace("&#x27;", "'")


def log(user: User, cycle: Cycle, **query: str) -> str:
    answer = client_of(user).get(reverse("demand:change-log", args=[cycle.pk]), query)
    assert answer.status_code == 200
    return words(answer)


def one(user: User, change: ChangeSet) -> HttpResponse:
    return client_of(user).get(reverse("demand:change-set", args=[change.pk]))


def lines(user: User, cycle: Cycle, **query: str) -> list[list[str]]:
    answer = client_of(user).get(reverse("demand:change-log-csv", args=[cycle.pk]), query)
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[5:]


def test_an_empty_log_says_what_will_stand_here(cast: Cast, cycle: Cycle) -> None:
    assert "No change yet" in log(cast.olga, cycle)
    assert "No such change" in log(cast.olga, cycle, words="depot")


def test_a_change_opens_to_its_cells_with_from_to_and_why(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "130")
    change = save(cast.ana, cycle, harbour, "140", 1, reason=Reason.PROMOTION, note="Spring offer")
    with acting(cast.ana, Source.PAGE):
        reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=[(harbour.pk, FEBRUARY)], reason="data_error", note="Oh")
    text = words(one(cast.olga, change))
    assert "Shingle Harbour, Warehouse DC1 Feb 22 130 140 Promotion Spring offer Ana" in text
    assert "Feb 22 140 as it was Data error Oh Ana" in text, "the reason given later"
    first = ChangeSet.objects.order_by("at").first()
    assert first is not None
    assert "Feb 22 layer below 130" in words(one(cast.ana, first))
    assert one(cast.ben, change).status_code == 404


def test_the_log_is_narrowed(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "130", reason=Reason.PROMOTION, note="Spring offer")
    save(cast.olga, cycle, harbour, "500", action=Action.PASTE)
    save(cast.ben, cycle, Series.objects.get(customer=cast.ridge), "51", action=Action.API, source=Source.API)

    def who(**query: str) -> set[str]:
        text = log(cast.olga, cycle, **query).split("From where")[-1]
        return {name for name in ("Ana", "Ben", "Olga") if f"{name} " in text}

    assert who() == {"Ana", "Ben", "Olga"}
    assert who(person=str(cast.ben.pk)) == {"Ben"}
    assert who(action="paste") == {"Olga"}
    assert who(reason="promotion") == {"Ana"}
    assert who(source="api") == {"Ben"}
    assert who(size="30") == {"Ana", "Olga"}
    assert who(words="spring") == {"Ana"}
    assert who(words="ridge") == {"Ben"}
    assert who(since="2020-01-01", until="2099-01-01") == {"Ana", "Ben", "Olga"}
    assert "No such change" in log(cast.olga, cycle, until="2020-01-01")
    wrong = client_of(cast.olga).get(
        reverse("demand:change-log", args=[cycle.pk]), {"since": "2022-05-01", "until": "2022-04-01"}
    )
    assert wrong.status_code == 422
    assert "This day is before the first one." in words(wrong)


def test_a_rep_finds_own_changes_only(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "130")
    save(cast.olga, cycle, harbour, "500")
    assert "Olga" not in log(cast.ana, cycle)
    assert "No change yet" in log(cast.ben, cycle)
    assert [line[1] for line in lines(cast.ana, cycle)] == ["Ana"]


def test_an_assumption_a_baseline_and_what_is_carried_stand_in_the_log_too(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    stated = state(cycle, cast.ana, customer=cast.harbour)
    with acting(cast.ana, Source.PAGE):
        assumption_withdraw(user=cast.ana, cycle_id=cycle.pk, assumption_id=stated.pk, version=1, reason="Called off")
    text = log(cast.ana, cycle)
    assert "Assumption Project stated · Harbour · Feb 2022–Jul 2023 18 0 540 +540 A new depot Page" in text
    assert "Assumption Project withdrawn · Harbour · Feb 2022–Jul 2023 0 540 0 −540" in text
    change = ChangeSet.objects.filter(assumption=stated).latest("at")
    opened = one(cast.ana, change)
    assert "it is changed or withdrawn on its own page" in words(opened)
    assert reverse("demand:assumption", args=[cycle.pk, stated.pk]) in opened.content.decode()
    assert "Undo" not in words(opened)
    other = BaselineRun.objects.get()
    other.pk, other.adopted = None, False
    other.save()
    with acting(cast.olga, Source.PAGE):
        baseline_adopt(user=cast.olga, run_id=other.pk)
        state(cycle, cast.olga, customer=cast.ridge)
        assumptions_carry(user=cast.olga, cycle=cycle)
    text = log(cast.olga, cycle)
    assert f"Baseline adopted Baseline {other.pk} · History until Jan 2022 0 2,700 0 −2,700" in text
    assert "Carried from last cycle Assumptions 18 0 540 +540 1 assumption runs on, 0 expired." in text


def test_a_change_is_undone_from_the_log(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    change = save(cast.ana, cycle, harbour, "140")
    assert "Undo" in words(one(cast.ana, change))
    address = reverse("demand:change-set-undo", args=[change.pk])
    assert client_of(cast.ben).post(address).status_code == 404
    done = client_of(cast.ana).post(address, follow=True)
    assert "Undone: 1 cell taken back." in words(done)
    assert "what it undoes" in words(done)
    assert Override.objects.get().quantity is None
    assert "Undone" in log(cast.ana, cycle)
    again = client_of(cast.ana).post(address)
    assert again.status_code == 422
    assert "This change is undone already." in words(again)


def test_cells_changed_since_by_others_stay_and_are_named(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    pia = User.objects.create(username="pia", name="Pia")
    pia.groups.set(cast.ana.groups.all())
    change = save(cast.ana, cycle, harbour, "140")
    harbour.customer.owner = pia
    harbour.customer.save()
    save(pia, cycle, harbour, "150", 1)
    harbour.customer.owner = cast.ana
    harbour.customer.save()
    refused = client_of(cast.ana).post(reverse("demand:change-set-undo", args=[change.pk]))
    assert refused.status_code == 409
    text = words(refused)
    assert "0 taken back, 1 stay as they are." in text
    assert "Shingle / Harbour / Warehouse DC1 Feb 22 Pia changed this cell to 150" in text
    assert Override.objects.get().quantity == 150


def test_a_closed_step_offers_no_undo(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    change = save(cast.ana, cycle, harbour, "140")
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state="closed")
    assert "Undo" not in words(one(cast.ana, change))
    refused = client_of(cast.ana).post(reverse("demand:change-set-undo", args=[change.pk]))
    assert refused.status_code == 422
    assert Override.objects.get().quantity == 140


def test_the_file_has_every_cell_of_what_is_shown(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    change = save(cast.ana, cycle, harbour, "140", reason=Reason.PROMOTION, note="=cmd()")
    state(cycle, cast.ana, customer=cast.harbour)
    found = lines(cast.olga, cycle)
    assert len(found) == 2
    assert found[0][1:3] == ["Ana", "Assumption"]
    assert found[0][9:11] == ["0.000", "540.000"]
    cell = found[1]
    assert cell[1:11] == [
        "Ana",
        "Typed",
        "Shingle · Harbour · Warehouse DC1 · Feb 2022",
        "SHINGLE",
        "Harbour",
        "Warehouse DC1",
        "2022-02-01",
        "sales",
        "",
        "140.000",
    ]
    assert cell[11:14] == ["Promotion", "'=cmd()", "Page"]
    assert cell[14:] == [change.request_id, str(change.pk)]
    assert len(lines(cast.olga, cycle, action="edit")) == 1


def test_programs_read_the_log_and_its_cells(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    change = save(cast.ana, cycle, harbour, "140", reason=Reason.PROMOTION)
    save(cast.olga, cycle, harbour, "500")
    here = f"/api/v1/cycles/{cycle.pk}/change-sets/"
    assert len(api_of(cast.olga).rows(here)) == 2
    for query in ("user=ana", "reason=promotion", "action=edit&user=ana", "until=2099-01-01&words=harbour&user=ana"):
        assert [row["user_name"] for row in api_of(cast.olga).rows(f"{here}?{query}")] == ["Ana"], query
    assert [row["user_name"] for row in api_of(cast.olga).rows(f"{here}?size=100")] == ["Olga"]
    assert len(api_of(cast.olga).rows(f"{here}?source=page")) == 2
    assert api_of(cast.olga).get(f"{here}?nonsense=1").status_code == 400
    cells = f"/api/v1/change-sets/{change.pk}/cells/"
    (cell,) = api_of(cast.ana).rows(cells)
    assert (cell["product"], cell["before"], cell["after"], cell["reason"], cell["who"], cell["source"]) == (
        "SHINGLE",
        None,
        "140.000",
        "promotion",
        "Ana",
        "page",
    )
    assert api_of(cast.ben).get(cells).status_code == 404
    assert api_of(cast.olga).get(f"/api/v1/change-sets/{uuid.uuid4()}/cells/").status_code == 404


def test_the_log_takes_the_same_queries_however_long_it_is(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    def count() -> int:
        client = client_of(cast.olga)
        client.get(reverse("demand:change-log", args=[cycle.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("demand:change-log", args=[cycle.pk]))
        return len(queries)

    save(cast.ana, cycle, harbour, "140")
    few = count()
    for number in range(6):
        override_make(cycle, series_make(cast.harbour, product_make(f"P{number}")), FEBRUARY, 5, cast.ana)
    state(cycle, cast.ana, customer=cast.harbour)
    assert count() == few
