"""The side panel of the grid: one row and month, what stands behind the row, and what people say of it."""

from datetime import date

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from demand.constants import Reason
from demand.selectors.cleansing import cleansed_months
from demand.selectors.comments import people_seeing_row, row_comments
from demand.selectors.grid import can_edit
from demand.selectors.panel import row_panel
from demand.selectors.row_background import orders_behind, record_behind, row_figure
from demand.selectors.rows import row_series
from demand.services.comment import Said, comment_post, comment_resolve
from sop.models import Cycle, User
from sop.refusals import Refused
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def panel(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show the side panel of one row and month: reason, comments, history, why this number."""
    cycle, user = get_object_or_404(Cycle, pk=cycle_id), signed_in(request)
    bucket = _month(request.GET.get("bucket", "")) or cycle.bucket
    view = row_panel(cycle, user, row_id=_row(request), bucket=bucket)
    if view is None:
        raise Http404
    context = {
        "cycle": cycle,
        "panel": view,
        "comments": view.comments,
        "reasons": Reason.choices,
        "can_edit": can_edit(cycle, user),
        "cleansed": cleansed_months(user, view.row_id),
    }
    return render(request, "demand/panel.html", context)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def row_chart(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Give the chart of a row, past and plan."""
    figure = row_figure(get_object_or_404(Cycle, pk=cycle_id), signed_in(request), row_id=_row(request))
    if figure is None:
        raise Http404
    return JsonResponse(figure)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def row_orders(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show a row's order book and how much of their orders its customers keep."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    orders = orders_behind(cycle, signed_in(request), row_id=_row(request))
    if orders is None:
        raise Http404
    return render(request, "demand/orders.html", {"cycle": cycle, "orders": orders})


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def record(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show how this person's earlier numbers turned out; nothing where they have none."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    found = record_behind(cycle, signed_in(request), row_id=_row(request))
    return render(request, "demand/record.html", {"record": found})


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def people(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Name the people a comment on a row can ask, for those who have the row themselves."""
    get_object_or_404(Cycle, pk=cycle_id)
    user, row_id = signed_in(request), _row(request)
    seen = row_series(user, row_id)
    if seen is None or not seen.exists():
        raise Http404
    found = people_seeing_row(row_id).exclude(pk=user.pk).values("username", "name")
    return JsonResponse({"people": list(found)})


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def comment(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Say something about a row, in a month or about all of it; a refusal leaves what was typed where it stands."""
    cycle, user = get_object_or_404(Cycle, pk=cycle_id), signed_in(request)
    post = request.POST
    said = Said(post.get("row", ""), _month(post.get("bucket", "")), post.get("text", ""))
    try:
        comment_post(user=user, cycle_id=cycle_id, said=said)
    except Refused as refusal:
        return _comments(request, cycle, user, refusal=refusal)
    return _comments(request, cycle, user, news="Comment posted.")


@require_POST
@permission_required("demand.view_demand", raise_exception=True)
def resolve(request: HttpRequest, cycle_id: int, comment_id: int) -> HttpResponse:
    """Settle a comment."""
    cycle, user = get_object_or_404(Cycle, pk=cycle_id), signed_in(request)
    try:
        comment_resolve(user=user, cycle_id=cycle_id, comment_id=comment_id)
    except Refused as refusal:
        return _comments(request, cycle, user, refusal=refusal)
    return _comments(request, cycle, user, news="Comment resolved.")


def _comments(
    request: HttpRequest, cycle: Cycle, user: User, *, refusal: Refused | None = None, news: str = ""
) -> HttpResponse:
    """Answer the comments of the row the form stood on; without scripts, the grid with that row chosen."""
    row_id, month = request.POST.get("row", ""), _month(request.POST.get("month", "")) or cycle.bucket
    seen = row_series(user, row_id)
    if seen is None or not seen.exists():
        raise refusal or Http404
    if not getattr(request, "htmx", False):
        if refusal is not None:
            raise refusal
        query = urlencode({"row": row_id, "bucket": month.isoformat()})
        return redirect(f"{reverse('demand:adjust', args=[cycle.pk])}?{query}")
    context = {
        "cycle": cycle,
        "comments": row_comments(cycle, user, row_id=row_id, bucket=month),
        "refusal": refusal,
        "typed": request.POST.get("text", "") if refusal else "",
        "chosen": request.POST.get("bucket", "") if refusal else None,
        "news": news,
    }
    return render(request, "demand/comments.html", context, status=422 if refusal else 200)


def _row(request: HttpRequest) -> str:
    return request.GET.get("row", "total")


def _month(text: str) -> date | None:
    """Read a month; nothing given is no month, nonsense is no address of ours."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
