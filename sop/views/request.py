"""Reading a request the way every page does."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from sop.models import User


def signed_in(request: HttpRequest) -> User:
    """Return who is acting; the middleware lets nobody else through to a page that asks."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
