"""The assumptions screen: what people know that history does not; stating, changing, handing over, withdrawing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demand.forms.assumption import AssumptionForm, WithdrawForm
from demand.forms.hand_over import HandOverForm
from demand.models import Assumption
from demand.selectors.assumption_owners import without_owner
from demand.selectors.assumption_score import others_of, turned_out
from demand.selectors.assumptions import assumption_groups, assumption_rows, assumptions_of
from demand.selectors.grid import can_edit
from demand.services.assumption import (
    assumption_change,
    assumption_hand_over,
    assumption_state,
    assumption_withdraw,
)
from demand.services.assumption_rules import NOTE_LENGTH
from sop.constants import StepKind
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.selectors.master_history import row_history
from sop.views.request import signed_in

# Fields a link to the form can fill in: what another page found out becomes an assumption only when a person states it.
BEGINS_WITH = ("kind", "product", "family", "customer", "first_bucket", "last_bucket", "quantity", "percent", "note")


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def assumptions(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List what this person sees, in the number first, what is over last; `?owner=none` those without an owner."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    known = assumptions_of(cycle, user)
    orphans, only = without_owner(known), request.GET.get("owner") == "none"
    context = {
        "groups": assumption_groups(cycle, user, orphans if only else known),
        "can_state": can_edit(cycle, user),
        "without_owner": orphans.count(),
        "only_without_owner": only,
    }
    return render(request, "demand/assumptions.html", _frame(cycle) | context)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def scores(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Answer how earlier ones turned out: a fragment, for it reads a year of every cell they reached."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    context = {"cycle": cycle, "turned_out": turned_out(cycle, user, assumptions_of(cycle, user))}
    return render(request, "demand/assumption_scores.html", context)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def score(request: HttpRequest, cycle_id: int, assumption_id: int) -> HttpResponse:
    """Answer what came of one assumption, beside others of its owner and kind: a fragment."""
    cycle, found = _found(request, cycle_id, assumption_id)
    own, others = others_of(cycle, signed_in(request), found)
    return render(request, "demand/assumption_score.html", {"score": own, "others": others})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.override_forecast", raise_exception=True)
def assumption_new(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """State an assumption."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    begun = {"first_bucket": cycle.bucket, "probability": 100} | _named(request)
    form = AssumptionForm(user, None, request.POST or None, **begun)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            stated = assumption_state(user=user, cycle_id=cycle_id, stated=form.stated())
        except Refused as refused:
            refusal = refused
        else:
            return _done(request, cycle, stated, "Stated: the plan has it now.")
    context = {"form": form, "can_state": can_edit(cycle, user)}
    return _form_page(request, cycle, context, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.view_demand", raise_exception=True)
def assumption(request: HttpRequest, cycle_id: int, assumption_id: int) -> HttpResponse:
    """Show one assumption with its history; change it where the person may."""
    if request.method == "POST" and not request.user.has_perm("demand.override_forecast"):
        raise PermissionDenied
    cycle, found = _found(request, cycle_id, assumption_id)
    user = signed_in(request)
    form = AssumptionForm(user, found, request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            changed = assumption_change(
                user=user,
                cycle_id=cycle_id,
                assumption_id=assumption_id,
                version=form.cleaned_data["version"],
                stated=form.stated(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            refusal = refused
        else:
            return _done(request, cycle, changed, "Changed: the plan follows.")
    return _form_page(request, cycle, _one(request, cycle, found, form), refusal)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def withdraw(request: HttpRequest, cycle_id: int, assumption_id: int) -> HttpResponse:
    """Withdraw an assumption, saying why."""
    cycle, found = _found(request, cycle_id, assumption_id)
    form = WithdrawForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Say why it is withdrawn.")
        gone = assumption_withdraw(
            user=signed_in(request), cycle_id=cycle_id, assumption_id=assumption_id, **form.cleaned_data
        )
    except Refused as refusal:
        shown = _one(request, cycle, found, AssumptionForm(signed_in(request), found))
        return _form_page(request, cycle, shown, refusal)
    return _done(request, cycle, gone, "Withdrawn: it is out of the plan.")


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def hand_over(request: HttpRequest, cycle_id: int, assumption_id: int) -> HttpResponse:
    """Give an assumption another owner, saying why."""
    cycle, found = _found(request, cycle_id, assumption_id)
    user = signed_in(request)
    form = HandOverForm(found, request.POST)
    refusal = None
    if form.is_valid():
        try:
            given = assumption_hand_over(user=user, cycle_id=cycle_id, assumption_id=assumption_id, **form.cleaned_data)
        except Refused as refused:
            refusal = refused
        else:
            return _done(request, cycle, given, f"Handed over: {given.owner} sees it on the home page.")
    shown = _one(request, cycle, found, AssumptionForm(user, found)) | {"hand_over": form}
    return _form_page(request, cycle, shown, refusal, wrong=bool(form.errors))


def _named(request: HttpRequest) -> dict[str, Any]:
    """Return what the address begins the form with; the person reads it before stating it."""
    given = request.GET
    return {name: given[name].replace("\0", "")[:NOTE_LENGTH] for name in BEGINS_WITH if given.get(name)}


def _found(request: HttpRequest, cycle_id: int, assumption_id: int) -> tuple[Cycle, Assumption]:
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    found = assumptions_of(cycle, signed_in(request)).filter(pk=assumption_id).first()
    if found is None:
        raise Http404
    return cycle, found


def _one(request: HttpRequest, cycle: Cycle, found: Assumption, form: AssumptionForm) -> dict[str, object]:
    """Return what the page of one assumption shows."""
    user = signed_in(request)
    (row,) = assumption_rows(cycle, user, Assumption.objects.filter(pk=found.pk))
    shown = {"form": form, "row": row, "can_state": row.editable, "changes": row_history(found)}
    if row.editable and (found.owner_id == user.pk or user.has_perm("demand.override_any_forecast")):
        shown["hand_over"] = HandOverForm(found)
    return shown


def _frame(cycle: Cycle) -> dict[str, object]:
    return {"cycle": cycle, "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER)}


def _form_page(
    request: HttpRequest, cycle: Cycle, context: dict[str, object], refusal: Refused | None, *, wrong: bool = False
) -> HttpResponse:
    form = context["form"]
    wrong = wrong or (isinstance(form, AssumptionForm) and bool(form.errors))
    status = refusal.status if refusal else 422 if wrong else 200
    conflict = status == 409
    shown = _frame(cycle) | context | {"refusal": refusal, "conflict": conflict}
    return render(request, "demand/assumption.html", shown, status=status)


def _done(request: HttpRequest, cycle: Cycle, assumption: Assumption, sentence: str) -> HttpResponse:
    """Go back to the list, with what should be known about the assumption."""
    (row,) = assumption_rows(cycle, signed_in(request), Assumption.objects.filter(pk=assumption.pk))
    messages.success(request, " ".join([sentence, *row.sentences]))
    return redirect("demand:assumptions", cycle_id=cycle.pk)
