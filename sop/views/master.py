"""Screens of master data: the tables, a list, one row to look at or to change."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sop.constants import StepKind
from sop.forms.master import MasterForm, master_form
from sop.master_spec import MasterTable, NoSuchMaster, master_table
from sop.models import User
from sop.refusals import Refused
from sop.selectors import master as selectors
from sop.selectors.master_history import row_history, version_of
from sop.services import master as services
from sop.views.request import signed_in


@require_safe
def master(request: HttpRequest) -> HttpResponse:
    """Show which tables there are, by group, with how many rows each has."""
    user = signed_in(request)
    groups: dict[str, list[tuple[MasterTable, int]]] = {}
    for table in selectors.tables_visible(user):
        groups.setdefault(table.group, []).append((table, selectors.rows_visible(table, user).count()))
    return render(request, "master/master.html", {"groups": groups})


@require_safe
def master_list(request: HttpRequest, table: str) -> HttpResponse:
    """List a table's rows."""
    found, user = _table(request, table), signed_in(request)
    if found.single:
        return redirect("sop:master-row", table=table, row_id=selectors.ONLY_ROW)
    shown = selectors.master_list(found, user, request.GET.dict())
    context = {
        "table": found,
        "list": shown,
        "may_edit": _may_edit(found, user),
        "may_import": user.has_perm("sop.import_data"),
    }
    return render(request, "master/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def master_new(request: HttpRequest, table: str) -> HttpResponse:
    """Write a new row."""
    found, user = _table(request, table), signed_in(request)
    if not _may_edit(found, user) or found.single:
        raise PermissionDenied
    form = master_form(found)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.row_create(user=user, table=found, values=form.values())
        except Refused as refusal:
            return _row_page(request, found, form, refusal=refusal)
        messages.success(request, f"{row} is written.")
        return redirect("sop:master-list", table=table)
    return _row_page(request, found, form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def master_row(request: HttpRequest, table: str, row_id: int) -> HttpResponse:
    """Show one row with its history; change it where the person may."""
    found, user = _table(request, table), signed_in(request)
    may_edit = _may_edit(found, user)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    row = selectors.row_of(found, user, row_id)
    if row is None:
        raise Http404
    version = version_of(row)
    form = master_form(found)(request.POST or None, instance=row, initial={"version": version})
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.row_change(
                user=user, table=found, row_id=row_id, values=form.values(), version=form.cleaned_data["version"] or 0
            )
        except Refused as refusal:
            return _row_page(request, found, form, row=row, refusal=refusal)
        messages.success(request, f"{saved} is saved.")
        return redirect("sop:master-list", table=table)
    return _row_page(request, found, form, row=row, status=422 if form.errors else 200)


@require_POST
def master_delete(request: HttpRequest, table: str, row_id: int) -> HttpResponse:
    """Remove a row that nothing uses."""
    found, user = _table(request, table), signed_in(request)
    if not _may_edit(found, user):
        raise PermissionDenied
    row = selectors.row_of(found, user, row_id)
    if row is None:
        raise Http404
    version = request.POST.get("version", "0")
    try:
        services.row_delete(user=user, table=found, row_id=row_id, version=int(version) if version.isdecimal() else 0)
    except Refused as refusal:
        form = master_form(found)(instance=row, initial={"version": version_of(row)})
        return _row_page(request, found, form, row=row, refusal=refusal)
    messages.success(request, f"{row} is deleted.")
    return redirect("sop:master-list", table=table)


def _table(request: HttpRequest, name: str) -> MasterTable:
    try:
        found = master_table(name)
    except NoSuchMaster as error:
        raise Http404(str(error)) from error
    if found.view and not signed_in(request).has_perm(found.view):
        raise PermissionDenied
    return found


def _may_edit(table: MasterTable, user: User) -> bool:
    return bool(table.fields) and user.has_perm(table.edit)


def _row_page(
    request: HttpRequest,
    table: MasterTable,
    form: MasterForm,
    *,
    row: Any = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    may_edit = _may_edit(table, signed_in(request))
    closed = selectors.closed_now(StepKind(table.step)) if table.step and may_edit else ""
    if closed or not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "table": table,
        "form": form,
        "row": row,
        "refusal": str(refusal) if refusal else "",
        "conflict": refusal is not None and refusal.status == 409,
        "may_edit": may_edit,
        "closed": closed,
        "facts": [] if table.fields or row is None else selectors.row_facts(table, row),
        "changes": row_history(row) if row is not None and hasattr(row, "history") else [],
    }
    return render(request, "master/row.html", context, status=refusal.status if refusal else status)
