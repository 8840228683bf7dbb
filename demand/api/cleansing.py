"""Corrections of history: reading them, deciding on them, looking through history."""

from typing import Any

from django.db.models import QuerySet

from demand.api import cleansing_shapes as shapes
from demand.constants import CleansingDecision
from demand.models import Cleansing
from demand.selectors.cleansing import Narrowed, cleansing_found, cleansing_listed
from demand.services.cleansing import cleansing_decide
from demand.services.cleansing_add import cleansing_add
from demand.services.cleansing_look import cleansing_look
from sop.api.base import ListView, WriteView, cycle_of
from sop.models import Job, User


class CleansingView(ListView):
    """Corrections of the series you see, those that move most money first; `version` is what a decision names."""

    read_right = "demand.view_demand"
    query, item = shapes.CleansingQuery, shapes.CleansingOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Cleansing]:
        """Return the corrections in scope."""
        codes = {name: query.pop(name) for name in list(query) if name.startswith("series__")}
        found = cleansing_found(user, Narrowed(**{"state": ""} | query)).filter(**codes)
        return cleansing_listed(found, on=cycle_of(address["cycle_id"]).bucket).select_related(
            "series__product__family"
        )


class CleansingLookView(WriteView):
    """Look through history for months to correct; follow the job."""

    write_right = "demand.run_baseline"
    item = shapes.CleansingJobOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Job:
        """Ask for it."""
        return cleansing_look(user=user, cycle_id=cycle_of(address["cycle_id"]).pk)


class CleansingDecideView(WriteView):
    """Accept or refuse corrections, each in the version you saw: all of them or none."""

    write_right = "demand.run_baseline"
    body, item = shapes.CleansingDecideIn, shapes.CleansingDecidedOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, Any]:
        """Decide."""
        rows = cleansing_decide(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            decision=CleansingDecision(fields["decision"]),
            seen={row["id"]: row["version"] for row in fields["rows"]},
            note=fields["note"],
            cleaned=fields.get("cleaned"),
        )
        return {"decided": rows}


class CleansingAddView(WriteView):
    """Correct a month that looking through history did not propose; it counts from the next baseline run on."""

    write_right = "demand.run_baseline"
    body, item = shapes.CleansingAddIn, shapes.CleansingDecidedRow

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Cleansing:
        """Correct it."""
        return cleansing_add(
            user=user,
            cycle_id=cycle_of(address["cycle_id"]).pk,
            series_id=fields["series"],
            bucket=fields["bucket"],
            cleaned=fields.get("cleaned"),
            note=fields["note"],
            version=fields["version"],
        )
