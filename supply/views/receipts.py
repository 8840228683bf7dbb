"""Setting a stock item's planned receipts by hand, several months at once, and undoing it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from sop.models import Cycle
from sop.refusals import Refused
from sop.views.request import signed_in
from supply import forms
from supply.services.receipts import receipt_undo, receipts_set
from supply.views.item import edited, item_or_404, shown, totals_now


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def receipts(request: HttpRequest, cycle_id: int, item_id: int) -> HttpResponse:
    """Set the planned receipts of the months somebody changed."""
    cycle, stock_item = get_object_or_404(Cycle, pk=cycle_id), item_or_404(item_id)
    form, before = forms.ReceiptsForm(request.POST), totals_now(cycle, stock_item)
    try:
        cells, reason = form.cells(), form.reason()
        receipts_set(user=signed_in(request), cycle_id=cycle_id, item_id=item_id, cells=cells, reason=reason)
    except Refused as refusal:
        return shown(request, cycle, stock_item, refusal)
    return edited(request, cycle, stock_item, "Planned receipts set.", before)


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def undo(request: HttpRequest, cycle_id: int, item_id: int, history_id: int) -> HttpResponse:
    """Take a change of planned receipts back."""
    cycle, stock_item = get_object_or_404(Cycle, pk=cycle_id), item_or_404(item_id)
    before = totals_now(cycle, stock_item)
    try:
        receipt_undo(user=signed_in(request), cycle_id=cycle_id, history_id=history_id)
    except Refused as refusal:
        return shown(request, cycle, stock_item, refusal)
    return edited(request, cycle, stock_item, "Change undone.", before)
