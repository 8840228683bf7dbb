"""The browser fixtures see what a person would not."""

import pytest

from tests.support.pages import Pages, shot


def test_person_signs_in_and_sees_a_clean_page(demo_pages: Pages) -> None:
    page = demo_pages.open("/", user="olga")
    page.locator("h1").wait_for()
    assert "Olga Brandt" in page.content()
    assert shot(page, "home-olga").stat().st_size > 10_000


def test_error_in_a_page_fails_its_test(pages: Pages) -> None:
    page = pages.open("/sign-in/")
    page.evaluate("() => { setTimeout(() => { throw new Error('lost') }) }")
    page.evaluate("() => document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(100)
    with pytest.raises(AssertionError, match="lost"):
        pages.check()
    assert any("Content Security Policy" in error for error in pages.errors)
    pages.errors.clear()
