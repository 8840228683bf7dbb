"""The demand plan: reading it by series and month, changing it, giving reasons, submitting."""

import uuid
from typing import Any

from rest_framework.request import Request

from demand.api import shapes
from demand.constants import Action
from demand.forms.grid import ChangeRequest, change_request
from demand.selectors.plan_rows import PlanRows, plan_rows
from demand.selectors.submit import Unexplained, reasons_missing
from demand.services.change_set import change_set_undo
from demand.services.gather import territory_submit
from demand.services.outcome import Outcome, Saved
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.api.base import ListView, WriteView, cycle_of
from sop.api.cycle import ProgressOut
from sop.constants import StepKind
from sop.models import StepProgress, User
from sop.selectors.cycle import progress_of, step


class PlanView(ListView):
    """The demand plan of the customers you see, one row per series and month with every layer."""

    read_right = "demand.view_demand"
    query, item = shapes.PlanQuery, shapes.LayersOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> PlanRows:
        """Return the rows in scope."""
        return plan_rows(cycle_of(address["cycle_id"]), user, **query)


class OverridesView(WriteView):
    """Change the forecast: good cells are saved, the others come back with the reason why not."""

    write_right = "demand.override_forecast"
    body, item = shapes.OverridesIn, shapes.OutcomeOut

    def read_body(self, request: Request, body: bytes) -> dict[str, Any]:
        """Read the change as the grid's own requests are read: 200,000 cells are too many for field by field."""
        return {"change": change_request(body)}

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Outcome:
        """Save the change set."""
        change: ChangeRequest = fields["change"]
        return overrides_save(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            change_set_id=change.change_set,
            action=Action.API,
            cells=change.cells,
            reason=change.reason,
            note=change.note,
        )

    def status_of(self, result: Outcome) -> int:
        """Answer 422 when nothing at all was saved, as the grid is told."""
        return 200 if result.saved or not result.refused else 422


class UndoView(WriteView):
    """Take back one change as a whole; cells changed since by somebody else stay and are named."""

    write_right = "demand.override_forecast"
    item = shapes.OutcomeOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Outcome:
        """Undo it."""
        return change_set_undo(user=user, change_set_id=address["change_set_id"], undo_id=uuid.uuid4())


class ReasonsView(ListView, WriteView):
    """Your changes that still need a reason before you submit, dearest first. POST gives cells their reason."""

    read_right = write_right = "demand.override_forecast"
    body, item, written = shapes.ReasonsIn, shapes.UnexplainedOut, shapes.ReasonedOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[Unexplained]:
        """Return what has no reason yet."""
        return reasons_missing(cycle_of(address["cycle_id"]), user)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, list[Saved]]:
        """Attach the reason."""
        cells = [(cell["series"], cell["bucket"]) for cell in fields.pop("cells")]
        return {"saved": reasons_set(user=user, cycle_id=cycle_of(address["cycle_id"]).pk, cells=cells, **fields)}


class TerritorySubmitView(WriteView):
    """Submit your own territory; large changes need their reason first."""

    write_right = "demand.override_forecast"
    item = ProgressOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> StepProgress | None:
        """Submit it."""
        cycle = cycle_of(address["cycle_id"])
        territory_submit(user=user, cycle_id=cycle.pk)
        return progress_of(user, step(cycle, StepKind.GATHER))
