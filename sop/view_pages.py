"""The pages whose views people keep; each step registers its own with the shape of what it keeps.

    register(Viewed(ViewPage.DEMAND, "demand:adjust", "demand.view_demand", {"unit": lambda value: value in UNITS}))

A state is a flat object of texts and whole numbers: name -> value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sop.constants import ViewPage

Fits = Callable[[object], bool]


@dataclass(frozen=True)
class Viewed:
    """One page: its address, who may look at it, and what of it is kept."""

    page: ViewPage
    route: str  # its full name; the address takes the cycle's number
    right: str
    parts: Mapping[str, Fits]  # name -> whether a value makes sense


_pages: dict[str, Viewed] = {}


def register(viewed: Viewed) -> None:
    """Make a page known."""
    _pages[viewed.page] = viewed


def viewed(page: str) -> Viewed | None:
    """Return a page by its code; None where it has no views."""
    return _pages.get(page)


def one_of(values: tuple[object, ...]) -> Fits:
    """Return a check for one of a few values, of their own type: True is not 1."""
    return lambda value: any(value == known and type(value) is type(known) for known in values)


def text_up_to(longest: int) -> Fits:
    """Return a check for a text of at most so many characters."""
    return lambda value: isinstance(value, str) and len(value) <= longest and "\0" not in value


def number_from(least: int, most: int) -> Fits:
    """Return a check for a whole number in a range, both ends included."""
    return lambda value: type(value) is int and least <= value <= most
