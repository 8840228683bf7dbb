"""What published plans agreed to buy ahead: later steps know it, and register how it is read.

@agreed_buys_reader
def pre_buys_published(cycle: Cycle) -> list[AgreedBuy]: ...
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sop.models import Cycle


class AgreedBuy(NamedTuple):
    """Units of one stock item bought ahead: the months in which they are ordered and arrive."""

    item_id: int
    units: float
    ordered: date
    arrives: date


Reader = Callable[[Cycle], list[AgreedBuy]]
_readers: list[Reader] = []


def agreed_buys_reader(reader: Reader) -> Reader:
    """Register who knows what was agreed before a cycle."""
    _readers.append(reader)
    return reader


def agreed_buys(cycle: Cycle) -> list[AgreedBuy]:
    """Return what was agreed in earlier cycles and ordered before this one's first month."""
    return [buy for reader in _readers for buy in reader(cycle) if buy.ordered < cycle.bucket]
