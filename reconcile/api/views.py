"""The family sheet, conflicts and scenarios; answering, pulling levers, calculating."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from reconcile import selectors
from reconcile.api import shapes
from reconcile.models import Conflict, Lever, Scenario, ScenarioLine, ScenarioRun
from reconcile.selectors.sheet import SheetMonth, family_sheet
from reconcile.services import calculate as calculations
from reconcile.services import scenario as services
from reconcile.services.conflict import conflict_answer
from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.models import Cycle, User

VIEW = "reconcile.view_reconcile"
EDIT = "reconcile.edit_scenario"
EDIT_OR_FREEZE = (EDIT, "review.freeze_pack")


class SheetView(ListView):
    """Demand, supply, inventory and money by month, of a family or all, in the base plan or a scenario."""

    read_right = VIEW
    query, item = shapes.SheetQuery, shapes.SheetMonthOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[SheetMonth]:
        """Return the months; none before the first calculation."""
        cycle = cycle_of(address["cycle_id"])
        scenario = selectors.scenario_base(cycle)
        if "scenario" in query:
            scenario = get_object_or_404(selectors.scenarios(cycle), pk=query["scenario"])
        run = selectors.scenario_run(scenario) if scenario else None
        family = query.get("family")
        return family_sheet(run, family.pk if family else None) if run else []


class SheetCalculateView(WriteView):
    """Put the newest demand and supply side by side: calculate the base plan and find the conflicts."""

    write_right = EDIT
    item = shapes.ScenarioRunOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> ScenarioRun:
        """Ask for the calculation."""
        return calculations.base_request(user=user, cycle_id=cycle_of(address["cycle_id"]).pk)


class ConflictsView(ListView):
    """Where demand, supply and money contradict each other, most money first."""

    read_right = VIEW
    query, item = shapes.ConflictQuery, shapes.ConflictOut
    orderings = {"money": ("-money", "id"), "month": ("first_bucket", "-money", "id"), "family": ("family__code", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Conflict]:
        """Return the conflicts."""
        return selectors.conflicts(cycle_of(address["cycle_id"])).filter(**query)


class ConflictAnswerView(WriteView):
    """Own a conflict, or accept it as it is with a reason."""

    write_right = "reconcile.own_conflict"
    body, item = shapes.ConflictIn, shapes.ConflictOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Conflict:
        """Answer it."""
        return conflict_answer(user=user, conflict_id=address["conflict_id"], **fields)


class ScenariosView(ListView, WriteView):
    """A cycle's scenarios with levers and key figures. POST begins one without levers."""

    read_right, write_right = VIEW, EDIT
    query, body, item = shapes.ScenarioQuery, shapes.ScenarioIn, shapes.ScenarioOut
    orderings = {"created": ("-base", "created_at", "id"), "name": ("name",)}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Scenario]:
        """Return the scenarios."""
        return _whole(selectors.scenarios(cycle_of(address["cycle_id"]))).filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Scenario:
        """Begin a scenario."""
        return services.scenario_create(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, **fields)


class CombineView(WriteView):
    """Make one scenario of several, with all their levers."""

    write_right = EDIT_OR_FREEZE
    body, item = shapes.CombineIn, shapes.ScenarioOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Scenario:
        """Combine them."""
        cycle: Cycle = cycle_of(address["cycle_id"])
        return services.scenario_combine(
            user=user, cycle_id=cycle.pk, name=fields["name"], scenario_ids=fields["scenarios"]
        )


class ScenarioView(OneView):
    """One scenario with levers and key figures."""

    read_right = VIEW
    item = shapes.ScenarioOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> Scenario:
        """Return the scenario."""
        return get_object_or_404(_whole(Scenario.objects.all()), pk=address["scenario_id"])


class ScenarioLinesView(ListView):
    """A scenario's calculated plan, one row per stock item and month."""

    read_right = VIEW
    query, item = shapes.LineQuery, shapes.ScenarioLineOut
    orderings = {"item": ("item__product__code", "item__location__code", "bucket", "id"), "month": ("bucket", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[ScenarioLine]:
        """Return the lines; none before the first calculation."""
        run = selectors.scenario_run(get_object_or_404(Scenario, pk=address["scenario_id"]))
        return selectors.lines(run).filter(**query) if run else ScenarioLine.objects.none()


class LeverView(WriteView):
    """Pull a lever in a draft scenario; calculate the scenario to see what it does."""

    write_right = EDIT
    body, item = shapes.LeverIn, shapes.LeverOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Lever:
        """Pull it."""
        family, product = fields.get("family"), fields.get("product")
        pull = services.Pull(
            kind=fields["kind"],
            first_bucket=fields["first_bucket"],
            last_bucket=fields.get("last_bucket"),
            family_id=family.pk if family else None,
            product_id=product.pk if product else None,
            params=fields.get("params"),
        )
        return services.lever_pull(user=user, scenario_id=address["scenario_id"], pull=pull)


class ReleaseView(WriteView):
    """Take a lever out of a draft scenario."""

    write_right = EDIT
    item = shapes.ScenarioOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Scenario:
        """Release it."""
        return services.lever_release(user=user, **address)


class ScenarioCalculateView(WriteView):
    """Calculate a draft scenario on the current supply plan's inputs; follow its job."""

    write_right = EDIT_OR_FREEZE
    item = shapes.ScenarioRunOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> ScenarioRun:
        """Ask for the calculation."""
        return calculations.scenario_request(user=user, **address)


class DropView(WriteView):
    """Put a draft scenario away; it stays in history."""

    write_right = EDIT
    item = shapes.ScenarioOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Scenario:
        """Drop it."""
        return services.scenario_drop(user=user, **address)


def _whole(scenarios: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Load levers and the shown run along."""
    shown = Prefetch("runs", queryset=ScenarioRun.objects.filter(current=True))
    return scenarios.select_related("created_by").prefetch_related("levers__family", "levers__product", shown)
