"""Chosen baselines: what people have forecast their way, choosing, withdrawing."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from demand.forms.choice import ChoiceForm, ChoiceWithdrawForm
from demand.models import BaselineChoice
from demand.selectors.choices import choices_visible
from demand.selectors.grid import gather_is_open
from demand.services.choice import baseline_choose, choice_withdraw
from sop.constants import StepKind
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import signed_in

RIGHT = "demand.run_baseline"
PREFILLED = ("product", "family", "customer")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.view_demand", raise_exception=True)
def choices(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List what is chosen; choose, where the person may."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    if request.method != "POST":
        given = {name: request.GET[name] for name in PREFILLED if request.GET.get(name)}
        return _page(request, cycle, ChoiceForm(**given))
    if not user.has_perm(RIGHT):
        raise PermissionDenied
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, cycle, form)
    try:
        chosen = baseline_choose(user=user, cycle_id=cycle_id, chosen=form.chosen())
    except Refused as refusal:
        return _page(request, cycle, form, refusal)
    messages.success(request, f"{chosen.scope} will be forecast by {chosen.words} from the next run on.")
    return redirect("demand:choices", cycle_id=cycle_id)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def choice_end(request: HttpRequest, cycle_id: int, choice_id: int) -> HttpResponse:
    """Withdraw a choice, saying why."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    chosen = get_object_or_404(BaselineChoice, pk=choice_id)
    form = ChoiceWithdrawForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Say why it no longer holds.")
        choice_withdraw(user=signed_in(request), cycle_id=cycle_id, choice_id=choice_id, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, cycle, ChoiceForm(), refusal)
    messages.success(request, f"Withdrawn: the history of {chosen.scope} decides again from the next run on.")
    return redirect("demand:choices", cycle_id=cycle_id)


def _page(request: HttpRequest, cycle: Cycle, form: ChoiceForm, refusal: Refused | None = None) -> HttpResponse:
    user = signed_in(request)
    found = list(choices_visible(user)[:300])
    context = {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER),
        "form": form,
        "refusal": refusal,
        "can_choose": gather_is_open(cycle) and user.has_perm(RIGHT),
        "counting": [choice for choice in found if choice.active],
        "over": [choice for choice in found if not choice.active],
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "demand/choices.html", context, status=status)
