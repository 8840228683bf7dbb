"""The later steps by API: supply, reconcile, review, publish; each role does what its screens let it do."""

from datetime import date
from typing import Any

import pytest

from publish.models import DecisionCheck
from reconcile.models import Scenario
from review.models import Decision
from sop.constants import StepKind
from sop.models import Budget, Company, Cycle
from supply.models import LeadTimeAssumption, ReceiptOverride, SupplierRule
from tests.api_calls import api_of, calls_of
from tests.api_world import (
    World,
    chosen_make,
    item_make,
    plan_make,
    question_make,
    scenario_make,
    step_only,
    world_make,
)
from tests.factories import Cast, client_of, cycle_make, family_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def world(cast: Cast, cycle: Cycle) -> World:
    return world_make(cast, cycle)


def at(cycle: Cycle, rest: str) -> str:
    return f"/api/v1/cycles/{cycle.pk}/{rest}"


LISTS = [
    "supply/lines/",
    "supply/lead-times/",
    "supply/cut-rules/",
    "supply/items/",
    "supply/flags/",
    "supply/runs/",
    "family-sheet/",
    "conflicts/",
    "scenarios/",
]
LATER = ["questions/", "measures/"]


@pytest.mark.parametrize("name", LISTS + LATER)
def test_before_anything_is_calculated_every_list_is_empty(cast: Cast, cycle: Cycle, name: str) -> None:
    assert api_of(cast.sam).rows(at(cycle, name)) == []
    assert api_of(cast.sam).get(f"/api/v1/cycles/99/{name}").status_code == 404


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", ["ordering=item__product__series__id", "limit=0", "surprise=1"])
def test_every_list_refuses_what_it_does_not_know(cast: Cast, world: World, name: str, query: str) -> None:
    assert api_of(cast.sam).get(at(world.cycle, f"{name}?{query}")).status_code == 400


def test_lists_of_more_rows_take_no_more_queries(cast: Cast, world: World) -> None:
    addresses = [at(world.cycle, name) for name in LISTS]
    few = calls_of(cast.sam, addresses)
    for number in range(5):
        item = item_make(world.cycle, world.run, f"P{number}", world.item.location)
        scenario_make(world.cycle, world.run, item, f"S{number}", base=False, revenue=1.0)
    assert calls_of(cast.sam, addresses) == few


def test_supply_lines_come_with_codes_and_text_numbers(cast: Cast, world: World) -> None:
    rows = api_of(cast.ana).rows(at(world.cycle, "supply/lines/?product=SHINGLE&bucket=2022-03-01"))
    assert [(row["location"], row["closing"], row["revenue"], row["cover_months"]) for row in rows] == [
        ("DC1", "12.500", "12.50", None)
    ]
    assert api_of(cast.ana).rows(at(world.cycle, "supply/lines/?family=NONE")) == []
    assert api_of(cast.ana).rows(at(world.cycle, "supply/items/"))[0]["share_lead_time"] == 0.4


def test_a_flag_is_answered_by_the_supply_planner_and_by_nobody_else(cast: Cast, world: World) -> None:
    address, sent = (
        f"/api/v1/supply/flags/{world.flag.pk}/answer/",
        {"state": "raised", "note": "Which customers first?"},
    )
    assert api_of(cast.ana).post(address, sent).status_code == 403
    assert api_of(cast.sam).post(address, sent).status_code == 422, "supply is not open"
    step_only(world.cycle, StepKind.SUPPLY)
    answer = api_of(cast.sam).post(address, sent)
    assert (answer.status_code, answer.json()["state"], answer.json()["owner"]) == (200, "raised", "Sam")
    assert [row["state"] for row in api_of(cast.sam).rows(at(world.cycle, "supply/flags/?state=raised"))] == ["raised"]
    assert api_of(cast.sam).post(address, {"state": "gone"}).status_code == 400


