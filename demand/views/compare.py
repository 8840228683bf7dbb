"""A baseline run beside another: what moved and why, before it is adopted."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demand.constants import Cause
from demand.models import BaselineRun
from demand.selectors.grid import gather_is_open
from demand.selectors.moves import Comparison, MoveFilter, Moves, comparable
from sop.views.request import signed_in

PAGE_ROWS = 50
WORDS_LENGTH = 100


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def compare(request: HttpRequest, cycle_id: int, run_id: int) -> HttpResponse:
    """Show what moved between a complete run and another, from the cycle's adopted one to last cycle's."""
    run = get_object_or_404(BaselineRun.objects.select_related("cycle", "job"), pk=run_id, cycle_id=cycle_id)
    others = comparable(run)
    context = {"cycle": run.cycle, "run": run, "others": others, "is_open": gather_is_open(run.cycle)}
    wanted = request.GET.get("against", "")
    chosen = [each for each, _name in others if wanted in {"", str(each.pk)}]
    if wanted and not chosen:
        raise Http404("No such run to compare with.")
    if chosen:
        comparison = Comparison(run, chosen[0], signed_in(request))
        asked = _asked(request)
        number = request.GET.get("page", "1")
        first = (int(number) - 1) * PAGE_ROWS if number.isdecimal() and 0 < int(number[:9]) == int(number) else 0
        moves = Moves(comparison, asked, first=first, rows=PAGE_ROWS)
        context |= {
            "comparison": comparison,
            "against": chosen[0],
            "asked": asked,
            "narrowed": asked != MoveFilter(),
            "page": Paginator(moves, PAGE_ROWS).get_page(request.GET.get("page")),
        }
    return render(request, "demand/compare.html", context)


def _asked(request: HttpRequest) -> MoveFilter:
    """Return what the address asks for; what it cannot mean is left out."""
    cause = request.GET.get("cause", "")
    return MoveFilter(
        family=request.GET.get("family", "").replace("\0", "")[:WORDS_LENGTH],
        cause=cause if cause in Cause.values else "",
        words=request.GET.get("words", "").replace("\0", "")[:WORDS_LENGTH],
    )
