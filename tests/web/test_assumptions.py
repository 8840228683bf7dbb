"""The assumptions screen: what it lists and to whom, what it refuses, and that nothing typed is lost."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import Assumption, Series
from demand.services.assumption import assumption_state
from demand.services.assumption_rules import Stated
from sop.constants import Role, Source
from sop.models import Customer, Cycle, CycleStep, User
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, customer_make, cycle_make, person_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100, series_make(cast.ridge): 50})
    return series


def state(cycle: Cycle, user: User, **said: Any) -> Assumption:
    known: dict[str, Any] = {"kind": "project", "state": "in_number", "first_bucket": FEBRUARY, "note": "A new depot"}
    known |= {} if "percent" in said else {"quantity": Decimal(30)}
    with acting(user, Source.PAGE):
        return assumption_state(user=user, cycle_id=cycle.pk, stated=Stated(**known | said))


def page(user: User, cycle: Cycle, name: str = "assumptions", *numbers: int) -> str:
    answer = client_of(user).get(reverse(f"demand:{name}", args=[cycle.pk, *numbers]))
    assert answer.status_code == 200
    return words(answer)


def words(answer: HttpResponse) -> str:
    """Return a page's text, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip()


def form(cast: Cast, **typed: str) -> dict[str, str]:
    given = {"kind": "project", "state": "in_number", "customer": str(cast.harbour.pk), "first_bucket": "2022-05"}
    given |= {"last_bucket": "2022-06", "quantity": "30", "probability": "90", "note": "140 roofs"}
    return given | typed


def test_an_empty_page_says_what_will_stand_here_and_who_acts(cast: Cast, cycle: Cycle) -> None:
    assert "Nothing is stated yet" in page(cast.ana, cycle)
    assert "State the first" in page(cast.ana, cycle)
    assert "Reps and planners state them" in page(cast.eve, cycle)
    assert "State" not in page(cast.eve, cycle).split("Nothing is stated yet")[1].split("Reps and")[0]


def test_each_stands_in_its_group_with_its_effect(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    state(cycle, cast.ana, customer=cast.harbour)
    state(cycle, cast.ana, customer=cast.harbour, state="risk", percent=Decimal(-20), probability=Decimal(50))
    override_make(cycle, harbour, FEBRUARY, 111, cast.olga)
    text = page(cast.olga, cycle)
    assert text.index("In the number Together +510 units") < text.index("Risks Together")
    assert "The planner's number replaces it in 1 cell." in text.replace("&#x27;", "'")
    assert "Project: Harbour Ana Feb 22 to Jul 23 +30 100% +510" in text


def test_a_rep_states_one_and_it_is_in_the_list(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    client = client_of(cast.ana)
    answer = client.post(reverse("demand:assumption-new", args=[cycle.pk]), form(cast), follow=True)
    assert answer.redirect_chain == [(reverse("demand:assumptions", args=[cycle.pk]), 302)]
    assert "Stated: the plan has it now." in words(answer)
    assert "Project: Harbour" in words(answer)
    made = Assumption.objects.get()
    assert (made.owner, made.quantity, made.probability, made.history.get().source) == (cast.ana, 30, 90, "page")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"percent": "5"}, "either a quantity a month or a percent"),
        ({"first_bucket": "2031-05", "last_bucket": "2031-06"}, "None of its months is in the plan"),
        ({"product": "NONE"}, "There is no product"),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"quantity": "many"}, "Enter a number"),
        ({"first_bucket": "May"}, "Enter a valid date"),
        ({"customer": ""}, "This field is required"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    cast: Cast, cycle: Cycle, harbour: Series, typed: dict[str, str], sentence: str
) -> None:
    answer = client_of(cast.ana).post(reverse("demand:assumption-new", args=[cycle.pk]), form(cast, **typed))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert "140 roofs" in html
    assert f'value="{typed.get("quantity", "30")}"' in html
    assert not Assumption.objects.exists()


