"""One's own views of the adjust screen: the list in its dialog, and what is done to it."""

import json

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from demand.constants import ViewPage
from demand.selectors.saved_views import saved_views
from demand.services import saved_view as services
from sop.models import Cycle
from sop.refusals import Refused
from sop.views.request import signed_in


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def save(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Keep what the screen shows under a name."""
    try:
        state = json.loads(request.POST.get("state") or "{}")
    except ValueError:
        state = None  # of no shape; the service says so
    name = request.POST.get("name", "")
    try:
        view = services.view_save(user=signed_in(request), page=ViewPage.DEMAND, name=name, state=state)
    except Refused as refusal:
        return _list(request, cycle_id, refusal=refusal)
    return _list(request, cycle_id, said=f"View {view.name} is kept.")


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def rename(request: HttpRequest, cycle_id: int, view_id: int) -> HttpResponse:
    """Give a view another name."""
    try:
        view = services.view_change(user=signed_in(request), view_id=view_id, name=request.POST.get("name", ""))
    except Refused as refusal:
        return _list(request, cycle_id, refusal=refusal)
    return _list(request, cycle_id, said=f"Now called {view.name}.")


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def default(request: HttpRequest, cycle_id: int, view_id: int) -> HttpResponse:
    """Open the page with a view from now on, or no longer."""
    on = request.POST.get("on") == "1"
    try:
        view = services.view_change(user=signed_in(request), view_id=view_id, is_default=on)
    except Refused as refusal:
        return _list(request, cycle_id, refusal=refusal)
    return _list(request, cycle_id, said=f"The page opens {'with ' + view.name if on else 'as it is'} from now on.")


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def delete(request: HttpRequest, cycle_id: int, view_id: int) -> HttpResponse:
    """Drop a view."""
    try:
        view = services.view_delete(user=signed_in(request), view_id=view_id)
    except Refused as refusal:
        return _list(request, cycle_id, refusal=refusal)
    return _list(request, cycle_id, said=f"View {view.name} is deleted.")


def _list(request: HttpRequest, cycle_id: int, *, said: str = "", refusal: Refused | None = None) -> HttpResponse:
    context = {
        "cycle": get_object_or_404(Cycle, pk=cycle_id),
        "views": saved_views(signed_in(request), ViewPage.DEMAND),
        "said": said,
        "refusal": refusal,
    }
    return render(request, "demand/saved_views.html", context, status=refusal.status if refusal else 200)
