"""What the grid's filters go by: exceptions, reviewed products, the biggest misses."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from demand.forms.grid import review_request
from demand.selectors import attention as reads
from demand.services.review_mark import reviewed_set
from sop.models import Cycle
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def attention(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Give the exceptions and the reviewed products as they are now; asked again after changes are saved."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    return JsonResponse(reads.attention_json(cycle, signed_in(request)))


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def facts(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Give the products' classes and how far the last plan was off."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    return JsonResponse(reads.facts_json(cycle, signed_in(request)))


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def reviewed(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Mark products as reviewed, or take the mark back; answer as attention does."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    products, marked = review_request(request.body)
    reviewed_set(user=signed_in(request), cycle_id=cycle_id, products=products, reviewed=marked)
    return JsonResponse(reads.attention_json(cycle, signed_in(request)))
