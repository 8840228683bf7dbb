"""What people type in a cell, as the grid reads it: 120, 1.2k, +10%, -5%, *1.1, /2, +=50, = for the layer below."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from sop.importing import numbers
from sop.importing.faults import Bad
from sop.importing.workbook import FORMULA

PERCENT = re.compile(r"([+-])\s*([\d.,]+)\s*%")
FACTOR = re.compile(r"([*/])\s*([\d.,]+)")
STEP = re.compile(r"([+-])=\s*([\d.,]+)")
SHORT = re.compile(r"(-?[\d.,]+)([kKmM])")
THOUSANDS = {"k": Decimal(1000), "m": Decimal(1_000_000)}
KEPT = Decimal("0.001")  # what the table keeps
CURE = "Put a number in, or leave the cell empty."
OTHER_STYLE = "Say beside the file how its numbers are written, or write this one like the rest."
MOST = Decimal(10**15)  # a longer one is refused by the rules of cells, with its limit
Typed = Callable[[Decimal], Decimal | None]


def typed_read(text: str, decimal: str) -> Typed:
    """Return what a text makes of the number a cell held; None = back to the layer below. Raise Bad where unreadable.

    `decimal` is the sign before the decimals. Percents, factors and steps give whole numbers as in the grid.
    """
    bare = text.removeprefix("'").strip()
    if bare == "=":
        return lambda held: None
    if bare == FORMULA:
        raise Bad("is a formula without a value", "Open the file in the spreadsheet, let it calculate, save it again.")
    for shape, act in ((PERCENT, _percent), (FACTOR, _factor), (STEP, _step)):
        if found := shape.fullmatch(bare):
            return act(found[1], _number(found[2], decimal))
    if bare.endswith("%"):
        raise Bad("is a share in percent", "Type the number itself, or the change as text with its sign: '+10%.")
    if found := SHORT.fullmatch(bare):
        return _constant(_number(found[1], decimal) * THOUSANDS[found[2].lower()])
    return _constant(_number(bare, decimal))


def _number(text: str, decimal: str) -> Decimal:
    try:
        number = Decimal(numbers.number_read(text, decimal))
    except Bad as bad:  # the importer's cures name its page of columns
        raise Bad(bad.what, OTHER_STYLE if "does not fit" in bad.what else CURE) from bad
    return max(min(number, MOST), -MOST).quantize(KEPT)


def _constant(number: Decimal) -> Typed:
    if number < 0:
        raise Bad("is negative", "A forecast is zero or more.")
    return lambda held: number


def _percent(sign: str, share: Decimal) -> Typed:
    return lambda held: _whole(held * (1 + (share if sign == "+" else -share) / 100))


def _factor(sign: str, factor: Decimal) -> Typed:
    if sign == "/" and not factor:
        raise Bad("divides by zero", "Put the number in.")
    return lambda held: _whole(held * factor if sign == "*" else held / factor)


def _step(sign: str, step: Decimal) -> Typed:
    return lambda held: held + (step if sign == "+" else -step)


def _whole(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1), ROUND_HALF_UP)
