"""One shape for every refusal: {"error": sentence, "fields": {...}, "request_id": id}."""

import logging
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from sop.refusals import Refused
from sop.request_context import current

logger = logging.getLogger(__name__)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer for any exception of the API, the unforeseen ones included."""
    if isinstance(error, Refused):
        return _answer(str(error), error.status)
    if isinstance(error, exceptions.ValidationError):
        return _answer("Some values do not fit; see fields.", status.HTTP_400_BAD_REQUEST, error.detail)
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return _answer("There is nothing here, or it is not yours to see.", status.HTTP_404_NOT_FOUND)
    if isinstance(error, PermissionDenied):
        return _answer("Your role does not include this.", status.HTTP_403_FORBIDDEN)
    known = exception_handler(error, context)
    if known is not None:
        answer = _answer(str(getattr(error, "detail", error)), known.status_code)
        for header in ("WWW-Authenticate", "Retry-After", "Allow"):
            if known.has_header(header):
                answer[header] = known[header]
        return answer
    logger.exception("unforeseen error in the API", exc_info=error)
    return _answer("Something went wrong on our side; it has been logged.", status.HTTP_500_INTERNAL_SERVER_ERROR)


def _answer(sentence: str, code: int, fields: Any = None) -> Response:
    return Response({"error": sentence, "fields": fields or {}, "request_id": current().request_id}, status=code)
