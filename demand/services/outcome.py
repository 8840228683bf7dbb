"""What a change set asks of each cell, and what became of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from demand.models import ChangeSet


@dataclass(frozen=True)
class CellEdit:
    """What one cell should become: `quantity` None means back to the layer below; `version` is the one last seen."""

    series: int
    bucket: date
    quantity: Decimal | None
    version: int


@dataclass(frozen=True)
class Saved:
    """A cell as it is now."""

    series: int
    bucket: str
    quantity: str | None
    version: int


@dataclass(frozen=True)
class RefusedCell:
    """A cell that was not changed, and why; for a conflict: what it holds now, by whom, since when."""

    series: int
    bucket: str
    reason: str  # conflict | scope | range
    message: str
    quantity: str | None = None
    version: int | None = None
    by: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class Taken:
    """What is taken back: the change set, the layer it wrote to, and each cell's reason and note before it."""

    change_set: ChangeSet
    layer: str
    told: Mapping[tuple[int, date], tuple[str, str]]


@dataclass
class Outcome:
    """What became of a change set."""

    change_set: str
    saved: list[Saved] = field(default_factory=list)
    refused: list[RefusedCell] = field(default_factory=list)
    saved_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return plain values for the answer and for the change set's memory."""
        return asdict(self)
