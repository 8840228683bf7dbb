"""The state of a saved view: which values its page keeps, and which make sense."""

from sop.refusals import Refused
from sop.view_pages import Viewed

State = dict[str, str | int]


def view_state(viewed: Viewed, sent: object) -> State:
    """Return the parts of a view as they may be kept; refuses naming the first that does not fit."""
    if not isinstance(sent, dict):
        raise Refused("A view is an object of settings.")
    for name, value in sent.items():
        if name not in viewed.parts:
            raise Refused(f"{str(name)[:40]!r} is not part of a view; known: {', '.join(viewed.parts)}.")
        if not (isinstance(value, str | int) and viewed.parts[name](value)):
            raise Refused(f"{str(value)[:40]!r} is no value of {name!r} in a view.")
    return dict(sent)
