"""The monthly cycle, its steps, who is how far, and what happened when."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from sop.constants import HORIZON_DEFAULT, HORIZON_MAX, HORIZON_MIN, CycleState, Progress, StepKind, StepState
from sop.models.history import history


class Cycle(models.Model):
    """One row is one month's planning; `bucket` is the first month it plans."""

    bucket = models.DateField(unique=True)
    horizon_months = models.PositiveSmallIntegerField(
        default=HORIZON_DEFAULT, validators=[MinValueValidator(HORIZON_MIN), MaxValueValidator(HORIZON_MAX)]
    )
    state = models.CharField(max_length=6, choices=CycleState, default=CycleState.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    # A fact a later step writes and an earlier gate reads: this cycle's plan was held against what happened.
    measured_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """At most one cycle is open, held by the database."""

        ordering = ["-bucket"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state=CycleState.OPEN), name="cycle_only_one_open"
            ),
            models.CheckConstraint(condition=models.Q(bucket__day=1), name="cycle_bucket_first_day"),
            models.CheckConstraint(
                condition=models.Q(horizon_months__gte=HORIZON_MIN, horizon_months__lte=HORIZON_MAX),
                name="cycle_horizon_range",
            ),
        ]
        permissions = [
            ("open_cycle", "Open and close cycles, move and reopen steps"),
            ("manage_people", "Create, change and deactivate people"),
            ("edit_master_data", "Edit products, customers, locations, suppliers"),
            ("edit_money", "Edit prices, costs, budget and rates"),
            ("import_data", "Import files"),
            ("view_all_customers", "See every customer in detail"),
        ]

    def __str__(self) -> str:
        return f"{self.bucket:%B %Y} cycle"


class CycleStep(models.Model):
    """One row is one step of one cycle; its row lock orders edits against closing."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind)
    number = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=StepState, default=StepState.WAITING)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Why this step's figures no longer follow from the earlier steps; empty = fresh.
    stale_because = models.TextField(blank=True)
    history = history()

    class Meta:
        """Each step once per cycle."""

        ordering = ["cycle", "number"]
        constraints = [models.UniqueConstraint(fields=["cycle", "kind"], name="step_once_per_cycle")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.cycle}"


class StepProgress(models.Model):
    """One row is how far one person is in one step (a rep's territory, a planner's part, an approver)."""

    step = models.ForeignKey(CycleStep, on_delete=models.PROTECT, related_name="progress")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="progress")
    state = models.CharField(max_length=12, choices=Progress, default=Progress.NOT_STARTED)
    started_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # The step closed without this person: the last good numbers were used.
    late = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    history = history()

    class Meta:
        """One line per person and step."""

        ordering = ["step", "user"]
        constraints = [models.UniqueConstraint(fields=["step", "user"], name="progress_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_state_display()}"


class CycleEvent(models.Model):
    """One row is something that happened in a cycle, as a sentence; never changed, never removed."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="events")
    step = models.ForeignKey(CycleStep, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    user_name = models.CharField(max_length=150)
    kind = models.CharField(max_length=40)
    sentence = models.TextField()
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        """Latest first."""

        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["cycle", "-at"], name="cycleevent_cycle_at")]

    def __str__(self) -> str:
        return self.sentence
