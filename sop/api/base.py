"""The three kinds of addresses: one thing to read, a list to read, something to write.

An address declares who may use it, what comes in and what goes out, and calls one selector or one service.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import UnsupportedMediaType, ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from sop.api.idempotency import once
from sop.api.pagination import BoundedPagination
from sop.api.schema import Schema
from sop.api.serializers import Body, Query
from sop.models import Cycle, User

PAGING = ("limit", "offset")
JSON = "application/json"
Right = str | tuple[str, ...]


class HasRight(BasePermission):
    """The address names the rights to read and to write it, one of which is enough; empty: whoever is signed in."""

    message = "Your role does not include this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether this person's role includes the call."""
        rights: Right = view.read_right if request.method in SAFE_METHODS else view.write_right
        words = (rights,) if isinstance(rights, str) else rights
        return any(not word or person(request).has_perm(word) for word in words)


class ApiView(APIView):
    """What all addresses share."""

    read_right: Right = ""
    write_right: Right = ""
    query: type[Query] = Query
    body: type[Body] = Body
    item: type[BaseSerializer[Any]]  # one thing that goes out
    written: type[BaseSerializer[Any]] | None = None  # what goes out after a write, where it is not `item`
    permission_classes = (IsAuthenticated, HasRight)
    schema = Schema()


class OneView(ApiView):
    """One thing to read."""

    def one(self, user: User, query: dict[str, Any], **address: Any) -> Any:
        """Return the thing."""
        raise NotImplementedError

    def get(self, request: Request, **address: Any) -> Response:
        """Answer the thing."""
        query = read_query(request, self.query)
        return Response(self.item(self.one(person(request), query, **address)).data)


class ListView(ApiView):
    """A list to read, page by page; filters and orderings are those it names, everything else is refused."""

    is_listing = True
    orderings: dict[str, tuple[str, ...]] = {}  # name -> columns, the first is used unless asked; only for querysets
    pagination_class = BoundedPagination

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Any] | Sequence[Any]:
        """Return all rows this person may see, filtered; the page is cut out of them."""
        raise NotImplementedError

    def shown(self, user: User, rows: Sequence[Any]) -> Sequence[Any]:
        """Return the rows of one page as this person sees them; most need nothing done."""
        return rows

    def get(self, request: Request, **address: Any) -> Response:
        """Answer one page."""
        pages = self.pagination_class()
        known = (*PAGING, "ordering") if self.orderings else PAGING
        rows = self.rows(person(request), read_query(request, self.query, known), **address)
        if isinstance(rows, QuerySet) and self.orderings:
            rows = self._ordered(rows, request.query_params.get("ordering", next(iter(self.orderings))))
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]  # a sequence does as well
        shown = self.shown(person(request), page or [])
        return pages.get_paginated_response(self.item(shown, many=True).data)

    def _ordered(self, rows: QuerySet[Any], name: str) -> QuerySet[Any]:
        columns = self.orderings.get(name.removeprefix("-"))
        if columns is None:
            raise ValidationError({"ordering": [f"Known: {', '.join(self.orderings)}; with - before it for reverse."]})
        ordered = rows.order_by(*columns)
        return ordered.reverse() if name.startswith("-") else ordered


class WriteView(ApiView):
    """Something to write, by POST, once per Idempotency-Key."""

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Any:
        """Call the service and return what it made."""
        raise NotImplementedError

    def read_body(self, request: Request, body: bytes) -> dict[str, Any]:
        """Return the fields sent; raises ValidationError naming those that do not fit."""
        reader = self.body(data=request.data if body else {})
        reader.is_valid(raise_exception=True)
        return dict(reader.validated_data)

    def status_of(self, result: Any) -> int:
        """Return the status a finished write is answered with."""
        return 200

    def post(self, request: Request, **address: Any) -> Response:
        """Do the write and answer what it made."""
        if request.content_type and not request.content_type.startswith(JSON):
            raise UnsupportedMediaType(request.content_type, f"Send JSON: Content-Type: {JSON}.")
        raw = request.body
        fields = self.read_body(request, raw)

        def run() -> Response:
            result = self.write(person(request), fields, **address)
            out = self.written or self.item
            return Response(out(result).data, status=self.status_of(result))

        return once(request, person(request), raw, run)


def person(request: Request) -> User:
    """Return who is asking."""
    assert isinstance(request.user, User)  # IsAuthenticated stands before every address
    return request.user


def cycle_of(cycle_id: int) -> Cycle:
    """Return a cycle; raises Http404."""
    return get_object_or_404(Cycle, pk=cycle_id)


def read_query(request: Request, shape: type[Query], known: Sequence[str] = ()) -> dict[str, Any]:
    """Return the values after the question mark; anything not in the shape, or sent twice, is refused."""
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["Sent more than once."] for name in twice})
    reader = shape(data={name: text for name, text in request.query_params.items() if name not in known})
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
