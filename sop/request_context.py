"""Who is acting, from where, in which request: set at the door, read where history is written."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sop.constants import Source

if TYPE_CHECKING:
    from sop.models import User


@dataclass(frozen=True)
class RequestContext:
    """The facts every history row carries."""

    user: "User | None" = None
    source: str = Source.COMMAND
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def user_name(self) -> str:
        """Return the acting person's name as text, empty for the system itself."""
        return self.user.name if self.user is not None else ""


_current: ContextVar[RequestContext | None] = ContextVar("sop_request_context", default=None)


def current() -> RequestContext:
    """Return the context at work; outside any, one that says `command` and nobody."""
    return _current.get() or RequestContext()


@contextmanager
def acting(user: "User | None", source: str, request_id: str | None = None) -> Iterator[RequestContext]:
    """Run a block as `user` coming from `source`; a nested block keeps the outer request id."""
    outer = _current.get() or RequestContext()
    context = replace(outer, user=user, source=source, request_id=request_id or outer.request_id)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def become(user: "User") -> None:
    """Name the acting person inside a running request, once a token has told who it is."""
    _current.set(replace(current(), user=user))
