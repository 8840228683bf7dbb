"""The page of a family's price: what went with earlier changes, and what another would do to the plan."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from demand.forms.what_if import WhatIfForm
from demand.selectors.family_price import family_series
from demand.selectors.family_what_if import family_study
from demand.selectors.layers import plan_months
from sop.models import Cycle, Family, User
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def what_if(request: HttpRequest, cycle_id: int, family_id: int) -> HttpResponse:
    """Show the question; the answer follows by its own request."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    family = _family(signed_in(request), family_id)
    form = WhatIfForm(plan_months(cycle), request.GET)
    asked = form.is_valid()
    context = {"cycle": cycle, "family": family, "form": form, "query": urlencode(form.data) if asked else ""}
    return render(request, "demand/family_what_if.html", context, status=200 if asked else 422)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def study(request: HttpRequest, cycle_id: int, family_id: int) -> HttpResponse:
    """Show what history says and what the change would do."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    family = _family(user, family_id)
    form = WhatIfForm(plan_months(cycle), request.GET)
    if not form.is_valid():
        raise Http404
    asked = form.asked()
    found = family_study(cycle, user, family, asked)
    context = {"cycle": cycle, "study": found, "asked": asked}
    if found.answer and found.answer.prefilled:
        context["state"] = urlencode(found.answer.prefilled)
    return render(request, "demand/family_study.html", context)


def _family(user: User, family_id: int) -> Family:
    """Return a family of which this person sees a row."""
    family = get_object_or_404(Family, pk=family_id)
    if not family_series(user, family).exists():
        raise Http404
    return family
