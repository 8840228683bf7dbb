"""The seal of a published plan: SHA-256 over its heading, its lines in byte order, and the seal before it.

Anybody can recompute it from a CSV export of the whole plan: the sealed heading, then one line per row, fields joined
by a tab, empty for none, sorted as bytes; an apostrophe the export put before a text like a formula is taken off again.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from publish.constants import SEAL_FORMAT

Value = str | date | Decimal | int | None

# The order of a line's fields is part of the seal: add new ones at the end, under a new heading version only.
FIELDS = (
    "product_code",
    "location_code",
    "customer_code",
    "family_code",
    "region_code",
    "bucket",
    "demand",
    "revenue",
    "receipts",
    "closing",
    "cogs",
    "inventory_value",
    "purchases_value",
)


@dataclass(frozen=True)
class Heading:
    """What a plan says of itself beside its lines."""

    cycle: date
    version: int
    currency: str
    approvers: list[dict[str, Any]]
    reason: str  # why the version before had to be corrected; empty for the first
    previous_seal: str
    format: int = SEAL_FORMAT  # itself sealed: nobody can say that a seal covers less

    def text(self) -> str:
        """Return the heading as canonical JSON."""
        facts: dict[str, Any] = {
            "format": self.format,
            "cycle": self.cycle.isoformat(),
            "version": self.version,
            "currency": self.currency,
            "approvers": self.approvers,
            "previous": self.previous_seal,
        }
        if self.format > 1:
            facts["reason"] = self.reason
        return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def line_text(values: Sequence[Value]) -> str:
    """Return one line's canonical text; tabs and line breaks inside a code cannot forge a field."""
    return "\t".join("" if v is None else str(v).replace("\t", " ").replace("\n", " ") for v in values)


def seal(heading: Heading, lines: Iterable[Sequence[Value]]) -> str:
    """Return the hexadecimal seal of a plan; the order in which lines come does not matter."""
    digest = hashlib.sha256(heading.text().encode())
    for text in sorted(line_text(values).encode() for values in lines):
        digest.update(b"\n" + text)
    return digest.hexdigest()
