"""What of the review goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from review.constants import QuestionState
from review.models import Approval, Decision, Pack, PlanChoice, Question
from sop.api.serializers import Body, Query, RowOut
from sop.models import User


class PackOut(RowOut):
    """The frozen copy of every figure leadership looks at."""

    frozen_by = serializers.CharField(source="frozen_by.name")

    class Meta:
        """What is shown."""

        model = Pack
        fields = ("id", "cycle", "version", "figures", "frozen_at", "frozen_by", "reason", "current")


class DecisionOut(RowOut):
    """The answer to one question: what, why, what is expected, when it is looked at again."""

    cycle = serializers.IntegerField(source="question.cycle_id")
    sentence = serializers.CharField(source="question.sentence")
    chosen_name = serializers.CharField(source="chosen.name")
    decided_by = serializers.CharField(source="decided_by.name")

    class Meta:
        """What is shown."""

        model = Decision
        fields = (
            *("id", "cycle", "question", "sentence", "chosen", "chosen_name", "rationale", "expected_effect"),
            *("check_on", "trip_wire", "decided_by", "decided_at"),
        )


class QuestionOut(RowOut):
    """One question leadership must answer; options are scenarios."""

    decider = serializers.CharField(source="decider.name")

    class Meta:
        """What is shown."""

        model = Question
        fields = (
            *("id", "cycle", "sentence", "background", "decider", "due_at", "conflict", "options", "recommended"),
            *("dissent", "state", "raised_at", "carried_from", "reopened", "carry_reason"),
        )


class ChoiceOut(RowOut):
    """The one scenario that is to become the plan; signatures are for its version."""

    scenario_name = serializers.CharField(source="scenario.name")
    chosen_by = serializers.CharField(source="chosen_by.name")

    class Meta:
        """What is shown."""

        model = PlanChoice
        fields = (
            "cycle",
            "scenario",
            "scenario_name",
            "scenario_run",
            "version",
            "assumption",
            "chosen_by",
            "chosen_at",
        )


class ApprovalOut(RowOut):
    """One named approver's signature, or its refusal."""

    approver = serializers.CharField(source="approver.name")

    class Meta:
        """What is shown."""

        model = Approval
        fields = ("id", "version", "approver", "function", "state", "comment", "decided_at")


class SignOffOut(serializers.Serializer[Any]):
    """Where the signatures stand; `choice` is null until a plan is chosen."""

    choice = ChoiceOut(allow_null=True)
    approvals = ApprovalOut(many=True)
    complete = serializers.BooleanField()
    waiting = serializers.ListField(child=serializers.CharField())
    outdated = serializers.CharField(help_text="Why the plan must be chosen anew; empty while it stands.")


class QuestionQuery(Query):
    """Which questions."""

    state = serializers.ChoiceField(choices=QuestionState.choices)


class DecisionQuery(Query):
    """Which decisions."""

    cycle = serializers.IntegerField(source="question__cycle_id")
    words = serializers.CharField(help_text="In the question, the reason or the trip-wire.")


class PackIn(Body):
    """Why another pack is needed; empty for the first."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class QuestionIn(Body):
    """One question with its options."""

    sentence = serializers.CharField(max_length=200)
    background = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    dissent = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    decider = serializers.SlugRelatedField(slug_field="username", queryset=User.objects.filter(is_active=True))
    due_at = serializers.DateTimeField()
    options = serializers.ListField(child=serializers.IntegerField(), max_length=50)
    recommended = serializers.IntegerField(required=False, allow_null=True, default=None)
    conflict = serializers.IntegerField(required=False, allow_null=True, default=None)


class CarryIn(Body):
    """Why a question is not decided now."""

    reason = serializers.CharField(max_length=4000)


class PrepareIn(Body):
    """This cycle's options of a carried question; without a decider the one asked before stays."""

    options = serializers.ListField(child=serializers.IntegerField(), max_length=50)
    recommended = serializers.IntegerField(required=False, allow_null=True, default=None)
    decider = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_active=True), required=False, default=None
    )


class DecisionIn(Body):
    """The answer to a question."""

    scenario = serializers.IntegerField()
    rationale = serializers.CharField(max_length=4000)
    check_on = serializers.DateField()
    trip_wire = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class ChoiceIn(Body):
    """The scenario that is to become the plan."""

    scenario = serializers.IntegerField()
    assumption = serializers.CharField(max_length=4000)


class SignIn(Body):
    """A signature under the version you have looked at, or a refusal with its reason."""

    version = serializers.IntegerField()
    comment = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    refuse = serializers.BooleanField(default=False)
