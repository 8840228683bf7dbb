"""Pages of background work: the strip every page polls, the list, one job, stopping it."""

import json
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from sop.constants import JOB_ACTIVE, JobState
from sop.job_kinds import job_label
from sop.selectors import job as selectors
from sop.services.job import job_cancel, jobs_seen
from sop.views.request import signed_in

PAGE_ROWS = 25
# What the list can be narrowed to: value in the address, word, states.
SHOWN = {
    "": ("All", JobState.values),
    "active": ("Waiting or running", [state.value for state in JOB_ACTIVE]),
    "failed": ("Failed", [JobState.FAILED.value]),
    "done": ("Done", [JobState.DONE.value]),
}


@require_safe
def job_strip(request: HttpRequest) -> HttpResponse:
    """Answer the strip and the bell; polling ends when nothing runs, what ended since the last poll gets a toast."""
    found = selectors.jobs_strip(signed_in(request), _ids(request.GET.get("was", "")))
    status = 200 if found["running"] else HTMX_STOP_POLLING
    # Asked so often that it does without the frame's values.
    context = {"jobs": found, "jobs_url": reverse("sop:job-strip")}
    response = HttpResponse(render_to_string("components/job_strip.html", context), status=status)
    if found["ended"]:
        first = found["ended"][0]
        response["HX-Trigger"] = json.dumps({"toast": {"text": first["text"], "url": first["url"]}, "jobs-ended": {}})
    return response


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List background work, latest first; looking at it empties the bell's count."""
    user = signed_in(request)
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        return redirect("sop:jobs")
    found = selectors.jobs_counted(selectors.jobs_visible(user).filter(state__in=SHOWN[shown][1]))
    page = Paginator(found.select_related("cycle"), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [selectors.job_row(user, job) for job in page]
    chips = [(value, word) for value, (word, _states) in SHOWN.items()]
    active = any(row.job.state in JOB_ACTIVE for row in rows)
    context = {"page": page, "rows": rows, "chips": chips, "shown": shown, "active": active}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "jobs/jobs.html#rows", context)
    jobs_seen(user=user)
    return render(request, "jobs/jobs.html", context)


@require_safe
def job_detail(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show one job with its stages; the polled part ends polling by itself when the job has ended."""
    user = signed_in(request)
    job = get_object_or_404(selectors.jobs_counted(selectors.jobs_visible(user)).select_related("cycle"), pk=job_id)
    active = job.state in JOB_ACTIVE
    context = {"row": selectors.job_row(user, job), "stages": selectors.job_stages(job), "active": active}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "jobs/job.html#job", context, status=200 if active else HTMX_STOP_POLLING)
    if not active:
        jobs_seen(user=user)
    return render(request, "jobs/job.html", context)


@require_POST
def job_stop(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop a job; the service knows who may."""
    user = signed_in(request)
    get_object_or_404(selectors.jobs_visible(user), pk=job_id)
    job = job_cancel(user=user, job_id=job_id)
    messages.success(request, f"{job_label(job.kind)} is stopped; nothing half done is kept.")
    return redirect("sop:job-detail", job_id=job_id)


def _ids(text: str) -> list[uuid.UUID]:
    """Return the job ids a page sent; anything else in the address is passed over."""
    found = []
    for word in text.split(",")[:20]:
        try:
            found.append(uuid.UUID(word))
        except ValueError:
            continue
    return found
