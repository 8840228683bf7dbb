"""Baseline runs: asking for one, looking at what came out, adopting it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from demand.api import shapes
from demand.models import BaselineRun
from demand.selectors import runs as selectors
from demand.selectors.runs import AccuracyRow
from demand.services.baseline import baseline_adopt, baseline_request
from sop.api.base import ListView, WriteView, cycle_of
from sop.models import User


class BaselineRunsView(ListView, WriteView):
    """A cycle's baseline runs, latest first. POST asks for a new one; follow its job."""

    read_right = "demand.view_demand"
    write_right = "demand.run_baseline"
    item = shapes.BaselineRunOut
    orderings = {"created": ("-created_at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[BaselineRun]:
        """Return the runs."""
        return selectors.runs(cycle_of(address["cycle_id"]))

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> BaselineRun:
        """Ask for a run."""
        return baseline_request(user=user, cycle_id=cycle_of(address["cycle_id"]).pk)


class BaselineAccuracyView(ListView):
    """How well a run forecast the year held back: by route, then by family, then by method."""

    read_right = "demand.view_demand"
    item = shapes.AccuracyOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[AccuracyRow]:
        """Return the run's errors."""
        run = get_object_or_404(BaselineRun, pk=address["run_id"])
        return [row for by in ("route", "family", "method") for row in selectors.accuracy(run, by)]


class BaselineAdoptView(WriteView):
    """Make a complete run the one everybody works on."""

    write_right = "demand.run_baseline"
    item = shapes.BaselineRunOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> BaselineRun:
        """Adopt it."""
        return baseline_adopt(user=user, **address)
