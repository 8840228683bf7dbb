"""What people type in a cell of a file, read as the grid reads it."""

from decimal import Decimal

import pytest

from demand.services.typed import typed_read
from sop.importing.faults import Bad
from sop.importing.workbook import FORMULA

HELD = Decimal("99.500")


@pytest.mark.parametrize(
    ("text", "decimal", "becomes"),
    [
        ("120", ".", "120"),
        ("1,234.5", ".", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("80.12349", ".", "80.123"),
        ("1.2k", ".", "1200"),
        ("1,5M", ",", "1500000"),
        ("+10%", ".", "109"),
        ("'-5%", ".", "95"),
        ("+2,5 %", ",", "102"),
        ("*1.1", ".", "109"),
        ("/2", ".", "50"),
        ("+=50", ".", "149.5"),
        ("-= 0.5", ".", "99"),
    ],
)
def test_a_text_makes_this_of_99_and_a_half(text: str, decimal: str, becomes: str) -> None:
    assert typed_read(text, decimal)(HELD) == Decimal(becomes)


def test_an_equals_sign_gives_the_cell_back() -> None:
    assert typed_read("=", ".")(HELD) is None
    assert typed_read("'=", ".")(HELD) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ten", "is not a number"),
        ("-4", "is negative"),
        ("(4)", "is negative"),
        ("10%", "is a share in percent"),
        ("/0", "divides by zero"),
        ("1e5", "is written with an exponent"),
        ("#N/A", "is no number"),
        ("1,5", "does not fit the way this file writes numbers"),
        (FORMULA, "is a formula without a value"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_helps(text: str, what: str) -> None:
    with pytest.raises(Bad, match=what) as bad:
        typed_read(text, ".")
    assert bad.value.cure
    assert "columns" not in bad.value.cure
