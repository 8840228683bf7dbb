"""Who may call which address: one line a route, checked with real requests by tests/web/test_permissions.py.

To add a route, add one line to TABLE: its full name and a rule for each method it offers.

    "demand:export": Route(get="demand.export_demand"),

A rule is a permission ("app.codename") or a role (Role.REP), several of which one is enough (a tuple), EVERYONE
(who is signed in) or PUBLIC. A method without a rule must answer 405. Where an address names something that belongs to
one person, say
in `foreign` which object of Ben's must stay out of Ana's reach: {"token_id": "token_of_ben"}. The numbers that fill
an address (cycle_id, step_id...) come from `world`; a name it does not know becomes 0, which is enough where the
view checks the permission before it looks the object up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sop.constants import Progress, Role, StepKind
from sop.models import StepProgress
from sop.selectors.cycle import step
from sop.services.tokens import token_create
from tests.factories import Cast, cycle_make

EVERYONE = "everyone"
PUBLIC = "public"
NOBODY = ""
Rule = str | tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """Rules of one address by method."""

    get: Rule = NOBODY
    post: Rule = NOBODY
    put: Rule = NOBODY
    patch: Rule = NOBODY
    delete: Rule = NOBODY
    foreign: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)  # what to send where an empty write is refused first


def world(cast: Cast) -> dict[str, object]:
    """Return what fills the addresses: an open cycle in which Ana has submitted, a token of Ana's and one of Ben's."""
    cycle = cycle_make(cast)
    gather = step(cycle, StepKind.GATHER)
    part = StepProgress.objects.get(step=gather, user=cast.ana)
    part.state = Progress.SUBMITTED
    part.save()
    return {
        "cycle_id": cycle.pk,
        "step_id": gather.pk,
        "progress_id": part.pk,
        "person_id": cast.ben.pk,
        "table": "products",
        "token_id": token_create(user=cast.ana, name="Spreadsheet", days=9, read_only=True)[0].pk,
        "token_of_ben": token_create(user=cast.ben, name="Script", days=9, read_only=True)[0].pk,
    }


CLOSES_GATHER = ("demand.close_gather", "sop.open_cycle")

TABLE: dict[str, Route] = {
    # the ground floor
    "sop:home": Route(get=EVERYONE),
    "sop:sign-in": Route(get=PUBLIC, post=PUBLIC),
    "sop:sign-out": Route(post=EVERYONE),
    "sop:healthz": Route(get=PUBLIC),
    "sop:health": Route(get="sop.open_cycle"),
    "sop:history": Route(get=EVERYONE),
    "sop:history-csv": Route(get=EVERYONE),
    "sop:jobs": Route(get=EVERYONE),
    "sop:job-strip": Route(get=EVERYONE),
    "sop:job-detail": Route(get=EVERYONE),
    "sop:job-stop": Route(post=EVERYONE),
    "sop:account": Route(get=EVERYONE),
    "sop:password": Route(get=EVERYONE, post=EVERYONE),
    "sop:theme": Route(post=EVERYONE),
    "sop:styleguide": Route(get=EVERYONE),
    "sop:token-new": Route(post=EVERYONE),
    "sop:token-revoke": Route(post=EVERYONE, foreign={"token_id": "token_of_ben"}),
    "sop:master": Route(get=EVERYONE),
    "sop:master-list": Route(get=EVERYONE),
    "sop:master-new": Route(get="sop.edit_master_data", post="sop.edit_master_data"),  # of `table`, as the next two
    "sop:master-row": Route(get=EVERYONE, post="sop.edit_master_data"),
    "sop:master-delete": Route(post="sop.edit_master_data"),
    "sop:people": Route(get="sop.manage_people"),
    "sop:person-new": Route(get="sop.manage_people", post="sop.manage_people"),
    "sop:person": Route(get="sop.manage_people", post="sop.manage_people"),
    "sop:person-deactivate": Route(post="sop.manage_people"),
    "sop:person-activate": Route(post="sop.manage_people"),
    "sop:person-password": Route(post="sop.manage_people"),
    "sop:cycles": Route(get=EVERYONE),
    "sop:cycle-new": Route(post="sop.open_cycle"),
    "sop:calendar": Route(get="sop.open_cycle", post="sop.open_cycle"),
    "sop:cycle": Route(get=EVERYONE),
    "sop:cycle-end": Route(post="sop.open_cycle"),
    "sop:step-close": Route(post=CLOSES_GATHER),
    "sop:step-open": Route(post=CLOSES_GATHER),
    "sop:step-reopen": Route(post="sop.open_cycle"),
    "sop:step-submit": Route(post=EVERYONE),
    "sop:step-ask-back": Route(post=CLOSES_GATHER),
    "sop:imports": Route(get="sop.import_data", post="sop.import_data"),
    "sop:import": Route(get="sop.import_data"),
    "sop:import-encoding": Route(get="sop.import_data", post="sop.import_data"),
    "sop:import-columns": Route(get="sop.import_data", post="sop.import_data"),
    "sop:import-check": Route(post="sop.import_data"),
    "sop:import-apply": Route(post="sop.import_data"),
    "sop:import-faults": Route(get="sop.import_data"),
    "sop:import-template": Route(get="sop.import_data"),
    # gather demand
    "demand:adjust": Route(get="demand.view_demand"),
    "demand:grid-data": Route(get="demand.view_demand"),
    "demand:grid-measure": Route(get="demand.view_demand"),
    "demand:save": Route(post="demand.override_forecast"),
    "demand:reasons": Route(post="demand.override_forecast"),
    "demand:undo": Route(post="demand.override_forecast"),
    "demand:grid-attention": Route(get="demand.view_demand"),
    "demand:grid-facts": Route(get="demand.view_demand"),
    "demand:reviewed": Route(post="demand.override_forecast"),
    "demand:view-save": Route(post="demand.view_demand"),
    "demand:view-rename": Route(post="demand.view_demand"),
    "demand:view-default": Route(post="demand.view_demand"),
    "demand:view-delete": Route(post="demand.view_demand"),
    "demand:panel": Route(get="demand.view_demand"),
    "demand:row-chart": Route(get="demand.view_demand"),
    "demand:row-orders": Route(get="demand.view_demand"),
    "demand:record": Route(get="demand.view_demand"),
    "demand:people": Route(get="demand.view_demand"),
    "demand:comment": Route(post="demand.view_demand"),
    "demand:comment-resolve": Route(post="demand.view_demand"),
    "demand:assumptions": Route(get="demand.view_demand"),
    "demand:assumption-new": Route(get="demand.override_forecast", post="demand.override_forecast"),
    "demand:assumption": Route(get="demand.view_demand", post="demand.override_forecast"),
    "demand:assumption-scores": Route(get="demand.view_demand"),
    "demand:assumption-score": Route(get="demand.view_demand"),
    "demand:assumption-withdraw": Route(post="demand.override_forecast"),
    "demand:assumption-hand-over": Route(post="demand.override_forecast"),
    "demand:profiles": Route(get="demand.view_demand"),
    "demand:baseline-row": Route(get="demand.view_demand"),
    "demand:row-study": Route(get="demand.view_demand"),
    "demand:family-what-if": Route(get="demand.view_demand"),
    "demand:family-study": Route(get="demand.view_demand"),
    "demand:choices": Route(get="demand.view_demand", post="demand.run_baseline"),
    "demand:choice-end": Route(post="demand.run_baseline"),
    "demand:upload": Route(get="demand.override_forecast", post="demand.override_forecast"),
    "demand:upload-sheet": Route(get="demand.override_forecast"),
    "demand:upload-preview": Route(get="demand.override_forecast"),
    "demand:upload-save": Route(post="demand.override_forecast"),
    "demand:upload-cancel": Route(post="demand.override_forecast"),
    "demand:submit": Route(post=Role.REP),
    "demand:explain": Route(post=Role.REP),
    "demand:export": Route(get="demand.export_demand"),
    "demand:baseline": Route(get="demand.view_demand"),
    "demand:baseline-run": Route(post="demand.run_baseline"),
    "demand:baseline-adopt": Route(post="demand.run_baseline"),
    "demand:baseline-compare": Route(get="demand.view_demand"),
    "demand:cleansing": Route(get="demand.view_demand"),
    "demand:cleansing-look": Route(post="demand.run_baseline"),
    "demand:cleansing-decide": Route(post="demand.run_baseline"),
    "demand:correct-rows": Route(get="demand.run_baseline"),
    "demand:correct": Route(get="demand.run_baseline", post="demand.run_baseline"),
    "demand:cleansing-export": Route(get="demand.export_demand"),
    "demand:correction": Route(get="demand.view_demand", post="demand.run_baseline"),
    "demand:review": Route(get="sop.view_all_customers"),
    "demand:review-accept": Route(post="demand.override_any_forecast"),
    "demand:review-ask": Route(post="demand.override_any_forecast"),
    "demand:consensus": Route(get="sop.view_all_customers"),
    "demand:change": Route(get="demand.view_demand"),
    "demand:change-answer": Route(post="demand.override_forecast"),
    "demand:change-log": Route(get="demand.view_demand"),
    "demand:change-log-csv": Route(get="demand.export_demand"),
    "demand:change-set": Route(get="demand.view_demand"),
    "demand:change-set-undo": Route(post="demand.override_forecast"),
    # plan supply
    "supply:workbench": Route(get="supply.view_supply"),
    "supply:run": Route(post="supply.plan_supply"),
    "supply:export": Route(get="supply.export_supply"),
    "supply:explained": Route(get="supply.view_supply"),
    "supply:explained-items": Route(get="supply.view_supply"),
    "supply:rough-cut": Route(get="supply.view_supply"),
    "supply:limit": Route(post="supply.plan_supply"),
    "supply:item": Route(get="supply.view_supply"),
    "supply:receipts": Route(post="supply.plan_supply"),
    "supply:lead-time": Route(post="supply.plan_supply"),
    "supply:suppliers": Route(get="supply.view_supply"),
    "supply:supplier": Route(get="supply.view_supply"),
    "supply:supplier-lead-time": Route(post="supply.plan_supply"),
    "supply:policy": Route(post="supply.plan_supply"),
    "supply:flag": Route(post="supply.flag_shortage"),
    # reconcile
    "reconcile:sheet": Route(get="reconcile.view_reconcile"),
    "reconcile:calculate": Route(post="reconcile.edit_scenario"),
    "reconcile:export": Route(get="reconcile.export_reconcile"),
    "reconcile:conflict": Route(post="reconcile.own_conflict"),
    "reconcile:scenarios": Route(get="reconcile.view_reconcile", post="reconcile.view_reconcile"),
    "reconcile:combine": Route(post=("reconcile.edit_scenario", "review.freeze_pack")),
    "reconcile:scenario": Route(get="reconcile.view_reconcile"),
    "reconcile:lever": Route(post="reconcile.edit_scenario"),
    "reconcile:release": Route(post="reconcile.edit_scenario"),
    "reconcile:scenario-calculate": Route(post="reconcile.view_reconcile"),
    "reconcile:drop": Route(post="reconcile.edit_scenario"),
    # the executive review
    "review:review": Route(get="review.view_review"),
    "review:pack-freeze": Route(post="review.freeze_pack"),
    "review:question-new": Route(get="review.freeze_pack", post="review.freeze_pack"),
    "review:decide": Route(post="review.decide"),
    "review:question-carry": Route(post=("review.decide", "sop.open_cycle")),
    "review:question-prepare": Route(get="review.freeze_pack", post="review.freeze_pack"),
    "review:plan-choose": Route(post="review.decide"),
    "review:plan-sign": Route(post="review.approve_plan"),
    "review:decisions": Route(get="review.view_review"),
    # publish and measure
    "publish:publish": Route(get="publish.view_plan"),
    "publish:plan-publish": Route(post="publish.publish_plan"),
    "publish:measure": Route(get="publish.view_plan"),
    "publish:measure-run": Route(post="publish.measure_plan"),
    "publish:decision-check": Route(post="publish.measure_plan"),
    "publish:plans": Route(get="publish.view_plan"),
    "publish:seals": Route(get="publish.view_plan", post="publish.export_plan"),
    "publish:plan-csv": Route(get="publish.export_plan"),
    "publish:plan-xlsx": Route(get="publish.export_plan"),
    # programs
    "api:schema": Route(get=EVERYONE),
    "api:families": Route(get=EVERYONE),
    "api:products": Route(get=EVERYONE),
    "api:regions": Route(get=EVERYONE),
    "api:customers": Route(get=EVERYONE),
    "api:locations": Route(get=EVERYONE),
    "api:suppliers": Route(get=EVERYONE),
    "api:jobs": Route(get=EVERYONE),
    "api:job": Route(get=EVERYONE),
    "api:job-cancel": Route(post=EVERYONE),
    "api:cycles": Route(get=EVERYONE, post="sop.open_cycle"),
    "api:cycle": Route(get=EVERYONE),
    "api:cycle-close": Route(post="sop.open_cycle"),
    "api:steps": Route(get=EVERYONE),
    "api:progress": Route(get=EVERYONE),
    "api:events": Route(get=EVERYONE),
    "api:step-open": Route(post=CLOSES_GATHER),
    "api:step-close": Route(post=CLOSES_GATHER),
    "api:step-reopen": Route(post="sop.open_cycle"),
    "api:step-submit": Route(post=EVERYONE),
    "api:step-ask-back": Route(post=CLOSES_GATHER, body={"note": "Roofing doubled: why?"}),
    "api:demand": Route(get="demand.view_demand"),
    "api:overrides": Route(post="demand.override_forecast"),
    "api:reasons": Route(get="demand.override_forecast", post="demand.override_forecast"),
    "api:territory-submit": Route(post=Role.REP),
    "api:uploads": Route(post="demand.override_forecast", body={"file_name": "plan.csv", "content": "cGxhbgo="}),
    "api:upload": Route(get="demand.override_forecast"),
    "api:upload-save": Route(post="demand.override_forecast"),
    "api:upload-cancel": Route(post="demand.override_forecast"),
    "api:assumptions": Route(get="demand.view_demand", post="demand.override_forecast"),
    "api:assumption-scores": Route(get="demand.view_demand"),
    "api:assumption-change": Route(post="demand.override_forecast"),
    "api:assumption-withdraw": Route(post="demand.override_forecast"),
    "api:assumption-hand-over": Route(post="demand.override_forecast"),
    "api:baseline-rows": Route(get="demand.view_demand"),
    "api:baseline-row": Route(get="demand.view_demand"),
    "api:family-what-if": Route(get="demand.view_demand"),
    "api:baseline-choices": Route(get="demand.view_demand", post="demand.run_baseline"),
    "api:baseline-choice-end": Route(post="demand.run_baseline"),
    "api:order-book": Route(get="demand.view_demand"),
    "api:row-orders": Route(get="demand.view_demand"),
    "api:comments": Route(get="demand.view_demand", post="demand.view_demand"),
    "api:comment-resolve": Route(post="demand.view_demand"),
    "api:changes": Route(get="demand.view_demand"),
    "api:changes-accept": Route(post="demand.override_any_forecast", body={"below_percent": "5"}),
    "api:change-ask": Route(
        post="demand.override_any_forecast",
        body={"person": "ana", "product": "SHINGLE", "version": 0, "mark": "0", "note": "Why?"},
    ),
    "api:change-answer": Route(
        post="demand.override_forecast", body={"product": "SHINGLE", "version": 1, "note": "A new depot"}
    ),
    "api:consensus": Route(get="sop.view_all_customers"),
    "api:attention": Route(get="demand.view_demand"),
    "api:reviewed": Route(post="demand.override_forecast"),
    "api:saved-views": Route(get="demand.view_demand", post="demand.view_demand"),
    "api:saved-view-change": Route(post="demand.view_demand"),
    "api:saved-view-delete": Route(post="demand.view_demand"),
    "api:change-sets": Route(get="demand.view_demand"),
    "api:change-cells": Route(get="demand.view_demand"),
    "api:change-set-undo": Route(post="demand.override_forecast"),
    "api:baseline-runs": Route(get="demand.view_demand", post="demand.run_baseline"),
    "api:baseline-accuracy": Route(get="demand.view_demand"),
    "api:baseline-moves": Route(get="demand.view_demand"),
    "api:baseline-family-moves": Route(get="demand.view_demand"),
    "api:baseline-adopt": Route(post="demand.run_baseline"),
    "api:cleansing": Route(get="demand.view_demand"),
    "api:cleansing-look": Route(post="demand.run_baseline"),
    "api:cleansing-decide": Route(post="demand.run_baseline"),
    "api:cleansing-add": Route(post="demand.run_baseline"),
    "api:supply-lines": Route(get="supply.view_supply"),
    "api:supply-items": Route(get="supply.view_supply"),
    "api:supply-flags": Route(get="supply.view_supply"),
    "api:supply-runs": Route(get="supply.view_supply", post="supply.plan_supply"),
    "api:lead-times": Route(get="supply.view_supply", post="supply.plan_supply"),
    "api:supplier-records": Route(get="supply.view_supply"),
    "api:supplier-record": Route(get="supply.view_supply"),
    "api:stock-explained": Route(get="supply.view_supply"),
    "api:stock-explained-groups": Route(get="supply.view_supply"),
    "api:supply-loads": Route(get="supply.view_supply"),
    "api:capacity": Route(get="supply.view_supply", post="supply.plan_supply"),
    "api:receipts": Route(post="supply.plan_supply"),
    "api:policy": Route(get="supply.view_supply", post="supply.plan_supply"),
    "api:flag-answer": Route(post="supply.flag_shortage"),
    "api:orders": Route(get="supply.view_supply"),
    "api:family-sheet": Route(get="reconcile.view_reconcile"),
    "api:sheet-calculate": Route(post="reconcile.edit_scenario"),
    "api:conflicts": Route(get="reconcile.view_reconcile"),
    "api:conflict-answer": Route(post="reconcile.own_conflict"),
    "api:scenarios": Route(get="reconcile.view_reconcile", post="reconcile.edit_scenario"),
    "api:scenario-combine": Route(post=("reconcile.edit_scenario", "review.freeze_pack")),
    "api:scenario": Route(get="reconcile.view_reconcile"),
    "api:scenario-lines": Route(get="reconcile.view_reconcile"),
    "api:levers": Route(post="reconcile.edit_scenario"),
    "api:scenario-calculate": Route(post=("reconcile.edit_scenario", "review.freeze_pack")),
    "api:scenario-drop": Route(post="reconcile.edit_scenario"),
    "api:lever-release": Route(post="reconcile.edit_scenario"),
    "api:pack": Route(get="review.view_review", post="review.freeze_pack"),
    "api:questions": Route(get="review.view_review", post="review.freeze_pack"),
    "api:decide": Route(post="review.decide"),
    "api:question-carry": Route(post=("review.decide", "sop.open_cycle")),
    "api:question-prepare": Route(post="review.freeze_pack"),
    "api:decisions": Route(get="review.view_review"),
    "api:sign-off": Route(get="review.view_review"),
    "api:plan-choose": Route(post="review.decide"),
    "api:plan-sign": Route(post="review.approve_plan"),
    "api:plans": Route(get="publish.view_plan"),
    "api:plan": Route(get="publish.view_plan"),
    "api:plan-lines": Route(get="publish.view_plan"),
    "api:publish": Route(post="publish.publish_plan"),
    "api:measures": Route(get="publish.view_plan", post="publish.measure_plan"),
    "api:decision-check": Route(post="publish.measure_plan"),
    "api:nowhere": Route(get=EVERYONE, post=EVERYONE, put=EVERYONE, patch=EVERYONE, delete=EVERYONE),
}
