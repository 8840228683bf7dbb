"""The rough cut: what the plan asks of suppliers and warehouses, and setting what they can take."""

from typing import get_args

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState
from sop.engine.months import month_list
from sop.models import Cycle, CycleStep, Location, Supplier
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence
from sop.views.request import signed_in
from supply.engine.constrain import CutRule
from supply.forms import LimitForm
from supply.selectors.capacity import capacity_changes, capacity_stated, versions_seen
from supply.selectors.rough_cut import MOST_ITEMS, rough_cut
from supply.selectors.workbench import run_current
from supply.services.capacity import capacity_set

RULES: dict[str, tuple[CutRule, str]] = {
    word.replace(" ", "-"): (word, label)
    for word, label in zip(
        get_args(CutRule), ("Equal days of supply", "Priority, then margin", "In proportion"), strict=True
    )
}


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def page(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show loads and limits."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def limit(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Set the limit of some months."""
    cycle, form = get_object_or_404(Cycle, pk=cycle_id), LimitForm(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        return _page(request, cycle, Refused(f"{form.fields[name].label or name}: {errors[0]}"), form)
    fields = form.cleaned_data
    seen = form.versions()
    try:
        capacity_set(
            user=signed_in(request),
            cycle_id=cycle_id,
            supplier_id=fields["owner"].get("supplier_id"),
            location_id=fields["owner"].get("location_id"),
            **{name: fields[name] for name in ("unit", "first", "last", "quantity", "reason")},
            versions={row.pk: seen.get(row.pk, 0) for row in capacity_stated(*form.scope())},
        )
    except Refused as refusal:
        return _page(request, cycle, refusal, form)
    messages.success(request, "Limit set.")
    return redirect("supply:rough-cut", cycle_id=cycle_id)


def _page(
    request: HttpRequest, cycle: Cycle, refusal: Refused | None = None, form: LimitForm | None = None
) -> HttpResponse:
    """Show the page; versions are read before what they stand for, so that a change in between is a conflict."""
    months = month_list(cycle.bucket, cycle.horizon_months)
    seen = versions_seen(months)
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    run, rule = run_current(cycle), request.GET.get("rule", "fair-share")
    rule = rule if rule in RULES else "fair-share"
    may_edit = step.state == StepState.OPEN and request.user.has_perm("supply.plan_supply")
    context = {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "can_edit": may_edit,
        "run": run,
        "rows": rough_cut(run, RULES[rule][0]) if run else [],
        "rules": [(key, label) for key, (_, label) in RULES.items()],
        "rule": rule,
        "most_items": f":{MOST_ITEMS}",
        "months": months,
        "changes": capacity_changes(),
        "suppliers": Supplier.objects.order_by("name") if may_edit else [],
        "places": Location.objects.order_by("name") if may_edit else [],
        "seen": seen,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "supply/rough_cut.html", context, status=refusal.status if refusal else 200)
