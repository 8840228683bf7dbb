"""Suppliers by the gap of their lead times, and one supplier: regimes, promises, lanes, and stating a lead time."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, Supplier
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence
from sop.views.request import signed_in
from supply.forms import SupplierLeadTimeForm
from supply.selectors.item import lead_time_stated
from supply.selectors.supplier import products_sold, supplier_page
from supply.selectors.suppliers import supplier_records_ordered
from supply.selectors.workbench import run_current
from supply.services.inputs import lead_time_set

PAGE = 50


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def suppliers(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List suppliers, the dearest gap first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    order = request.GET.get("order", "money")
    found = supplier_records_ordered(cycle, order)
    context = {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.SUPPLY),
        "run": run_current(cycle),
        "order": order,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "supply/suppliers.html", context)


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def supplier(request: HttpRequest, cycle_id: int, supplier_id: int) -> HttpResponse:
    """Show one supplier; `?take=measured` fills the form with what was measured."""
    cycle, found = get_object_or_404(Cycle, pk=cycle_id), get_object_or_404(Supplier, pk=supplier_id)
    return _page(request, cycle, found)


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def lead_time(request: HttpRequest, cycle_id: int, supplier_id: int) -> HttpResponse:
    """State a lead time of the supplier or of one of its products."""
    cycle, found = get_object_or_404(Cycle, pk=cycle_id), get_object_or_404(Supplier, pk=supplier_id)
    form = SupplierLeadTimeForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_first(form))
        fields = form.cleaned_data
        product = _product(found, fields["product"])
        key = {"supplier_id": found.pk, "product_id": product, "valid_from": fields["valid_from"]}
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
        return _page(request, cycle, found, refusal, form)
    messages.success(request, "Lead time stated. Run the supply plan again to see what it changes.")
    return redirect("supply:supplier", cycle_id=cycle_id, supplier_id=supplier_id)


def _product(found: Supplier, code: str) -> int | None:
    """Return the product of a code, None for all of a supplier's."""
    if not code:
        return None
    product = products_sold(found).filter(code=code).first()
    if product is None:
        raise Refused(f"No product {code} is bought from {found}.")
    return product.pk


def _first(form: django_forms.Form) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form.fields[name].label or name.replace('_', ' ').capitalize()}: {errors[0]}"


def _page(
    request: HttpRequest,
    cycle: Cycle,
    found: Supplier,
    refusal: Refused | None = None,
    form: SupplierLeadTimeForm | None = None,
) -> HttpResponse:
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    view = supplier_page(cycle, found)
    initial: dict[str, Any] = {"valid_from": cycle.bucket}
    if request.GET.get("take") == "measured":
        product = request.GET.get("product", "")
        initial |= {"product": product} | view.take(product)
    context = {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "can_edit": step.state == StepState.OPEN and request.user.has_perm("supply.plan_supply"),
        "view": view,
        "form": form or SupplierLeadTimeForm(initial=initial),
        "refusal": refusal,
    }
    return render(request, "supply/supplier.html", context, status=refusal.status if refusal else 200)
