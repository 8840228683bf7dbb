"""Numbers as people and systems write them: 1,001.18 and 1.001,18, 12- and (12); refused where two readings fit."""

import re
from collections.abc import Iterable

from sop.importing.faults import Bad

POINT, COMMA = ".", ","  # the sign before the decimals
STYLE_LABELS = {POINT: "1,001.18", COMMA: "1.001,18"}
GROUP = "[ \u00a0\u202f'’{other}]"  # what may stand between thousands
SHAPES = {
    style: re.compile(rf"(?a:[+-]?(\d{{1,3}}({GROUP.format(other=other)}\d{{3}})+|\d+)?({re.escape(style)}\d+)?)")
    for style, other in ((POINT, ","), (COMMA, "."))
}
CURRENCY = re.compile(r"^([+-]?)\s*(?:[$€£¥]|[A-Z]{3})\s*(?=[\d.,])|(?<=\d)\s*(?:[$€£¥]|[A-Z]{3})$")
SEPARATED = re.compile(r"(?a:\d+([.,])(\d+))")
MAX_DIGITS = 30
KNOWN_FAULTS = tuple(
    (re.compile(pattern, re.IGNORECASE), what, cure)
    for pattern, what, cure in (
        (r"^[+-]?(nan|inf|infinity|#.*)$", "is no number", "Put the real number in, or leave the cell empty."),
        (r"\d_", "has an underscore between its digits", "Write the number without it."),
        (r"(?![0-9])\d", "is written with digits other than 0 to 9", "Type it again with ordinary digits."),
        (r"^[-+]?[\d.,]+e[-+]?\d+$", "is written with an exponent", "Format the column as a number and save it again."),
        (r"%$", "is written in percent", "Write it as a share: 7.5 % is 0.075."),
    )
)


def number_read(text: str, style: str) -> str:
    """Return a number as plain text (-1001.18); raise Bad with the cure where it is none in this style."""
    plain = _sign_first(CURRENCY.sub(r"\1", text))
    if not SHAPES[style].fullmatch(plain) or not any(sign.isdigit() for sign in plain):
        raise _bad(text, style)
    digits = re.sub(r"[^0-9.,+-]", "", plain).replace("+", "")
    other = COMMA if style == POINT else POINT
    digits = digits.replace(other, "").replace(style, ".")
    if len(digits) > MAX_DIGITS:
        raise Bad("is longer than any number here can be", "Check whether this is the right column.")
    return digits


def integer_read(text: str, style: str) -> str:
    """Return a whole number as plain text; 5.0 is whole, 5.5 is not."""
    whole, _, decimals = number_read(text, style).partition(".")
    if decimals.strip("0"):
        raise Bad("is not a whole number", "Write it without decimals.")
    return whole or "0"


def style_votes(texts: Iterable[str]) -> tuple[set[str], str]:
    """Return the decimal signs the texts prove, and one text that could be read both ways ("" = none).

    1,001.18 proves the point, 1.001.001 the comma, 12.5 the point; 1,001 alone proves nothing.
    """
    votes: set[str] = set()
    unclear = ""
    for text in texts:
        points, commas = text.count("."), text.count(",")
        if points and commas:
            votes.add(POINT if text.rfind(".") > text.rfind(",") else COMMA)
        elif points > 1 or commas > 1:
            votes.add(COMMA if points else POINT)
        elif points or commas:
            found = SEPARATED.search(text)
            if found is None:
                continue
            sign, before, after = found[1], text[found.start() : found.start(1)], found[2]
            if len(after) != 3 or len(before) > 3 or before.startswith("0"):
                votes.add(sign)
            else:
                unclear = unclear or text
    return votes, unclear


def _sign_first(text: str) -> str:
    """Return 12- (SAP) and (12) (bookkeepers) as -12."""
    if text.endswith("-") and not text.startswith(("-", "+")):
        return "-" + text[:-1].rstrip()
    if text.startswith("(") and text.endswith(")"):
        return "-" + text[1:-1].strip()
    return text


def _bad(text: str, style: str) -> Bad:
    """Return the fault of a text that is no number, with the cure that fits what is in it."""
    for known, what, cure in KNOWN_FAULTS:
        if known.search(text):
            return Bad(what, cure)
    has_digits = any(sign.isdigit() for sign in text)
    if has_digits and any(SHAPES[other].fullmatch(_sign_first(text)) for other in SHAPES if other != style):
        return Bad(
            f"does not fit the way this file writes numbers ({STYLE_LABELS[style]})",
            "Choose the other decimal sign with the columns, or write this number like the rest.",
        )
    return Bad("is not a number", "Put a number in, or name this text as one that means empty.")
