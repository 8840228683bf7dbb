"""The supply workbench: stock items by money at stake, filtered as the address says."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState, ViewPage
from sop.models import Cycle, CycleStep, SavedView
from sop.refusals import Refused
from sop.selectors.saved_views import saved_views, view_to_open
from sop.view_pages import viewed
from sop.views.request import signed_in
from supply import exports
from supply.constants import LIMIT_KINDS, Draws
from supply.models import StockItem
from supply.selectors import workbench as reads
from supply.selectors.filter_choices import Choice, chosen_words, filter_choices
from supply.selectors.inputs import inputs_changed
from supply.selectors.item_filter import ORDERINGS, ItemFilter, items_chosen
from supply.selectors.risk import item_losses
from supply.services.run import supply_request
from supply.views.last_list import list_keep

PAGE = 50


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def workbench(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List stock items, the dearest trouble first; a view that is opened is spelt out in the address."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    opening = view_to_open(signed_in(request), ViewPage.SUPPLY, request.GET)
    if opening and not request.GET.keys() - {"view"}:
        return redirect(_address(cycle, ItemFilter.of(opening.state), opening))
    return _page(request, cycle, opening)


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def run(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask for a supply plan, its risk drawn as often as sent; the list stays filtered as it was."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    opening = view_to_open(signed_in(request), ViewPage.SUPPLY, request.GET)
    try:
        supply_request(user=signed_in(request), cycle_id=cycle_id, draws=_draws(request.POST.get("draws", "")))
    except Refused as refusal:
        return _page(request, cycle, opening, refusal)
    messages.success(request, "The supply plan is being calculated; the old one stays until the new one is whole.")
    return redirect(_address(cycle, ItemFilter.of(request.GET.dict()), opening))


@require_safe
@permission_required("supply.export_supply", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> StreamingHttpResponse:
    """Give the supply plan as CSV: of the stock items the address filters, of all without a filter."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    lines = exports.supply_csv(cycle, signed_in(request), ItemFilter.of(request.GET.dict()))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="supply-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _draws(sent: str) -> int:
    """Return how often the risk is to be drawn; 0 for what is not offered."""
    return {"": Draws.WORKING, **{str(each.value): each for each in Draws}}.get(sent, 0)


def _page(
    request: HttpRequest, cycle: Cycle, opening: SavedView | None, refusal: Refused | None = None
) -> HttpResponse:
    chosen = ItemFilter.of(request.GET.dict())
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.SUPPLY)
    run = reads.run_current(cycle)
    context: dict[str, Any] = {
        "cycle": cycle,
        "step": step,
        "is_open": step.state == StepState.OPEN,
        "run": run,
        "chosen": chosen,
        "here": _query(chosen, opening),
        "refusal": refusal,
        "view_page": viewed(ViewPage.SUPPLY),
        "views": saved_views(signed_in(request), ViewPage.SUPPLY),
        "state_json": json.dumps(chosen.state_kept),
        "opening": opening,
        "view_changed": opening is not None and ItemFilter.of(opening.state) != chosen,
        "lost_view": opening is None and "view" in request.GET,
    }
    if run:
        context |= _list(request, cycle, chosen, opening)
        losses = item_losses(run, list(context["page"]))
        draws = max((figure.draws for figure in losses.values()), default=0)
        changed = context["is_open"] and inputs_changed(run)
        context |= {"losses": losses, "draws": draws, "inputs_changed": changed}
        list_keep(request, cycle, f"{_query(chosen, opening)}&page={context['page'].number}")
    return render(request, "supply/workbench.html", context, status=refusal.status if refusal else 200)


def _list(request: HttpRequest, cycle: Cycle, chosen: ItemFilter, opening: SavedView | None) -> dict[str, Any]:
    """Return what the filters find, and every way to filter on from here."""
    choices = filter_choices(cycle)
    pages = Paginator(reads.item_ids(cycle, chosen), PAGE)
    pages.count = items_chosen(cycle, chosen).count()  # counted without what orders them
    page = pages.get_page(request.GET.get("page"))
    return {
        "page": page,
        "items": reads.items_of(reads.items_flagged(cycle, chosen), list(page)),
        "all_items": StockItem.objects.count() if chosen.asked else page.paginator.count,
        "limit_flags": reads.limit_flags(cycle, chosen),
        "of_limits": chosen.kind in LIMIT_KINDS,
        "choices": choices,
        "suppliers": _names(choices, "supplier"),
        "asked": [(each, _query(ItemFilter.of(each.rest), opening)) for each in chosen_words(chosen, choices)],
        "kinds": [
            (row, _query(ItemFilter.of(chosen.state_kept | {"kind": row.kind.value}), opening))
            for row in reads.flag_counts(cycle, chosen)
        ],
        "any_kind": _query(chosen.without("kind"), opening),
        "orders": {order: _query(ItemFilter.of(chosen.state_kept | {"order": order}), opening) for order in ORDERINGS},
        "cleared": urlencode({"order": chosen.order}),
    }


def _names(choices: list[Choice], name: str) -> dict[str | int, str]:
    return next((dict(choice.values) for choice in choices if choice.name == name), {})


def _query(chosen: ItemFilter, opening: SavedView | None) -> str:
    """Return what stands after the question mark to show the same, and which view it was opened from."""
    return urlencode(chosen.state_kept | ({"view": opening.pk} if opening else {}))


def _address(cycle: Cycle, chosen: ItemFilter, opening: SavedView | None) -> str:
    return f"{reverse('supply:workbench', args=[cycle.pk])}?{_query(chosen, opening)}"
