"""The shapes people fill in at the executive review; meaning is checked by the services."""

from django import forms

from reconcile import selectors as reconcile
from sop.models import Cycle, User


class QuestionForm(forms.Form):
    """A question with its options."""

    sentence = forms.CharField(max_length=200, label="Question, one sentence")
    background = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), required=False, label="What they should know"
    )
    options = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple, label="Options"
    )
    recommended = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="We recommend", empty_label="Nothing"
    )
    dissent = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), required=False, label="Who sees it differently, and why"
    )
    decider = forms.ModelChoiceField(queryset=User.objects.none(), label="Who decides", empty_label="Choose")
    due_at = forms.DateTimeField(
        label="Until when", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    conflict = forms.ModelChoiceField(queryset=User.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, cycle: Cycle, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        options = reconcile.scenarios(cycle)
        self.fields["options"].queryset = options  # type: ignore[attr-defined]
        self.fields["recommended"].queryset = options  # type: ignore[attr-defined]
        self.fields["decider"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            is_active=True, groups__permissions__codename="decide"
        ).distinct()
        self.fields["conflict"].queryset = reconcile.conflicts(cycle)  # type: ignore[attr-defined]


class PrepareForm(QuestionForm):
    """The options of a question that is asked already: carried from the last cycle."""

    def __init__(self, *args: object, cycle: Cycle, **kwargs: object) -> None:
        super().__init__(*args, cycle=cycle, **kwargs)
        for asked in ("sentence", "background", "dissent", "due_at", "conflict"):
            del self.fields[asked]


class DecisionForm(forms.Form):
    """An answer with its reason and the day it is looked at again."""

    scenario = forms.IntegerField()
    rationale = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), label="Why")
    check_on = forms.DateField(label="Look again on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    trip_wire = forms.CharField(max_length=200, required=False, label="Unless (what would reopen it)")


class PlanForm(forms.Form):
    """The one scenario that is to become the plan."""

    scenario = forms.ModelChoiceField(queryset=User.objects.none(), label="The plan")
    assumption = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), label="What we assume, in one sentence")

    def __init__(self, *args: object, cycle: Cycle, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["scenario"].queryset = reconcile.scenarios(cycle)  # type: ignore[attr-defined]


class SignForm(forms.Form):
    """A signature, or a refusal with its reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), label="Comment")
