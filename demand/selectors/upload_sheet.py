"""The plan as a file that can be filled in and uploaded again: a person's own rows, a column a month.

The last column keeps what each cell held, and which version it was, when the file was made: only what the person
changed in the file is a change, and only where nobody else changed the cell since.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np

from demand.frames import FloatMatrix
from demand.selectors.layers import layers, plan_months, versions
from demand.selectors.series import layer_of, series_editable
from sop.models import Cycle, User

PRODUCT, NAME, CUSTOMER, CUSTOMER_NAME, LOCATION = "Product code", "Product", "Customer code", "Customer", "Location"
REASON, STAMP = "Reason", "As downloaded (leave as it is)"
NAMES = (PRODUCT, NAME, CUSTOMER, CUSTOMER_NAME, LOCATION, REASON)
STAMP_SHAPE = re.compile(r"(sales|consensus) (\d{4}-\d{2}):((?: -?[\d.]+(?:@\d+)?)+)", re.ASCII)
Cell = str | float | None


@dataclass(frozen=True)
class Stamp:
    """What one row held when its file was made: base units and version a month of the plan."""

    layer: str
    first: str  # the plan's first month, 2022-02
    numbers: list[float]
    versions: list[int]


@dataclass(frozen=True)
class OwnNumbers:
    """A person's own layer (series x plan months, base units), the layer below it, and each cell's version."""

    own: FloatMatrix
    below: FloatMatrix
    versions: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def own_numbers(cycle: Cycle, user: User, series_ids: list[int]) -> OwnNumbers:
    """Return what the person's cells hold now, what they would hold without a number of their own, their versions."""
    layer = layer_of(user)
    plan = layers(cycle, series_ids=series_ids)
    own, below = (plan.consensus, plan.assumed) if layer == "consensus" else (plan.sales, plan.baseline)
    known = versions(cycle, series_ids=series_ids, layer=layer)
    return OwnNumbers(np.round(own, 3), np.round(below, 3), known)


def sheet_head(cycle: Cycle) -> list[str]:
    """Return the headings of the file."""
    return [*NAMES, *(f"{month:%b %Y}" for month in plan_months(cycle)), STAMP]


def sheet_rows(cycle: Cycle, user: User) -> Iterator[list[Cell]]:
    """Yield the person's own rows: codes and names, an empty reason, a number a month, the stamp."""
    found = list(
        series_editable(user)
        .order_by("product__code", "customer__code", "location__code")
        .values_list("pk", "product__code", "product__name", "customer__code", "customer__name", "location__code")
    )
    now = own_numbers(cycle, user, [row[0] for row in found])
    head = f"{layer_of(user)} {cycle.bucket:%Y-%m}:"
    for (_, *names), numbers, known in zip(found, now.own.tolist(), now.versions.tolist(), strict=True):
        seen = (
            _plain(number) + (f"@{version}" if version else "") for number, version in zip(numbers, known, strict=True)
        )
        yield [*names, None, *(0.0 if isnan(number) else number for number in numbers), " ".join([head, *seen])]


def stamp_read(text: str) -> Stamp | None:
    """Return what a stamp says; None where it is none."""
    found = STAMP_SHAPE.fullmatch(text)
    if found is None:
        return None
    pairs = [token.partition("@") for token in found[3].split()]
    try:
        numbers = [float(number) for number, _, _ in pairs]
    except ValueError:
        return None
    return Stamp(found[1], found[2], numbers, [min(int(version or 0), 2**31 - 1) for _, _, version in pairs])


def _plain(number: float) -> str:
    return "0" if isnan(number) else f"{number:.3f}".rstrip("0").rstrip(".")
