"""Health: one word for the supervisor without sign-in, a table for the coordinator."""

from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sop.selectors import health as selectors


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process lives; with ?worker=1 only when database and a worker can be used."""
    problem = ""
    if request.GET.get("worker"):
        problem = selectors.database_problem() or selectors.worker_problem()
    return HttpResponse(problem or "ok", status=503 if problem else 200, content_type="text/plain; charset=utf-8")


@require_safe
@permission_required("sop.open_cycle", raise_exception=True)
def health(request: HttpRequest) -> HttpResponse:
    """Show what works and what does not."""
    return render(request, "jobs/health.html", {"lines": selectors.health_lines()})
