"""One's own views of a page: the list in its dialog, and what is done to it."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from sop.models import Cycle
from sop.refusals import Refused
from sop.selectors.saved_views import saved_views
from sop.services import saved_view as services
from sop.view_pages import Viewed, viewed
from sop.views.request import signed_in

Act = Callable[..., str]


def act(write: Act) -> Callable[..., HttpResponse]:
    """Return the view of one thing done to views: only who may see the page; the answer is the list, or why not."""

    @require_POST
    @wraps(write)
    def view(request: HttpRequest, cycle_id: int, page: str, **address: Any) -> HttpResponse:
        known = viewed(page)
        if known is None:
            raise Http404
        if not signed_in(request).has_perm(known.right):
            raise PermissionDenied
        cycle = get_object_or_404(Cycle, pk=cycle_id)
        try:
            return _list(request, cycle, known, said=write(request, known, **address))
        except Refused as refusal:
            return _list(request, cycle, known, refusal=refusal)

    return view


@act
def save(request: HttpRequest, known: Viewed) -> str:
    """Keep what the page shows under a name; a name there is takes it in place of what it held."""
    try:
        state = json.loads(request.POST.get("state") or "{}")
    except ValueError:
        state = None  # of no shape; the service says so
    name = request.POST.get("name", "")
    view = services.view_save(user=signed_in(request), page=known.page, name=name, state=state)
    return f"View {view.name} is kept."


@act
def rename(request: HttpRequest, known: Viewed, view_id: int) -> str:
    """Give a view another name."""
    view = services.view_change(user=signed_in(request), view_id=view_id, name=request.POST.get("name", ""))
    return f"Now called {view.name}."


@act
def default(request: HttpRequest, known: Viewed, view_id: int) -> str:
    """Open the page with a view from now on, or no longer."""
    on = request.POST.get("on") == "1"
    view = services.view_change(user=signed_in(request), view_id=view_id, is_default=on)
    return f"The page opens {'with ' + view.name if on else 'as it is'} from now on."


@act
def delete(request: HttpRequest, known: Viewed, view_id: int) -> str:
    """Drop a view."""
    view = services.view_delete(user=signed_in(request), view_id=view_id)
    return f"View {view.name} is deleted."


def _list(
    request: HttpRequest, cycle: Cycle, known: Viewed, *, said: str = "", refusal: Refused | None = None
) -> HttpResponse:
    views = saved_views(signed_in(request), known.page)
    context = {"cycle": cycle, "view_page": known, "views": views, "said": said, "refusal": refusal}
    return render(request, "components/saved_views.html", context, status=refusal.status if refusal else 200)
