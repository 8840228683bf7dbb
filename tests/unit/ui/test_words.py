"""The words every template may use."""

from datetime import date, timedelta

import pytest

from sop.templatetags import sop as words


def test_an_icon_is_drawn_from_its_file_and_hidden_from_screen_readers():
    drawn = words.icon("bell")
    assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"')
    assert drawn.count("<path") == 2


def test_an_icon_that_is_not_shipped_fails_loudly():
    with pytest.raises(FileNotFoundError):
        words.icon("no-such-icon")


@pytest.mark.parametrize(("code", "markup"), [
    ("shortage", '<span class="tag short">▼ Short</span>'),
    ("open", '<span class="tag warn">● Open</span>'),
    ("late_order", '<span class="tag warn">▲ Late order</span>'),
    ("never_heard_of", '<span class="tag plain">Never heard of</span>'),
])  # fmt: skip
def test_a_state_shows_sign_word_and_tone(code: str, markup: str):
    assert words.status_tag(code) == markup


def test_a_tag_escapes_what_people_typed():
    assert "<script>" not in words.tag("ok", "<script>")


@pytest.mark.parametrize(("span", "text"), [
    (timedelta(days=2, hours=4), "2 d 4 h"),
    (timedelta(days=1), "1 d"),
    (timedelta(hours=3, minutes=10), "3 h 10 min"),
    (timedelta(minutes=12, seconds=50), "12 min"),
    (timedelta(seconds=40), "40 s"),
    (None, "·"),
])  # fmt: skip
def test_a_duration_is_told_in_its_two_largest_units(span: timedelta | None, text: str):
    assert words.duration(span) == text


def test_figures_carry_their_sign_and_unknown_ones_a_dot():
    assert words.percent_signed(0.142) == "+14.2%"
    assert words.percent_signed(-0.142) == "−14.2%"
    assert words.thousands(2_418_400) == "2,418"
    assert words.units(None) == words.month(None) == "·"
    assert words.month(date(2022, 2, 1)) == "Feb 22"
