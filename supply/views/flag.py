"""Answering a flag, on the page of what it is about."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from sop.refusals import Refused
from sop.views.request import signed_in
from supply.forms import FlagForm
from supply.models import SupplyFlag
from supply.services.flags import flag_answer
from supply.views.item import item_shown
from supply.views.rough_cut import rough_cut_at, rough_cut_page


@require_POST
@permission_required("supply.flag_shortage", raise_exception=True)
def flag(request: HttpRequest, cycle_id: int, flag_id: int) -> HttpResponse:
    """Take a flag on or raise it: of a stock item on its page, of a supplier or a warehouse on the rough cut."""
    flags = SupplyFlag.objects.select_related("cycle", "item__product__family", "item__location")
    found = get_object_or_404(flags, pk=flag_id, cycle_id=cycle_id)
    form = FlagForm(request.POST)
    try:
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise Refused(f"{form.fields[name].label or name.capitalize()}: {errors[0]}")
        flag_answer(user=signed_in(request), flag_id=flag_id, **form.cleaned_data)
    except Refused as refusal:
        if found.item is None:
            return rough_cut_page(request, found.cycle, refusal)
        return item_shown(request, found.cycle, found.item, refusal)
    if found.item is None:
        messages.success(request, "Noted.")
        return rough_cut_at(cycle_id, "{}-{}".format(*found.limited))
    messages.success(request, "Noted. Run the supply plan again to see what it changes.")
    return redirect("supply:item", cycle_id=cycle_id, item_id=found.item_id)
