"""Bringing files in: the list, one file, its columns, its faults."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from sop.constants import JOB_ACTIVE
from sop.exports import csv_lines
from sop.forms.importing import EncodingForm, ImportForm, columns_read
from sop.importing.dates import ORDER_LABELS
from sop.importing.files import DELIMITERS
from sop.importing.mapping import MappingRefused, mapping_read
from sop.importing.numbers import STYLE_LABELS
from sop.importing.registry import NoSuchTable, table_of
from sop.importing.spec import Table
from sop.models import Import
from sop.refusals import Refused
from sop.selectors import importing as selectors
from sop.services import importing as services
from sop.services.import_run import headings_of
from sop.views.import_words import apply_words, import_kpis
from sop.views.request import signed_in

PAGE_ROWS = 30
FAULTS_ON_PAGE = 200
FAULT_HEAD = ("Row", "Column", "Value", "What is wrong", "How to put it right", "The row is")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.import_data", raise_exception=True)
def imports(request: HttpRequest) -> HttpResponse:
    """List the files brought in; a new one is given on the same page."""
    user = signed_in(request)
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        tables=selectors.tables_open_to(user),
        initial={"table": request.GET.get("table", "")},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            brought = services.import_receive(
                user=user,
                table=values["table"],
                file_name=values["file"].name,
                content=_content(values["file"]),
                source=values["source"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _on_to_check(request, brought)
    page = Paginator(selectors.imports(), PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [(each, _label(each)) for each in page]
    context = {"form": form, "page": page, "rows": rows, "sources": selectors.sources_known()}
    return render(request, "importing/imports.html", context, status=422 if form.errors else 200)


@require_safe
@permission_required("sop.import_data", raise_exception=True)
def import_page(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show what a file holds, what it would change or changed, and what is wrong in it."""
    brought, table = _found(import_id)
    if getattr(request, "htmx", False):
        context = _page(request, brought, table)
        status = 200 if context["active"] else HTMX_STOP_POLLING
        return render(request, "importing/import.html#found", context, status=status)
    return render(request, "importing/import.html", _page(request, brought, table))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.import_data", raise_exception=True)
