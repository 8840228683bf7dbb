"""Cycles, their steps, who is how far, what happened; opening, submitting, closing, reopening."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from sop.api.base import ListView, OneView, WriteView, cycle_of
from sop.api.serializers import Body, Query, RowOut
from sop.constants import STEP_CLOSE_PERMISSION, CycleState, Progress, StepState
from sop.models import Cycle, CycleEvent, CycleStep, StepProgress, User
from sop.selectors import cycle as selectors
from sop.selectors.cycle_page import SUBMITTED_HERE
from sop.services import cycle as services
from sop.services import step_reopen as step_reopening
from sop.services.cycle_open import cycle_close, cycle_open

CLOSERS = tuple(sorted({*STEP_CLOSE_PERMISSION.values(), "sop.open_cycle"}))  # which of them, says the step


class CycleOut(RowOut):
    """One cycle."""

    class Meta:
        """What is shown."""

        model = Cycle
        fields = ("id", "bucket", "horizon_months", "state", "opened_at", "closed_at", "published_at", "measured_at")


class StepOut(RowOut):
    """One step of a cycle."""

    name = serializers.CharField(source="get_kind_display")
    owner = serializers.CharField(source="owner.name", allow_null=True)
    closed_by = serializers.CharField(source="closed_by.name", allow_null=True)

    class Meta:
        """What is shown."""

        model = CycleStep
        fields = (
            *("id", "cycle", "number", "kind", "name", "state", "owner", "due_at", "opened_at"),
            *("closed_at", "closed_by", "stale_because"),
        )


class ProgressOut(RowOut):
    """How far one person is in one step."""

    kind = serializers.CharField(source="step.kind")
    person = serializers.CharField(source="user.name")

    class Meta:
        """What is shown."""

        model = StepProgress
        fields = ("id", "step", "kind", "person", "state", "started_at", "submitted_at", "late", "note")


class EventOut(RowOut):
    """One thing that happened."""

    class Meta:
        """What is shown."""

        model = CycleEvent
        fields = ("id", "step", "at", "user_name", "kind", "sentence", "reason", "request_id")


class CycleQuery(Query):
    """Which cycles."""

    state = serializers.ChoiceField(choices=CycleState.choices)


class CycleIn(Body):
    """A cycle to be opened."""

    bucket = serializers.DateField(required=False, help_text="First month planned; without it, the next one.")


class ReasonIn(Body):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class NoteIn(Body):
    """What should be looked at again."""

    note = serializers.CharField(max_length=2000)


class StepQuery(Query):
    """Which steps."""

    state = serializers.ChoiceField(choices=StepState.choices)


class ProgressQuery(Query):
    """Whose part of which step."""

    state = serializers.ChoiceField(choices=Progress.choices)
    kind = serializers.CharField(source="step__kind")


class EventQuery(Query):
    """Which events."""

    kind = serializers.CharField()
    step = serializers.IntegerField(source="step_id")


class CyclesView(ListView, WriteView):
    """All cycles. POST opens the next one."""

    write_right = "sop.open_cycle"
    query, body, item = CycleQuery, CycleIn, CycleOut
    orderings = {"bucket": ("-bucket",)}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Cycle]:
        """Return all cycles."""
        return selectors.cycles().filter(**query)

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Cycle:
        """Open the next cycle."""
        return cycle_open(user=user, bucket=fields.get("bucket"))


class CycleView(OneView):
    """One cycle."""

    item = CycleOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> Cycle:
        """Return the cycle."""
        return cycle_of(address["cycle_id"])


class CycleCloseView(WriteView):
    """Close a cycle whose steps are all closed."""

    write_right = "sop.open_cycle"
    item = CycleOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Cycle:
        """Close it."""
        return cycle_close(user=user, cycle_id=address["cycle_id"])


class StepsView(ListView):
    """A cycle's steps in order."""

    query, item = StepQuery, StepOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[CycleStep]:
        """Return the steps."""
        found = selectors.steps(cycle_of(address["cycle_id"]))
        return [step for step in found if step.state == query.get("state", step.state)]


class ProgressView(ListView):
    """Everybody's progress in all steps of a cycle."""

    query, item = ProgressQuery, ProgressOut
    orderings = {"step": ("step", "user__name", "id"), "person": ("user__name", "step")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[StepProgress]:
        """Return one row per person and step."""
        return selectors.progress(cycle_of(address["cycle_id"])).filter(**query)


class EventsView(ListView):
    """What happened in a cycle, latest first."""

    query, item = EventQuery, EventOut
    orderings = {"at": ("-at", "-id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[CycleEvent]:
        """Return the events."""
        return selectors.events(cycle_of(address["cycle_id"]), limit=None).filter(**query)


class StepOpenView(WriteView):
    """Open a waiting step whose gate lets it pass."""

    write_right = CLOSERS
    item = StepOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> CycleStep:
        """Open it."""
        return services.step_open(user=user, **address)


class StepCloseView(WriteView):
    """Close an open step; with a reason the coordinator closes without the late ones."""

    write_right = CLOSERS
    body, item = ReasonIn, StepOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> CycleStep:
        """Close it."""
        return services.step_close(user=user, reason=fields["reason"], **address)


class StepReopenView(WriteView):
    """Open a closed step again with a reason."""

    write_right = "sop.open_cycle"
    body, item = ReasonIn, StepOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> CycleStep:
        """Reopen it."""
        return step_reopening.step_reopen(user=user, reason=fields["reason"], **address)


class StepSubmitView(WriteView):
    """Hand in one's own part of plan supply or reconcile; a territory is submitted under its cycle's demand."""

    item = ProgressOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> StepProgress:
        """Submit it."""
        get_object_or_404(CycleStep, pk=address["step_id"], kind__in=SUBMITTED_HERE)
        return services.step_submit(user=user, **address)


class AskBackView(WriteView):
    """Give a submitted part back to its person with a note."""

    write_right = CLOSERS
    body, item = NoteIn, ProgressOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> StepProgress:
        """Ask back."""
        part = get_object_or_404(StepProgress, pk=address["progress_id"])
        return services.step_ask_back(user=user, progress_id=part.pk, note=fields["note"])
