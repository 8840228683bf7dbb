"""Which stock items the workbench lists: what its address, or a view somebody kept, asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sop.models import Cycle
from supply.constants import LIVE, FlagKind
from supply.models import Sourcing, StockItem, SupplyFlag

NOBODY = 0  # as a supplier: without a lane; as a buyer: without one
UNCLASSED = "-"
CLASSES = ("A", "B", "C", UNCLASSED)
ORDERINGS = ("money", "product", "first")
WORDS_MAX = 80  # characters
NUMBER_MAX = 10**18 - 1  # of the largest key a table has
NUMBERS = ("family", "location", "supplier", "buyer")


@dataclass(frozen=True)
class ItemFilter:
    """What is asked for; None and "" leave it open. `kind` and `state` mean one flag that has both."""

    family: int | None = None
    location: int | None = None
    abc: str = ""
    supplier: int | None = None  # of the main lane
    buyer: int | None = None
    kind: str = ""
    state: str = ""
    q: str = ""  # words of product or family
    order: str = ORDERINGS[0]

    @classmethod
    def of(cls, sent: Mapping[str, object]) -> "ItemFilter":
        """Return what an address or a kept state asks for; what it cannot mean is left open."""
        text = {name: str(sent.get(name, "")) for name in vars(cls())}
        numbers = {name: _number(text[name]) for name in NUMBERS}
        return cls(
            **numbers,
            abc=_known(text["abc"], CLASSES),
            kind=_known(text["kind"], FlagKind.values),
            state=_known(text["state"], LIVE),
            q=" ".join(text["q"].replace("\0", "").split())[:WORDS_MAX],
            order=_known(text["order"], ORDERINGS) or ORDERINGS[0],
        )

    @property
    def asked(self) -> dict[str, str | int]:
        """Return each filter that is set, by its name in the address."""
        return {name: value for name, value in vars(self).items() if name != "order" and value not in (None, "")}

    @property
    def state_kept(self) -> dict[str, str | int]:
        """Return everything an address must say to show the same; never empty."""
        return {**self.asked, "order": self.order}

    def without(self, *names: str) -> "ItemFilter":
        """Return the filter with some parts left open."""
        return replace(self, **{name: getattr(ItemFilter(), name) for name in names})

    @property
    def names_flags(self) -> bool:
        """Return whether only stock items with a certain flag are wanted."""
        return bool(self.kind or self.state)

    @property
    def of_items_only(self) -> bool:
        """Return whether something is asked that a supplier or a warehouse cannot answer."""
        return bool(self.asked.keys() & {"family", "abc", "buyer", "q"})


def items_chosen(cycle: Cycle, chosen: ItemFilter) -> QuerySet[StockItem]:
    """Return the stock items a filter leaves, in no order."""
    found = StockItem.objects.order_by().filter(*_conditions(chosen))
    if chosen.supplier is not None:
        found = found.filter(_supplied(chosen.supplier))
    if chosen.names_flags:
        found = found.filter(Exists(flags_of(cycle, chosen).filter(item=OuterRef("pk"))))
    return found


def flags_of(cycle: Cycle, chosen: ItemFilter) -> QuerySet[SupplyFlag]:
    """Return the cycle's live flags of the kind and state asked for, whatever they are about, in no order."""
    return SupplyFlag.objects.order_by().filter(flag_condition(cycle, chosen))


def flag_condition(cycle: Cycle, chosen: ItemFilter, way: str = "") -> Q:
    """Return the condition of `flags_of`; way: how a flag is reached from what is asked for, as "flags__"."""
    wanted: dict[str, object] = {"cycle": cycle, "state__in": [chosen.state] if chosen.state else LIVE}
    if chosen.kind:
        wanted["kind"] = chosen.kind
    return Q(**{f"{way}{name}": value for name, value in wanted.items()})


def main_supplier() -> Subquery:
    """Return the supplier of a stock item's main lane: the one with the largest share, the oldest of equal ones."""
    lanes = Sourcing.objects.filter(item=OuterRef("pk")).order_by("-share", "id")
    return Subquery(lanes.values("supplier_id")[:1])


def main_lanes() -> QuerySet[Sourcing]:
    """Return the main lane of every stock item that has one."""
    return Sourcing.objects.order_by("item_id", "-share", "id").distinct("item_id")


def _supplied(supplier: int) -> Q:
    """Return the condition that a stock item's main lane is of a supplier, or that it has none."""
    if supplier == NOBODY:
        return Q(lanes=None)
    return Q(pk__in=Sourcing.objects.filter(pk__in=main_lanes().values("pk"), supplier=supplier).values("item"))


def _conditions(chosen: ItemFilter) -> list[Q]:
    """Return what a stock item must be, beside its supplier and its flags."""
    found = []
    if chosen.family is not None:
        found.append(Q(product__family_id=chosen.family))
    if chosen.location is not None:
        found.append(Q(location_id=chosen.location))
    if chosen.abc:
        found.append(Q(product__abc="" if chosen.abc == UNCLASSED else chosen.abc))
    if chosen.buyer is not None:
        found.append(Q(buyer_id=chosen.buyer or None))
    if chosen.q:
        words = chosen.q
        named = Q(product__name__icontains=words) | Q(product__code__icontains=words)
        found.append(named | Q(product__family__name__icontains=words))
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(NUMBER_MAX)) else None


def _known(text: str, values: tuple[str, ...] | list[str]) -> str:
    return text if text in values else ""
