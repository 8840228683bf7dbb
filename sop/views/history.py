"""The page of all changes, and the same as a file."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sop.exports import Cell, csv_lines
from sop.forms.history import HistoryForm
from sop.models import User
from sop.selectors.history import HistoryFilter, HistoryPage, history_all, history_page
from sop.views.request import signed_in

CSV_LINES = 100_000
HEAD = ("When (UTC)", "Who", "Table", "Row", "What happened", "Column", "Before", "After", "Why", "From", "Request")


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show changes, newest first, as far as the person may see them."""
    user = signed_in(request)
    form = HistoryForm(request.GET, user=user)
    valid = form.is_valid()
    page = history_page(user, form.asked()) if valid else HistoryPage([], None)
    context = {"form": form, "page": page, "before": _mark(page), "narrowed": any(request.GET.values())}
    return render(request, "history/history.html", context, status=200 if valid else 422)


@require_safe
def history_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Answer the same changes as a file, one line per value."""
    user = signed_in(request)
    form = HistoryForm(request.GET, user=user)
    if not form.is_valid():
        return render(request, "history/history.html", {"form": form, "page": HistoryPage([], None)}, status=422)
    answer = StreamingHttpResponse(_csv(user, form.asked()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="history-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


def _csv(user: User, asked: HistoryFilter) -> Iterator[str]:
    preamble: list[tuple[Cell, ...]] = [
        ("History",),
        ("Written", datetime.now(UTC).isoformat(timespec="seconds")),
        ("For", user.name),
        (f"At most {CSV_LINES:,} changes, newest first",),
    ]
    return csv_lines(preamble, HEAD, _rows(user, asked))


def _rows(user: User, asked: HistoryFilter) -> Iterator[tuple[Cell, ...]]:
    for change in history_all(user, asked, limit=CSV_LINES):
        line = change.line
        start = (line.at.astimezone(UTC).isoformat(timespec="seconds"), line.who, change.table, change.subject)
        end = (change.why, change.where, line.request_id)
        if not change.values:
            yield (*start, change.verb, "", "", "", *end)
        for value in change.values:
            yield (*start, change.verb, value.name, value.before, value.after, *end)


def _mark(page: HistoryPage) -> str:
    """Return where the next page begins, as the address carries it."""
    if page.next_before is None:
        return ""
    at, code, number = page.next_before
    return f"{at.astimezone(UTC).isoformat()}~{code}~{number}"
