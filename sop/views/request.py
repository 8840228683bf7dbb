"""Reading a request the way every page does."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from sop.models import User


def signed_in(request: HttpRequest) -> User:
    """Return who is acting; the middleware lets nobody else through to a page that asks."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def about_cycle(request: HttpRequest, cycle_id: int) -> None:
    """Tell the frame around the page which cycle it is about, where the address names only a part of one."""
    if request.resolver_match is not None:
        request.resolver_match.kwargs.setdefault("cycle_id", cycle_id)
