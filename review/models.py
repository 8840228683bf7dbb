"""The executive review: a frozen pack, questions, decisions, signatures."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from review.constants import ApprovalState, QuestionState
from sop.models.history import history


class Pack(models.Model):
    """One row is the frozen copy of every figure leadership looks at; a later one replaces it with a reason."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="packs")
    version = models.PositiveSmallIntegerField()
    figures = models.JSONField()  # the pack's sections exactly as shown
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)  # why a second pack was needed
    current = models.BooleanField(default=True)

    class Meta:
        """One current pack per cycle."""

        ordering = ["-frozen_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "version"], name="pack_version_once"),
            models.UniqueConstraint(fields=["cycle"], condition=Q(current=True), name="pack_one_current"),
        ]
        permissions = [
            ("view_review", "See the executive review"),
            ("freeze_pack", "Freeze the pack, raise questions"),
            ("decide", "Decide questions"),
            ("approve_plan", "Sign the plan"),
        ]

    def __str__(self) -> str:
        return f"Pack {self.version}, {self.cycle}"


class Question(models.Model):
    """One row is one question leadership must answer: one sentence, one decider, options that are scenarios."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="questions")
    sentence = models.CharField(max_length=200)
    background = models.TextField(blank=True)
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions")
    due_at = models.DateTimeField()
    conflict = models.ForeignKey(
        "reconcile.Conflict", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    options = models.ManyToManyField("reconcile.Scenario", related_name="questions")
    recommended = models.ForeignKey("reconcile.Scenario", null=True, on_delete=models.PROTECT, related_name="+")
    dissent = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=QuestionState, default=QuestionState.OPEN)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    carried_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reopened = models.PositiveSmallIntegerField(default=0)  # how many cycles left it undecided before this one
    carry_reason = models.TextField(blank=True)  # why it leaves this cycle undecided
    carried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = history()

    class Meta:
        """In the order they were raised; what is carried on is carried once."""

        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["carried_from"], name="question_carried_once")]

    def __str__(self) -> str:
        return self.sentence


class Decision(models.Model):
    """One row is the answer to one question: what, why, what we expect, when we look again."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="decision")
    chosen = models.ForeignKey("reconcile.Scenario", on_delete=models.PROTECT, related_name="decisions")
    rationale = models.TextField()
    expected_effect = models.JSONField(default=dict)  # figures of the chosen scenario against the base
    check_on = models.DateField()
    trip_wire = models.CharField(max_length=200, blank=True)  # "lead time above 10 weeks: do B"
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    history = history()

    class Meta:
        """Latest first."""

        ordering = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.question}: {self.chosen}"


class PlanChoice(models.Model):
    """One row is the one scenario of a cycle that is to become the plan; approvals sign this row's version."""

    cycle = models.OneToOneField("sop.Cycle", on_delete=models.PROTECT, related_name="plan_choice")
    scenario = models.ForeignKey("reconcile.Scenario", on_delete=models.PROTECT, related_name="+")
    scenario_run = models.ForeignKey("reconcile.ScenarioRun", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(default=1)  # rises when another scenario is chosen; signatures fall
    assumption = models.TextField(blank=True)  # what we assume, in one sentence
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    history = history()

    def __str__(self) -> str:
        return f"{self.scenario} as the plan of {self.cycle}"


class Approval(models.Model):
    """One row is one named approver's signature (or refusal) under one version of the chosen plan."""

    choice = models.ForeignKey(PlanChoice, on_delete=models.PROTECT, related_name="approvals")
    version = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    function = models.CharField(max_length=40)  # Sales, Operations, Finance, Managing director
    state = models.CharField(max_length=8, choices=ApprovalState, default=ApprovalState.WAITING)
    comment = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    history = history()

    class Meta:
        """Once per approver and version."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["choice", "version", "approver"], name="approval_once_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.approver}: {self.get_state_display()}"


class Approver(models.Model):
    """One row names a person whose signature every plan needs, and for which function."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approver")
    function = models.CharField(max_length=40, unique=True)
    number = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)
    history = history()

    class Meta:
        """In the order they are listed."""

        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.function}: {self.user}"
