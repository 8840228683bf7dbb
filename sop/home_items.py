"""What the home page tells a person to do; each step's app adds its own items, as `sop` cannot import it.

    @home_item(StepKind.REVIEW)
    def questions_to_decide(user: User, step: CycleStep) -> list[HomeItem]:
        ...

Called with each step of the open cycle, whatever its state; items of open steps come first on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from sop.constants import StepKind
from sop.models import CycleStep, User


@dataclass(frozen=True)
class HomeItem:
    """One thing to do or to wait for: a sentence, why or what else, where to go, by when."""

    sentence: str
    detail: str = ""
    url: str = ""
    label: str = ""  # of the button
    due_at: datetime | None = None
    waiting: bool = False  # on others: nothing to do now

    @property
    def overdue(self) -> bool:
        """Return whether it should have been done already."""
        return self.due_at is not None and self.due_at < timezone.now()


@dataclass(frozen=True)
class HomeFigure:
    """One figure of the last plan's result, in words: what, how much, what it means."""

    label: str
    value: str
    note: str = ""
    url: str = ""


ItemSource = Callable[[User, CycleStep], list[HomeItem]]
FigureSource = Callable[[User], list[HomeFigure]]

_items: dict[str, list[ItemSource]] = {}
_figures: list[FigureSource] = []


def home_item(kind: StepKind) -> Callable[[ItemSource], ItemSource]:
    """Register who answers for the items of one kind of step."""

    def register(source: ItemSource) -> ItemSource:
        _items.setdefault(kind, []).append(source)
        return source

    return register


def home_figures(source: FigureSource) -> FigureSource:
    """Register who answers how the last plan turned out."""
    _figures.append(source)
    return source


def items_of(user: User, step: CycleStep) -> list[HomeItem]:
    """Return what the step's app wants of this person."""
    return [item for source in _items.get(step.kind, ()) for item in source(user, step)]


def figures_of(user: User) -> list[HomeFigure]:
    """Return how the last plan turned out, empty before the first was measured."""
    return [figure for source in _figures for figure in source(user)]
