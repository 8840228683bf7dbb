"""What the workbench can be filtered by, only what there is; and what is filtered by, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from sop.models import Cycle, Family, Location, Supplier, User
from supply.constants import LIVE, FlagKind, FlagState
from supply.models import StockItem, SupplyFlag
from supply.selectors.item_filter import NOBODY, UNCLASSED, ItemFilter, main_lanes

Value = str | int
GONE = "not there any more"


@dataclass(frozen=True)
class Choice:
    """One filter: its name in the address, its word, what it is called open, and its values with their words."""

    name: str
    word: str
    open: str
    values: list[tuple[Value, str]]


@dataclass(frozen=True)
class Chosen:
    """One filter that is set, in words, and the state without it."""

    name: str
    word: str
    value: str
    rest: dict[str, Value]


def filter_choices(cycle: Cycle) -> list[Choice]:
    """Return every filter that has something to choose from, in the order of the page."""
    items = StockItem.objects.order_by()
    classes = set(items.values_list("product__abc", flat=True).distinct())
    states = [each for each in LIVE if SupplyFlag.objects.filter(cycle=cycle, state=each).exists()]
    found = [
        Choice("family", "Family", "All families", _named(Family, items.values("product__family_id"))),
        Choice("location", "Location", "All locations", _named(Location, items.values("location_id"))),
        Choice("abc", "Class", "Any class", _classes(classes)),
        Choice("supplier", "Supplier", "All suppliers", _named(Supplier, main_lanes().values("supplier_id"))),
        Choice("buyer", "Buyer", "All buyers", _named(User, items.filter(buyer__isnull=False).values("buyer_id"))),
        Choice("state", "Flags", "Flags in any state", [(each, FlagState(each).label) for each in states]),
    ]
    return [_with_nobody(choice, items) for choice in found if choice.values]


def chosen_words(chosen: ItemFilter, choices: Sequence[Choice]) -> list[Chosen]:
    """Return each filter that is set as a sentence can name it."""
    by_name = {choice.name: choice for choice in choices}
    found = []
    for name, value in chosen.asked.items():
        if name == "kind":
            word, said = "Only", str(FlagKind(str(value)).label)
        elif name == "q":
            word, said = "Words", f"“{value}”"
        else:
            choice = by_name.get(name)
            word = choice.word if choice else name.capitalize()
            said = dict(choice.values).get(value, GONE) if choice else GONE
        found.append(Chosen(name, word, said, chosen.without(name).state_kept))
    return found


def _named(model: type[Model], keys: Any) -> list[tuple[Value, str]]:
    rows = model._default_manager.filter(pk__in=keys).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def _classes(found: set[str]) -> list[tuple[Value, str]]:
    """Return the classes there are; none where no product has one."""
    classed: list[tuple[Value, str]] = [(each, f"Class {each}") for each in sorted(found - {""})]
    return [*classed, (UNCLASSED, "No class")] if classed and "" in found else classed


def _with_nobody(choice: Choice, items: Any) -> Choice:
    """Return suppliers and buyers with the choice of none, where a stock item has none."""
    missing = {"supplier": {"lanes": None}, "buyer": {"buyer": None}}.get(choice.name)
    if missing is None or not items.filter(**missing).exists():
        return choice
    return Choice(choice.name, choice.word, choice.open, [*choice.values, (NOBODY, f"No {choice.name}")])