def test_a_rep_cannot_name_a_customer_of_others_in_the_form(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    address = reverse("demand:assumption-new", args=[cycle.pk])
    assert "Ridge" not in client_of(cast.ana).get(address).content.decode()
    answer = client_of(cast.ana).post(address, form(cast, customer=str(cast.ridge.pk)))
    assert (answer.status_code, Assumption.objects.count()) == (422, 0)
    assert "All customers" in client_of(cast.olga).get(address).content.decode()


def test_one_is_changed_and_withdrawn_with_reasons(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    stated = state(cycle, cast.ana, customer=cast.harbour)
    one, client = reverse("demand:assumption", args=[cycle.pk, stated.pk]), client_of(cast.ana)
    assert 'value="30"' in client.get(one).content.decode()
    assert client.post(one, form(cast, quantity="45", version="1")).status_code == 422, "a change says why"
    assert client.post(one, form(cast, quantity="45", version="1", reason="More roofs")).status_code == 302
    late = client_of(cast.olga).post(one, form(cast, quantity="60", version="1", reason="Less"))
    assert late.status_code == 409
    assert 'value="60"' in late.content.decode(), "nothing typed is lost"
    assert "Show it as it is now" in words(late)
    away = reverse("demand:assumption-withdraw", args=[cycle.pk, stated.pk])
    refused = client.post(away, {"version": "1", "reason": "Called off"})
    assert refused.status_code == 409
    assert 'value="Called off"' in refused.content.decode()
    assert client.post(away, {"version": "2", "reason": "Called off"}).status_code == 302
    text = page(cast.ana, cycle, "assumption", stated.pk)
    assert "quantity from 30 to 45" in text
    assert "Called off" in text
    assert "Withdraw it" not in text


def test_a_closed_step_is_to_look_at(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    stated = state(cycle, cast.ana, customer=cast.harbour)
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state="closed")
    assert "can no longer change" in page(cast.ana, cycle)
    assert "State one" not in page(cast.ana, cycle)
    assert "to look at" in page(cast.ana, cycle, "assumption", stated.pk)
    assert "Nothing can be stated now" in page(cast.ana, cycle, "assumption-new")
    answer = client_of(cast.ana).post(reverse("demand:assumption-new", args=[cycle.pk]), form(cast))
    assert answer.status_code == 422
    assert "140 roofs" in answer.content.decode()
    assert Assumption.objects.count() == 1


def test_others_customers_are_nowhere_and_what_is_of_all_is_to_look_at(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    bens = state(cycle, cast.ben, customer=cast.ridge)
    of_all = state(cycle, cast.olga, product=harbour.product, note="Prices rise")
    text = page(cast.ana, cycle)
    assert "Prices rise" in text
    assert "Ridge" not in text
    assert client_of(cast.ana).get(reverse("demand:assumption", args=[cycle.pk, bens.pk])).status_code == 404
    address = reverse("demand:assumption", args=[cycle.pk, of_all.pk])
    assert "to look at" in words(client_of(cast.ana).get(address))
    sent = form(cast, version="1", reason="Mine now")
    assert client_of(cast.ana).post(address, sent).status_code == 403


def test_the_grid_and_its_panel_show_what_assumptions_add(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    state(cycle, cast.ana, customer=cast.harbour)
    grid = client_of(cast.ana).get(reverse("demand:grid-data", args=[cycle.pk])).json()
    (row,) = grid["layers"]["assumptions"]
    assert grid["layers"]["consensus"] == [row]
    assert grid["rows"][row]["id"] == f"p{harbour.product_id}"
    assert grid["below"] == []
    added = client_of(cast.ana).get(reverse("demand:grid-measure", args=[cycle.pk]), {"measure": "assumptions"}).json()
    assert added["values"][row][5:8] == [None, 30, 30]
    planner = client_of(cast.olga).get(reverse("demand:grid-data", args=[cycle.pk])).json()
    assert "consensus" not in planner["layers"], "a planner's own number is the consensus"
    assert planner["layers"]["assumptions"] == [row]
    assert len(planner["below"]) == 18
    assert planner["below"][0][1:] == [6, 130]
    panel = client_of(cast.ana).get(reverse("demand:panel", args=[cycle.pk]), {"row": f"s{harbour.pk}"})
    assert "Assumptions +30 Consensus 130" in words(panel)
    assert "Project: Harbour A new depot" in words(panel)


def test_the_page_takes_the_same_queries_however_many_there_are(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    def count(name: str, **query: str) -> int:
        client = client_of(cast.olga)
        client.get(reverse("demand:assumptions", args=[cycle.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"demand:{name}", args=[cycle.pk]), query)
        return len(queries)

    state(cycle, cast.ana, customer=cast.harbour)
    few = count("assumptions"), count("panel", row=f"s{harbour.pk}"), count("grid-data")
    for number in range(5):
        customer = customer_make(f"C{number}", cast.north, cast.ana)
        series_make(customer, harbour.product)
        state(cycle, cast.ana, customer=customer, state="opportunity")
        state(cycle, cast.ana, customer=cast.harbour)
    assert (count("assumptions"), count("panel", row=f"s{harbour.pk}"), count("grid-data")) == few
    assert few[0] == 22  # most of them are the frame around every page


def test_one_without_an_owner_is_found_handed_over_and_told_to_the_new_owner(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    stated = state(cycle, cast.ana, customer=cast.harbour)
    state(cycle, cast.olga, product=harbour.product)
    assert "no owner who is here" not in page(cast.olga, cycle)
    dana = person_make("dana", Role.REP)
    Customer.objects.filter(pk=cast.harbour.pk).update(owner=dana)
    home = client_of(cast.olga).get(reverse("sop:home")).content.decode()
    assert "1 assumption has no owner who is here" in home
    address = f"{reverse('demand:assumptions', args=[cycle.pk])}?owner=none"
    assert address in home
    assert "1 assumption has no owner who is here. Show it" in page(cast.olga, cycle)
    only = words(client_of(cast.olga).get(address))
    assert "Project: Harbour" in only
    assert "Project: Shingle" not in only
    give = reverse("demand:assumption-hand-over", args=[cycle.pk, stated.pk])
    sent = {"owner": str(dana.pk), "version": "1", "reason": "Dana has Harbour now"}
    wrong = client_of(cast.olga).post(give, sent | {"owner": str(cast.ben.pk)})
    assert (wrong.status_code, 'value="Dana has Harbour now"' in wrong.content.decode()) == (422, True)
    late = client_of(cast.olga).post(give, sent | {"version": "7"})
    assert (late.status_code, "Show it as it is now" in words(late)) == (409, True)
    answer = client_of(cast.olga).post(give, sent, follow=True)
    assert "Handed over: Dana sees it on the home page." in words(answer)
    assert "Each has an owner who is here" in words(client_of(cast.olga).get(address))
    assert "Olga handed you: Project, Harbour" in words(client_of(dana).get(reverse("sop:home")))
    assert "owner from Ana to Dana; Dana has Harbour now" in page(dana, cycle, "assumption", stated.pk)


def test_handing_over_is_offered_to_its_owner_and_planners_only(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    stated = state(cycle, cast.olga, customer=cast.harbour)
    assert "Hand it over" in page(cast.olga, cycle, "assumption", stated.pk)
    assert "Hand it over" not in page(cast.ana, cycle, "assumption", stated.pk)
    sent = {"owner": str(cast.ana.pk), "version": "1", "reason": "Mine"}
    give = reverse("demand:assumption-hand-over", args=[cycle.pk, stated.pk])
    assert client_of(cast.ana).post(give, sent).status_code == 403
