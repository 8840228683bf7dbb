"""The words every template may use."""

from datetime import date, timedelta

import pytest
from django.test import RequestFactory
from django.urls import resolve

from sop.templatetags import figures
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
    assert figures.percent_signed(0.142) == "+14.2%"
    assert figures.percent_signed(-0.142, 0) == "−14%"
    assert figures.percent_signed(-0.0004) == figures.percent_signed(0.0004) == "0.0%"
    assert figures.thousands(2_418_400) == "2,418"
    assert figures.money(2_418_400, "EUR") == "€2.42M"
    assert figures.units(None) == figures.units(None, "0") == words.month(None) == "·"
    assert words.month(date(2022, 2, 1)) == "Feb 22"


def test_nothing_counted_is_a_dot_in_a_plan_and_a_zero_on_a_shelf():
    assert figures.units(0) == "·"
    assert figures.units(0, "0") == "0"


@pytest.mark.parametrize(("where", "shown"), [({"decision_id": 7}, "As hoped"), ({"decision_id": 8}, "")])
def test_only_the_refused_form_shows_again_what_was_typed(where: dict[str, int], shown: str):
    request = RequestFactory().post("/", {"sentence": "As hoped"})
    request.resolver_match = resolve("/decisions/7/check/")
    assert words.typed({"request": request}, "publish:decision-check", "sentence", **where) == shown
    assert words.typed({"request": request}, "publish:plan-publish", "sentence") == ""


def test_a_page_just_opened_shows_what_is_stored():
    assert words.typed({"request": RequestFactory().get("/")}, "supply:flag", "note", "Called them") == "Called them"
