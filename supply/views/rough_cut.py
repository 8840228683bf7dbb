"""The rough cut: what the plan wants of suppliers and warehouses, what fits, and setting limits and rules."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState
from sop.engine.months import month_list
from sop.models import Cycle, CycleStep, Location, Supplier
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence
from sop.views.request import signed_in
from supply.constants import CutBy
from supply.forms import LimitForm, RuleForm
from supply.models import SupplyRun
from supply.selectors.capacity import capacity_changes, capacity_stated, rules_stated, versions_seen
from supply.selectors.ceilings import ceiling_rows
from supply.selectors.rough_cut import LoadRow, Named, limits_named, load_rows
from supply.selectors.rule_what_if import RuleWhatIf, rule_what_if
from supply.selectors.workbench import limit_flags, run_current
from supply.services.capacity import capacity_set, supplier_rule_set

PAGE = 10


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def page(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show loads and limits; `?supplier=ID&rule=` shows what another rule would do, `?owner=` begins with somebody."""
    return rough_cut_page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def limit(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Set the limit of some months."""
    cycle, form = get_object_or_404(Cycle, pk=cycle_id), LimitForm(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        return rough_cut_page(request, cycle, Refused(f"{form.fields[name].label or name}: {errors[0]}"), form)
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
        return rough_cut_page(request, cycle, refusal, form)
    messages.success(request, "Limit set. Run the supply plan again to see what it changes.")
    return rough_cut_at(cycle_id, form.data["owner"])


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def rule(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """State by which rule what a supplier does not accept is cut."""
    cycle, form = get_object_or_404(Cycle, pk=cycle_id), RuleForm(request.POST)
    try:
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise Refused(f"{form.fields[name].label or name}: {errors[0]}")
        fields = form.cleaned_data
        found = get_object_or_404(Supplier, pk=fields.pop("supplier"))
        supplier_rule_set(user=signed_in(request), cycle_id=cycle_id, supplier_id=found.pk, **fields)
    except Refused as refusal:
        return rough_cut_page(request, cycle, refusal)
    messages.success(request, f"Rule of {found} set. Run the supply plan again to see what it changes.")
    return rough_cut_at(cycle_id, f"supplier-{found.pk}")


def rough_cut_page(
    request: HttpRequest, cycle: Cycle, refusal: Refused | None = None, form: LimitForm | None = None
) -> HttpResponse:
    """Show the page; versions are read before what they stand for, so that a change in between is a conflict."""
    months = month_list(cycle.bucket, cycle.horizon_months)
    seen = versions_seen(months)
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    run = run_current(cycle)
    is_open = step.state == StepState.OPEN
    then = _what_if(request, run) if run and is_open else None
    limits = _page_of(request, limits_named(run)) if run else None
    may_edit = is_open and request.user.has_perm("supply.plan_supply")
    context = {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "is_open": is_open,
        "can_edit": may_edit,
        "run": run,
        "page": limits,
        "rows": _rows(run, limits, then) if run and limits is not None else [],
        "flags": {flag.limited: flag for flag in limit_flags(cycle)},
        "rules": CutBy.choices,
        "stated": rules_stated(),
        "then": then,
        "months": months,
        "changes": capacity_changes(),
        "suppliers": Supplier.objects.order_by("name") if may_edit else [],
        "places": Location.objects.order_by("name") if may_edit else [],
        "seen": seen,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "supply/rough_cut.html", context, status=refusal.status if refusal else 200)


def _page_of(request: HttpRequest, limits: list[Named]) -> "Page[Named]":
    """Return the page asked for, or the one on which the supplier or warehouse asked about begins."""
    sent = request.GET if request.method == "GET" else request.POST
    wanted = sent.get("owner") or f"supplier-{sent.get('supplier', '')}"
    begins = next((at for at, each in enumerate(limits) if each.key == wanted), 0)
    return Paginator(limits, PAGE).get_page(request.GET.get("page") or begins // PAGE + 1)


def _rows(run: SupplyRun, limits: "Page[Named]", then: RuleWhatIf | None) -> list[LoadRow]:
    """Return the rows of a page, the company's first; a supplier's under another rule in place of its own."""
    anew = {row.key: row for row in then.rows} if then else {}
    company = ceiling_rows(run) if limits.number == 1 else []
    return [*company, *(anew.get(row.key, row) for row in load_rows(run, list(limits)))]


def rough_cut_at(cycle_id: int, owner: str) -> HttpResponse:
    """Go to a supplier's or a warehouse's place on the page."""
    return redirect(f"{reverse('supply:rough-cut', args=[cycle_id])}?owner={owner}#{owner}")


def _what_if(request: HttpRequest, run: SupplyRun) -> RuleWhatIf | None:
    """Return what another rule would do for the supplier asked about; None where nothing, or nobody known, is."""
    number, wanted = request.GET.get("supplier", ""), request.GET.get("rule", "")
    if wanted not in CutBy.values or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    found = Supplier.objects.filter(pk=int(number)).first()
    return rule_what_if(run, found, wanted) if found else None