def import_columns(request: HttpRequest, import_id: int) -> HttpResponse:
    """Choose which columns of the file make which; the check follows at once."""
    brought, table = _found(import_id)
    if not brought.encoding:
        return redirect("sop:import-encoding", import_id=import_id)
    chosen: dict[str, Any] | None = None
    refusal = ""
    if request.method == "POST":
        chosen = columns_read(request.POST, table)
        try:
            brought = services.import_columns_set(user=signed_in(request), import_id=import_id, columns=chosen)
        except Refused as refused:
            refusal = str(refused)
        else:
            return _on_to_check(request, brought)
    return _columns_page(request, brought, table, chosen, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.import_data", raise_exception=True)
def import_encoding(request: HttpRequest, import_id: int) -> HttpResponse:
    """Say in which encoding a file is written."""
    brought, table = _found(import_id)
    form = EncodingForm(request.POST or None, initial={"delimiter": brought.delimiter})
    if request.method == "POST" and form.is_valid():
        try:
            services.import_encoding_set(user=signed_in(request), import_id=import_id, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("sop:import-columns", import_id=import_id)
    context = {"brought": brought, "table": table, "form": form}
    return render(request, "importing/encoding.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("sop.import_data", raise_exception=True)
def import_check(request: HttpRequest, import_id: int) -> HttpResponse:
    """Check a file again."""
    brought, _table = _found(import_id)
    return _on_to_check(request, brought)


@require_POST
@permission_required("sop.import_data", raise_exception=True)
def import_apply(request: HttpRequest, import_id: int) -> HttpResponse:
    """Write a checked file, leaving out as many faulty rows as the person saw."""
    brought, table = _found(import_id)
    leave_out = request.POST.get("leave_out", "0")
    try:
        done = services.import_apply(
            user=signed_in(request), import_id=import_id, leave_out=int(leave_out) if leave_out.isdecimal() else 0
        )
    except Refused as refusal:
        context = _page(request, brought, table) | {"refusal": str(refusal)}
        return render(request, "importing/import.html", context, status=refusal.status)
    if done.state == Import.State.APPLIED:
        messages.success(request, f"{brought.file_name} is in {table.label.lower()}.")
    return redirect("sop:import", import_id=import_id)


@require_safe
@permission_required("sop.import_data", raise_exception=True)
def import_faults(request: HttpRequest, import_id: int) -> StreamingHttpResponse:
    """Give every fault of a file as a file."""
    brought, table = _found(import_id)
    facts = [["File", brought.file_name], ["For", table.label], ["SHA-256", brought.sha256], []]
    lines = csv_lines(facts, FAULT_HEAD, selectors.all_faults(import_id))
    return _attachment(lines, f"faults-{import_id}.csv")


@require_safe
@permission_required("sop.import_data", raise_exception=True)
def import_template(request: HttpRequest, table: str) -> StreamingHttpResponse:
    """Give an empty file with the headings of a table."""
    try:
        found = table_of(table)
    except NoSuchTable as error:
        raise Http404(str(error)) from error
    return _attachment(csv_lines([], selectors.template_headings(found), []), f"{found.name}.csv")


def _content(file: Any) -> bytes:
    """Return an uploaded file's bytes, at most one more than may be read: enough to refuse it."""
    return bytes(file.read(settings.IMPORT_MAX_BYTES + 1))


def _found(import_id: int) -> tuple[Import, Table]:
    brought = selectors.import_of(import_id)
    if brought is None:
        raise Http404
    return brought, table_of(brought.table)


def _label(brought: Import) -> str:
    try:
        return table_of(brought.table).label
    except NoSuchTable:
        return brought.table


def _on_to_check(request: HttpRequest, brought: Import) -> HttpResponse:
    """Check the file if its columns say enough, else ask for them."""
    if not brought.encoding:
        return redirect("sop:import-encoding", import_id=brought.pk)
    try:
        checked = services.import_check(user=signed_in(request), import_id=brought.pk)
    except MappingRefused as refusal:
        messages.info(request, str(refusal))
        return redirect("sop:import-columns", import_id=brought.pk)
    if "question" in checked.counts:
        messages.warning(request, checked.counts["question"])
        return redirect("sop:import-columns", import_id=brought.pk)
    return redirect("sop:import", import_id=brought.pk)


def _page(request: HttpRequest, brought: Import, table: Table) -> dict[str, Any]:
    job = brought.job
    return {
        "brought": brought,
        "table": table,
        "kpis": import_kpis(brought),
        "apply_words": apply_words(brought.counts),
        "faults": brought.faults[:FAULTS_ON_PAGE],
        "same": selectors.same_file_before(brought),
        "active": job is not None and job.state in JOB_ACTIVE,
        "may_apply": signed_in(request).has_perm(table.permission),
        "baseline_is_older": selectors.actuals_note(brought),
    }


def _columns_page(
    request: HttpRequest, brought: Import, table: Table, chosen: dict[str, Any] | None, refusal: str
) -> HttpResponse:
    headings, rows = headings_of(brought)
    try:
        mapping = mapping_read(chosen, table) if chosen is not None else selectors.mapping_of(brought)
    except MappingRefused:
        mapping = selectors.mapping_of(brought)
    context = {
        "brought": brought,
        "table": table,
        "refusal": refusal,
        "mapping": mapping,
        "lines": selectors.mapping_lines(table, mapping, headings, rows),
        "headings": [heading for heading in headings if heading],
        "all_headings": headings,
        "rows": rows,
        "creatable": selectors.creatable(table),
        "orders": ORDER_LABELS,
        "styles": STYLE_LABELS,
        "delimiter": DELIMITERS.get(brought.delimiter, brought.delimiter),
    }
    return render(request, "importing/columns.html", context, status=422 if refusal else 200)


def _attachment(lines: Any, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
