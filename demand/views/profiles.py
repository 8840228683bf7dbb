"""How each row is forecast: its kind, its route and why, its error."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demand.constants import Pattern, Route
from demand.selectors.layers import adopted_run
from demand.selectors.profiles import ProfileFilter, kinds
from demand.selectors.profiles import profiles as rows_of
from sop.models import Cycle
from sop.views.request import signed_in

PAGE_ROWS = 50
WORDS_LENGTH = 100


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def profiles(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show the rows of the adopted run, narrowed by kind."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user, run = signed_in(request), adopted_run(cycle)
    asked = _asked(request)
    context = {
        "cycle": cycle,
        "run": run,
        "kinds": kinds(run, user) if run else None,
        "page": Paginator(rows_of(run, user, asked), PAGE_ROWS).get_page(request.GET.get("page")) if run else None,
        "asked": asked,
        "narrowed": asked != ProfileFilter(),
        "patterns": Pattern.choices,
        "routes": Route.choices,
    }
    return render(request, "demand/profiles.html", context)


def _asked(request: HttpRequest) -> ProfileFilter:
    """Return what the address asks for; what it cannot mean is left out."""
    given = request.GET
    return ProfileFilter(
        pattern=given.get("pattern", "") if given.get("pattern") in Pattern.values else "",
        xyz=given.get("xyz", "") if given.get("xyz") in {"X", "Y", "Z"} else "",
        route=given.get("route", "") if given.get("route") in Route.values else "",
        broke=given.get("broke") == "1",
        words=given.get("words", "").replace("\0", "")[:WORDS_LENGTH],
    )
