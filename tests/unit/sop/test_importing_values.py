"""How single cells are understood, and what is said where they cannot be."""

from datetime import date

import pytest

from sop.importing.dates import DMY, MDY, YMD, date_read, month_read, order_votes
from sop.importing.faults import Bad
from sop.importing.numbers import COMMA, POINT, integer_read, number_read, style_votes
from sop.importing.spec import Column, Kind
from sop.importing.values import Rules, value_read

RULES = Rules(today=date(2022, 2, 10))


@pytest.mark.parametrize(
    ("text", "style", "clean"),
    [
        ("1,001.18", POINT, "1001.18"),
        ("1.001,18", COMMA, "1001.18"),
        ("1 001,18", COMMA, "1001.18"),
        ("1\u00a0001\u202f000,5", COMMA, "1001000.5"),
        ("1'001.18", POINT, "1001.18"),
        ("1234567.5", POINT, "1234567.5"),
        (".5", POINT, ".5"),
        ("-12", POINT, "-12"),
        ("12-", POINT, "-12"),
        ("(12.5)", POINT, "-12.5"),
        ("+7", POINT, "7"),
        ("$1,200", POINT, "1200"),
        ("1.200 EUR", COMMA, "1200"),
        ("0", POINT, "0"),
    ],
)
def test_numbers_as_people_write_them(text: str, style: str, clean: str) -> None:
    assert number_read(text, style) == clean


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("NaN", "is no number"),
        ("Infinity", "is no number"),
        ("-inf", "is no number"),
        ("#N/A", "is no number"),
        ("1_000", "has an underscore between its digits"),
        ("１２", "is written with digits other than 0 to 9"),
        ("٣", "is written with digits other than 0 to 9"),
        ("1E+05", "is written with an exponent"),
        ("7.5%", "is written in percent"),
        ("1.001,18", "does not fit the way this file writes numbers (1,001.18)"),
        ("twelve", "is not a number"),
        ("1,00", "does not fit the way this file writes numbers (1,001.18)"),
        ("--5", "is not a number"),
        ("-", "is not a number"),
        ("1.2.3", "is not a number"),
        ("0x10", "is not a number"),
        ("9" * 40, "is longer than any number here can be"),
    ],
)
def test_what_is_no_number_is_refused_with_a_cure(text: str, what: str) -> None:
    with pytest.raises(Bad) as bad:
        number_read(text, POINT)
    assert bad.value.what == what
    assert bad.value.cure


def test_whole_numbers_have_no_decimals() -> None:
    assert integer_read("1,200.00", POINT) == "1200"
    with pytest.raises(Bad, match="is not a whole number"):
        integer_read("5.5", POINT)


@pytest.mark.parametrize(
    ("texts", "votes", "unclear"),
    [
        (["1,001.18", "5"], {POINT}, ""),
        (["1.001,18"], {COMMA}, ""),
        (["1.001.001"], {COMMA}, ""),
        (["12.5", "1,001"], {POINT}, "1,001"),
        (["1,001", "2,500"], set(), "1,001"),
        (["0.500"], {POINT}, ""),
        (["1234.567"], {POINT}, ""),
        (["5", "12"], set(), ""),
        (["1.5", "1,5"], {POINT, COMMA}, ""),
    ],
)
def test_a_files_numbers_prove_their_decimal_sign(texts: list[str], votes: set[str], unclear: str) -> None:
    assert style_votes(texts) == (votes, unclear)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31/5/18", DMY, date(2018, 5, 31)),
        ("5/31/18", MDY, date(2018, 5, 31)),
        ("18/5/31", YMD, date(2018, 5, 31)),
        ("3/4/2018", DMY, date(2018, 4, 3)),
        ("3/4/2018", MDY, date(2018, 3, 4)),
        ("3.4.2018", DMY, date(2018, 4, 3)),
        ("2018-05-31", MDY, date(2018, 5, 31)),
        ("2018/5/31", DMY, date(2018, 5, 31)),
        ("20180531", DMY, date(2018, 5, 31)),
        ("2018-05-31T00:00:00Z", DMY, date(2018, 5, 31)),
        ("31/05/2018 00:00", DMY, date(2018, 5, 31)),
        ("2-Jun-06", MDY, date(2006, 6, 2)),
        ("02 June 2006", DMY, date(2006, 6, 2)),
        ("June 2, 2006", DMY, date(2006, 6, 2)),
        ("1/1/99", DMY, date(1999, 1, 1)),
    ],
)
def test_days_as_people_write_them(text: str, order: str, day: date) -> None:
    assert date_read(text, order) == day


