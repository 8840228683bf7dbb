"""The shape of a saved view: what of the planning grid's look is kept, and which values make sense."""

from collections.abc import Callable, Mapping

from sop.refusals import Refused

UNITS = ("units", "revenue")
FILTERS = ("all", "exceptions", "not_reviewed", "changed", "misses")
CLASSES = ("", "A", "B", "C")
FIND_MAX = 80  # characters
LEVELS = (1, 2, 3)  # unfolded down to families, products, customers
MONTHS_BACK, MONTHS_AHEAD = -6, 24

State = dict[str, str | int]

# Name -> whether a value makes sense. `from` is the first month in sight, counted from the first of the plan: a view
# kept in one cycle shows the same stretch in the next.
KNOWN: Mapping[str, Callable[[object], bool]] = {
    "unit": lambda value: value in UNITS,
    "filter": lambda value: value in FILTERS,
    "abc": lambda value: value in CLASSES,
    "find": lambda value: isinstance(value, str) and len(value) <= FIND_MAX and "\0" not in value,
    "level": lambda value: type(value) is int and value in LEVELS,
    "from": lambda value: type(value) is int and MONTHS_BACK <= value <= MONTHS_AHEAD,
}


def view_state(sent: object) -> State:
    """Return the parts of a view as they may be kept; refuses naming the first that does not fit."""
    if not isinstance(sent, dict):
        raise Refused("A view is an object of settings.")
    for name, value in sent.items():
        if name not in KNOWN:
            raise Refused(f"{str(name)[:40]!r} is not part of a view; known: {', '.join(KNOWN)}.")
        if not _fits(name, value):
            raise Refused(f"{str(value)[:40]!r} is no value of {name!r} in a view.")
    return dict(sent)


def _fits(name: str, value: object) -> bool:
    return isinstance(value, str | int) and KNOWN[name](value)
