"""Who goes short: what customers ask beside what can be delivered, and the shortage shared among them."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, Family, Product
from sop.selectors.cycle import closed_sentence
from sop.views.request import signed_in
from supply import exports
from supply.constants import ShareRule
from supply.selectors.customer_shares import customers_of
from supply.selectors.customer_sight import Narrowed, Sight
from supply.selectors.customer_trial import exceptions_of
from supply.selectors.customers import Lines, choices_of, shares_figure, shares_kept, total_line
from supply.selectors.workbench import run_current

PAGE = 10
KEY_DIGITS = 18  # of the largest key a table has


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def page(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show families, or in a family its products, or of a product its customers, most money short first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    run, rule, narrowed = run_current(cycle), rule_of(request), narrowed_of(request)
    context = {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "run": run,
        "is_shared": run is not None and shares_kept(run),
        "rules": ShareRule.choices,
        "rule": rule.value,
        "narrowed": narrowed,
        "level": narrowed.level,
        "family": Family.objects.filter(pk=narrowed.family or 0).first(),
        "product": Product.objects.filter(pk=narrowed.product or 0).first(),
        "kept": urlencode(kept(rule, narrowed)),
    }
    if run and context["is_shared"]:
        sight = Sight(run, rule, customers_of(signed_in(request)), narrowed)
        choices, total, found = choices_of(sight), total_line(sight), exceptions_of(sight)
        context |= {
            "rows": len(choices.customers),
            "choices": choices,
            "total": total,
            "figure": shares_figure(total),
            "trial": found.trial,
            "blind": found.blind,
            "unpriced": found.unpriced,
            "page": Paginator(Lines(sight), PAGE).get_page(request.GET.get("page")),
        }
    return render(request, "supply/customers.html", context)


@require_safe
@permission_required("supply.export_supply", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> StreamingHttpResponse:
    """Give the rows looked at as CSV."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    lines = exports.customers_csv(cycle, signed_in(request), rule_of(request), narrowed_of(request))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="who-goes-short-{cycle.bucket:%Y-%m}.csv"'
    return answer


def rule_of(request: HttpRequest) -> ShareRule:
    """Return the rule the address asks for, past sales unless it names another one."""
    word = request.GET.get("rule", "")
    return ShareRule(word) if word in ShareRule.values else ShareRule.PAST_SALES


def narrowed_of(request: HttpRequest) -> Narrowed:
    """Return what the address narrows to; what it cannot mean is left out."""
    sent = {name: request.GET.get(name, "") for name in vars(Narrowed())}
    numbers = {name: word for name, word in sent.items() if word.isascii() and word.isdecimal()}
    return Narrowed(**{name: int(word) for name, word in numbers.items() if len(word) <= KEY_DIGITS})


def kept(rule: ShareRule, narrowed: Narrowed) -> dict[str, object]:
    """Return what an address must say to show the same rows."""
    chosen = {name: value for name, value in vars(narrowed).items() if value is not None}
    return ({} if rule is ShareRule.PAST_SALES else {"rule": rule.value}) | chosen
