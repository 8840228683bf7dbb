"""One stock item: its months, why, and what a planner can change."""

from decimal import Decimal

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence
from sop.views.request import signed_in
from supply import forms
from supply.models import StockItem
from supply.selectors.family_totals import FamilyTotals, family_totals, totals_moved
from supply.selectors.inputs import inputs_changed
from supply.selectors.item import item_page, lead_time_stated
from supply.selectors.why import row_opened
from supply.selectors.workbench import run_current
from supply.services.inputs import Policy, lead_time_set, policy_set
from supply.views.last_list import list_address


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def item(request: HttpRequest, cycle_id: int, item_id: int) -> HttpResponse:
    """Show the stock item's page."""
    return item_shown(request, get_object_or_404(Cycle, pk=cycle_id), item_or_404(item_id))


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def lead_time(request: HttpRequest, cycle_id: int, item_id: int) -> HttpResponse:
    """State a lead time."""
    cycle, stock_item, form = (
        get_object_or_404(Cycle, pk=cycle_id),
        item_or_404(item_id),
        forms.LeadTimeForm(request.POST),
    )
    if not form.is_valid():
        return item_shown(request, cycle, stock_item, Refused(form_fault(form)), lead_form=form)
    fields = form.cleaned_data
    key = {
        "supplier_id": fields["supplier"],
        "product_id": stock_item.product_id if fields["this_product_only"] else None,
        "valid_from": fields["valid_from"],
    }
    before = totals_now(cycle, stock_item)
    try:
        lead_time_set(
            user=signed_in(request),
            cycle_id=cycle_id,
            mean_days=fields["mean_days"],
            sd_days=fields["sd_days"],
            reason=fields["reason"],
            version=form.version_of(lead_time_stated(**key)),
            **key,
        )
    except Refused as refusal:
        return item_shown(request, cycle, stock_item, refusal, lead_form=form)
    return edited(request, cycle, stock_item, "Lead time stated.", before)


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def policy(request: HttpRequest, cycle_id: int, item_id: int) -> HttpResponse:
    """Change the stocking policy."""
    cycle, stock_item, form = (
        get_object_or_404(Cycle, pk=cycle_id),
        item_or_404(item_id),
        forms.PolicyForm(request.POST),
    )
    if not form.is_valid():
        return item_shown(request, cycle, stock_item, Refused(form_fault(form)), policy_form=form)
    fields = form.cleaned_data
    target = fields["service_target"]
    own = None if target is None else target / Decimal(100)
    wanted = Policy(own, fields["service_type"], fields["safety_stock"])
    before = totals_now(cycle, stock_item)
    try:
        policy_set(
            user=signed_in(request),
            cycle_id=cycle_id,
            item_id=item_id,
            policy=wanted,
            reason=fields["reason"],
            version=fields["version"],
        )
    except Refused as refusal:
        return item_shown(request, cycle, stock_item, refusal, policy_form=form)
    return edited(request, cycle, stock_item, "Stocking rule changed.", before)


def item_or_404(item_id: int) -> StockItem:
    """Return the stock item with what its page names."""
    return get_object_or_404(StockItem.objects.select_related("product__family", "location"), pk=item_id)


def form_fault(form: django_forms.Form) -> str:
    """Return a form's first fault as a sentence."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label or name.replace('_', ' ').capitalize()}: {errors[0]}"


def totals_now(cycle: Cycle, stock_item: StockItem) -> FamilyTotals:
    """Return what the item's family comes to in the plan, to be held against what an edit makes of it."""
    return family_totals(run_current(cycle), stock_item.product.family)


def edited(
    request: HttpRequest, cycle: Cycle, stock_item: StockItem, sentence: str, before: FamilyTotals
) -> HttpResponse:
    """Go back to the page after an edit and say what it did to the family's plan."""
    run = run_current(cycle)
    if run is None or inputs_changed(run):
        moved = "Run the supply plan again to see what it changes."
    else:
        moved = totals_moved(stock_item.product.family, before, totals_now(cycle, stock_item))
    messages.success(request, f"{sentence} {moved}")
    return redirect("supply:item", cycle_id=cycle.pk, item_id=stock_item.pk)


def item_shown(
    request: HttpRequest,
    cycle: Cycle,
    stock_item: StockItem,
    refusal: Refused | None = None,
    **typed: django_forms.Form,
) -> HttpResponse:
    """Show the item; `typed` are forms that were refused, shown again as they were sent."""
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    view = item_page(cycle, stock_item, signed_in(request))
    rule = {
        "service_target": None if stock_item.service_target is None else (stock_item.service_target * 100).normalize(),
        "service_type": stock_item.service_type,
        "safety_stock": stock_item.safety_stock,
    }
    context = {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "can_edit": step.state == StepState.OPEN and request.user.has_perm("supply.plan_supply"),
        "view": view,
        "policy_form": forms.PolicyForm(initial=rule),
        "lead_form": forms.LeadTimeForm(initial={"valid_from": cycle.bucket}),
        "refusal": refusal,
        "back_to_list": list_address(request, cycle),
        "family": family_totals(view.run, stock_item.product.family) if view.run else None,
        "why": row_opened(request.GET.get("why", ""), view.lines, view.facts),
        **typed,
    }
    return render(request, "supply/item.html", context, status=refusal.status if refusal else 200)