@pytest.mark.parametrize(
    "text", ["2018-05", "201805", "2018M05", "05/2018", "May 2018", "May-18", "2018 May", "17/5/18"]
)
def test_months_as_people_write_them(text: str) -> None:
    assert month_read(text, DMY) == date(2018, 5, 1)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("30/2/2018", "is a day no calendar has"),
        ("2018-13-01", "is a day no calendar has"),
        ("43251", "is a spreadsheet's inner number for a day"),
        ("Date Not Captured", "is not a date"),
        ("N/A - From RDC", "is not a date"),
        ("5/31/18", "is a day no calendar has"),
    ],
)
def test_what_is_no_day_is_refused_with_a_cure(text: str, what: str) -> None:
    with pytest.raises(Bad) as bad:
        date_read(text, DMY)
    assert bad.value.what == what


@pytest.mark.parametrize(
    ("texts", "votes", "unclear"),
    [
        (["31/5/18", "1/2/18"], {DMY}, "1/2/18"),
        (["8/27/14"], {MDY}, ""),
        (["1/2/18"], set(), "1/2/18"),
        (["1/1/18"], set(), ""),
        (["31/5/18", "5/31/18"], {DMY, MDY}, ""),
        (["2-Jun-06", "2018-05-31"], set(), ""),
    ],
)
def test_a_columns_dates_prove_their_order(texts: list[str], votes: set[str], unclear: str) -> None:
    assert order_votes(texts) == (votes, unclear)


def fault_of(text: str, column: Column) -> str:
    """Return what is wrong with a value."""
    with pytest.raises(Bad) as bad:
        value_read(text, column, RULES)
    return bad.value.what


def test_limits_of_numbers_are_said() -> None:
    assert fault_of("-3", Column("ordered", "Quantity", Kind.DECIMAL, minimum=0)) == "is negative"
    assert fault_of("0", Column("rate", "Rate", Kind.DECIMAL, above=0)) == "is not above 0"
    assert fault_of("7.5", Column("discount", "Discount", Kind.DECIMAL, maximum=1)) == "is more than 1"
    assert (
        fault_of("1" * 14, Column("ordered", "Quantity", Kind.DECIMAL)) == "has more than 13 digits before the decimals"
    )


def test_dates_beyond_sense_are_refused() -> None:
    actual = Column("month", "Month", Kind.MONTH, months_ahead=0)
    assert value_read("2022-02", actual, RULES) == "2022-02-01"
    assert fault_of("2022-03", actual) == "is March 2022, which has not happened yet"
    assert fault_of("1899-12-31", actual) == "lies before 1980"
    assert (
        fault_of("2222-01-01", Column("valid_from", "From", Kind.DATE))
        == "is January 2222, which lies 2399 months ahead"
    )


def test_yes_and_no_may_be_named() -> None:
    column = Column("is_cancelled", "Cancelled", Kind.BOOLEAN)
    assert value_read("Yes", column, RULES) == "true"
    assert value_read("0", column, RULES) == "false"
    assert fault_of("perhaps", column) == "is neither yes nor no"
    named = Rules(today=RULES.today, yes=frozenset({"void"}))
    assert [value_read(text, column, named) for text in ("Void", "Shipped")] == ["true", "false"]


def test_choices_are_met_by_code_or_label() -> None:
    column = Column("service_type", "Type", Kind.CHOICE, choices=(("fill", "Share served"), ("cycle", "No stock-out")))
    assert value_read("share SERVED", column, RULES) == "fill"
    with pytest.raises(Bad) as bad:
        value_read("best", column, RULES)
    assert bad.value.cure == "Use one of: fill, cycle."


def test_codes_have_a_length_and_no_invisible_signs() -> None:
    column = Column("code", "Code", Kind.CODE, max_length=5)
    assert value_read("00071", column, RULES) == "00071"
    assert fault_of("123456", column) == "has 6 letters, 5 fit"
    assert fault_of("a\nb", column) == "has a line break or an invisible sign in it"