def test_planners_set_receipts_lead_times_and_policies(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    supplier_make("NORTHGATE")
    api, item = api_of(cast.sam), at(world.cycle, f"supply/items/{world.item.pk}/")
    receipt = {"bucket": "2022-03-01", "quantity": "40", "reason": "Confirmed by phone", "version": 0}
    assert api.post(f"{item}receipts/", receipt).json()["quantity"] == "40.000"
    assert api.post(f"{item}receipts/", receipt).status_code == 409
    lead = {"supplier": "NORTHGATE", "valid_from": "2022-02-01", "mean_days": "60", "reason": "Ports are full"}
    leads, lead = at(world.cycle, "supply/lead-times/"), lead | {"version": 0}
    assert api.post(leads, lead).json()["mean_days"] == "60.0"
    assert api.post(leads, lead).status_code == 409
    assert api.post(leads, lead | {"version": api.rows(f"{leads}?supplier=NORTHGATE")[0]["version"]}).status_code == 200
    unknown = api.post(at(world.cycle, "supply/lead-times/"), lead | {"supplier": "NOBODY"})
    assert (unknown.status_code, list(unknown.json()["fields"])) == (400, ["supplier"])
    policy = {"service_target": "0.98", "service_type": "fill", "safety_stock": None, "reason": "Key item"}
    policy |= {"version": api.get(f"{item}policy/").json()["version"]}
    assert api.post(f"{item}policy/", policy).json()["service_target"] == "0.9800"
    again = api.post(f"{item}policy/", policy | {"service_target": "0.6"})
    assert (again.status_code, "Sam set the rule to 98.00%" in again.json()["error"]) == (409, True)
    assert api.get(f"{item}policy/").json()["service_target"] == "0.9800"
    assert (ReceiptOverride.objects.get().version, LeadTimeAssumption.objects.count()) == (1, 1)
    assert api_of(cast.ana).post(f"{item}policy/", policy).status_code == 403


def test_planners_state_by_which_rule_a_supplier_is_cut(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    supplier_make("NORTHGATE")
    supplier_make("SOUTHGATE")
    api, rules = api_of(cast.sam), at(world.cycle, "supply/cut-rules/")
    sent = {"supplier": "NORTHGATE", "cut_by": "priority", "reason": "Agreed with sales", "version": 0}
    answer = api.post(rules, sent)
    assert (answer.status_code, answer.json()["cut_by"]) == (200, "priority")
    assert api.post(rules, sent | {"cut_by": "proportional"}).status_code == 409, "somebody stated one meanwhile"
    seen = {"version": answer.json()["version"]}
    assert api.post(rules, sent | seen | {"cut_by": "proportional"}).json()["cut_by"] == "proportional"
    assert [(row["supplier"], row["cut_by"]) for row in api.rows(rules)] == [("NORTHGATE", "proportional")]
    assert api.rows(f"{rules}?supplier=SOUTHGATE") == []
    assert list(api.post(rules, sent | {"cut_by": "dice"}).json()["fields"]) == ["cut_by"]
    assert api.post(rules, sent | {"reason": " "}).status_code in {400, 422}
    assert api_of(cast.ana).post(rules, sent).status_code == 403
    assert SupplierRule.history.first().history_change_reason == "Agreed with sales"


def test_a_supply_run_needs_the_step_open_and_a_kept_demand(cast: Cast, world: World) -> None:
    answer = api_of(cast.sam).post(at(world.cycle, "supply/runs/"))
    assert (answer.status_code, answer.json()["error"]) == (422, "Plan supply is not open yet.")
    step_only(world.cycle, StepKind.SUPPLY)
    answer = api_of(cast.sam).post(at(world.cycle, "supply/runs/"))
    assert (answer.status_code, "no demand to plan for" in answer.json()["error"]) == (422, True)


def test_the_family_sheet_is_of_all_one_family_or_one_scenario(cast: Cast, world: World) -> None:
    api = api_of(cast.finn)
    rows = api.rows(at(world.cycle, "family-sheet/"))
    assert [(row["bucket"], row["revenue"], row["margin_share"]) for row in rows] == [
        ("2022-02-01", "10.000", 0.0),
        ("2022-03-01", "10.000", 0.0),
    ]
    assert len(api.rows(at(world.cycle, f"family-sheet/?scenario={world.dearer.pk}&family=ROOFING"))) == 2
    assert api.get(at(world.cycle, "family-sheet/?scenario=0")).status_code == 404
    assert api.get(at(world.cycle, "family-sheet/?family=NONE")).status_code == 400


def test_the_family_sheet_stands_beside_the_budget(cast: Cast, world: World) -> None:
    family = world.item.product.family
    other = family_make("SIDING")
    for each, revenue in ((family, 12), (other, 30)):
        Budget.objects.create(family=each, bucket=date(2022, 2, 1), units=1, revenue=revenue, margin=3)
    api = api_of(cast.finn)
    found = [(row["budget"], row["budget_gap"]) for row in api.rows(at(world.cycle, "family-sheet/?family=ROOFING"))]
    assert found == [("12.000", "-2.000"), (None, None)]
    assert api.rows(at(world.cycle, "family-sheet/"))[0]["budget"] == "42.000"
    page = client_of(cast.finn).get(f"/cycle/{world.cycle.pk}/reconcile/").content.decode()
    assert "Above or below budget" in page


def test_stock_worth_more_than_the_company_allows_itself_is_said(cast: Cast, world: World) -> None:
    address = f"/cycle/{world.cycle.pk}/reconcile/"
    for ceiling, said in ((None, False), (400, False), (150, True)):  # the base plan's peak is 400
        Company.objects.update_or_create(id=1, defaults={"cash_ceiling": ceiling})
        assert ("■ $250 above the ceiling" in client_of(cast.finn).get(address).content.decode()) is said


def test_a_scenario_is_begun_pulled_calculated_released_and_dropped(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.RECONCILE)
    api = api_of(cast.olga)
    assert api_of(cast.ana).post(at(world.cycle, "scenarios/"), {"name": "Mine"}).status_code == 403
    made = api.post(at(world.cycle, "scenarios/"), {"name": "Buy early"}, key="begin").json()
    assert (made["state"], made["created_by"], made["levers"], made["run"]) == ("draft", "Olga", [], None)
    address = f"/api/v1/scenarios/{made['id']}/"
    lever = {"kind": "raise_price", "family": "ROOFING", "first_bucket": "2022-03-01", "params": {"percent": 99}}
    assert api.post(f"{address}levers/", lever).json()["error"] == "Percent must lie between -15 and 15."
    pulled = api.post(f"{address}levers/", lever | {"params": {"percent": 5}}).json()
    assert (pulled["family"], pulled["params"]) == ("ROOFING", {"percent": 5.0})
    assert api.post(f"{address}calculate/").json()["complete"] is False
    assert [each["id"] for each in api.get(address).json()["levers"]] == [pulled["id"]]
    assert api.post(f"/api/v1/levers/{pulled['id']}/release/").json()["levers"] == []
    assert api.post(f"{address}drop/").json()["state"] == "dropped"
    assert "Buy early" not in [row["name"] for row in api.rows(at(world.cycle, "scenarios/"))]


def test_a_scenario_with_the_longest_name_is_calculated(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.RECONCILE)
    made = api_of(cast.olga).post(at(world.cycle, "scenarios/"), {"name": "N" * 120}, key="long").json()
    assert api_of(cast.olga).post(f"/api/v1/scenarios/{made['id']}/calculate/").json()["complete"] is False


def test_scenarios_are_combined_and_show_their_figures(cast: Cast, world: World) -> None:
    rows = api_of(cast.ana).rows(at(world.cycle, "scenarios/"))
    assert [(row["name"], row["run"]["kpis"]["revenue"]) for row in rows] == [("Base plan", 1000.0), ("Dearer", 1100.0)]
    assert [each["kind"] for each in rows[1]["levers"]] == ["raise_price"]
    lines = api_of(cast.ana).rows(f"/api/v1/scenarios/{world.dearer.pk}/lines/?bucket=2022-03-01")
    assert [(row["product"], row["price"]) for row in lines] == [("SHINGLE", "10.0000")]
    step_only(world.cycle, StepKind.RECONCILE)
    sent = {"name": "Both", "scenarios": [world.base.pk, world.dearer.pk]}
    assert len(api_of(cast.olga).post(at(world.cycle, "scenarios/combine/"), sent).json()["levers"]) == 1


def test_a_conflict_is_owned_by_who_answers_it(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.RECONCILE)
    address = f"/api/v1/conflicts/{world.conflict.pk}/answer/"
    assert api_of(cast.eve).post(address, {"state": "open"}).status_code == 403
    assert api_of(cast.finn).post(address, {"state": "accepted"}).status_code == 422
    assert api_of(cast.finn).post(address, {"state": "open"}).json()["owner"] == "Finn"
    row = api_of(cast.ana).rows(at(world.cycle, "conflicts/?kind=shortage"))[0]
    assert (row["money"], row["family"], row["owner"]) == ("1234.50", "ROOFING", "Finn")


def test_a_question_goes_from_the_planner_to_the_decider_to_the_memory(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.REVIEW)
    planner, eve = api_of(cast.olga), api_of(cast.eve)
    assert planner.get(at(world.cycle, "pack/")).status_code == 404
    assert planner.post(at(world.cycle, "pack/")).json()["version"] == 1
    assert eve.get(at(world.cycle, "pack/")).json()["frozen_by"] == "Olga"
    sent: dict[str, Any] = {
        "sentence": "Raise the price?",
        "decider": "eve",
        "due_at": "2022-02-20T12:00:00Z",
        "options": [world.base.pk, world.dearer.pk],
        "conflict": world.conflict.pk,
    }
    assert planner.post(at(world.cycle, "questions/"), sent | {"decider": "nobody"}).status_code == 400
    assert planner.post(at(world.cycle, "questions/"), sent | {"conflict": 0}).status_code == 404
    assert planner.post(at(world.cycle, "questions/"), sent | {"options": [world.base.pk]}).status_code == 422
    asked = planner.post(at(world.cycle, "questions/"), sent).json()
    assert (asked["decider"], sorted(asked["options"])) == ("Eve", sorted([world.base.pk, world.dearer.pk]))
    decide = f"/api/v1/questions/{asked['id']}/decide/"
    answer = {"scenario": world.dearer.pk, "rationale": "Costs rose.", "check_on": "2022-04-01"}
    assert planner.post(decide, answer).status_code == 403
    decided = eve.post(decide, answer, key="once").json()
    assert (decided["chosen_name"], decided["expected_effect"]["revenue"]) == ("Dearer", 100.0)
    assert eve.post(decide, answer, key="once").json() == decided
    assert "stays closed" in eve.post(decide, answer).json()["error"]
    assert [row["rationale"] for row in planner.rows("/api/v1/decisions/?words=costs")] == ["Costs rose."]
    assert planner.rows(f"/api/v1/decisions/?cycle={world.cycle.pk + 1}") == []
    assert eve.post("/api/v1/questions/0/decide/", answer).status_code == 404


def test_questions_of_more_options_take_no_more_queries(cast: Cast, world: World) -> None:
    question_make(cast, world)
    few = calls_of(cast.eve, [at(world.cycle, "questions/")])
    for _ in range(4):
        question_make(cast, world)
    assert calls_of(cast.eve, [at(world.cycle, "questions/")]) == few


def test_a_plan_is_chosen_and_signed_by_its_approvers_only(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.REVIEW)
    eve, finn = api_of(cast.eve), api_of(cast.finn)
    assert eve.get(at(world.cycle, "sign-off/")).json()["choice"] is None
    chosen_make(cast, world)
    assert finn.post(at(world.cycle, "sign/"), {"version": 7}).status_code == 422
    assert finn.post(at(world.cycle, "sign/"), {"version": 1}).json()["state"] == "signed"
    assert eve.get(at(world.cycle, "sign-off/")).json()["waiting"] == ["Eve"]
    assert api_of(cast.olga).post(at(world.cycle, "sign/"), {"version": 1}).status_code == 403
    assert eve.post(at(world.cycle, "sign/"), {"version": 1, "refuse": True}).status_code == 422
    chosen = eve.post(at(world.cycle, "choose/"), {"scenario": world.base.pk, "assumption": "Prices hold."}).json()
    assert (chosen["version"], chosen["scenario_name"]) == (2, "Base plan")
    assert sorted(eve.get(at(world.cycle, "sign-off/")).json()["waiting"]) == ["Eve", "Finn"]


def test_only_a_signed_plan_is_published_and_only_by_the_coordinator(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.PUBLISH)
    chosen_make(cast, world)
    assert api_of(cast.eve).post(at(world.cycle, "publish/")).status_code == 403
    answer = api_of(cast.cora).post(at(world.cycle, "publish/"))
    assert (answer.status_code, "Not every approver has signed" in answer.json()["error"]) == (422, True)


def test_a_rep_reads_the_plan_and_its_measures_of_own_customers_only(cast: Cast, world: World) -> None:
    plan = plan_make(cast, world)
    ana, finn = api_of(cast.ana), api_of(cast.finn)
    assert [row["seal"] for row in ana.rows(f"/api/v1/plans/?cycle={world.cycle.pk}")] == ["0" * 64]
    assert ana.get(f"/api/v1/plans/{plan.pk}/").json()["published_by"] == "Cora"
    address = f"/api/v1/plans/{plan.pk}/lines/"
    assert {row["customer_code"] for row in ana.rows(address)} <= {"HARBOUR", ""}
    assert ana.rows(f"{address}?customer=RIDGE") == []
    assert [row["demand"] for row in finn.rows(f"{address}?customer=RIDGE")] == ["9.000"]
    assert {row["code"] for row in ana.rows(at(world.cycle, "measures/?kind=customer"))} == {"HARBOUR"}
    assert len(finn.rows(at(world.cycle, "measures/?kind=customer"))) == 2
    total = ana.rows(at(world.cycle, "measures/?kind=total"))[0]
    assert (total["wmape"], total["bias"], total["forecast"]) == (0.2, 0.2, "12.000")


def test_measuring_waits_for_actuals_and_looking_back_needs_a_sentence(cast: Cast, world: World) -> None:
    answer = api_of(cast.olga).post(at(world.cycle, "measures/"))
    assert (answer.status_code, "Nothing to measure yet" in answer.json()["error"]) == (422, True)
    step_only(world.cycle, StepKind.REVIEW)
    question = question_make(cast, world)
    sent = {"scenario": world.dearer.pk, "rationale": "Costs rose.", "check_on": "2022-04-01"}
    api_of(cast.eve).post(f"/api/v1/questions/{question.pk}/decide/", sent)
    address = f"/api/v1/decisions/{Decision.objects.get().pk}/check/"
    assert api_of(cast.olga).post(address, {"state": "kept"}).status_code == 400
    assert api_of(cast.eve).post(address, {"state": "kept", "sentence": "Held."}).status_code == 403
    assert api_of(cast.olga).post(address, {"state": "kept", "sentence": "Held."}).json()["state"] == "kept"
    assert api_of(cast.olga).post("/api/v1/decisions/0/check/", {"state": "kept", "sentence": "?"}).status_code == 404
    assert DecisionCheck.objects.count() == 1
    assert Scenario.objects.count() == 2
