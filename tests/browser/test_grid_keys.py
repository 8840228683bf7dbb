"""Keys of the grid beyond moving and typing: marking, clearing, cutting, filling, finding, asking, leaving."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.grid_site import PRICE, GridSite, grid_site

PRODUCT_1, CUSTOMER_1, CUSTOMER_2 = 2, 6, 7  # lines once product 1 is unfolded
FIRST_PLAN, LAST = 6, 23


@pytest.fixture
def site() -> Iterator[GridSite]:
    with grid_site(60) as served:
        yield served


@pytest.fixture
def page(browser: Browser, site: GridSite) -> Iterator[Page]:
    """The grid with its first product unfolded and the first customer's third plan month chosen."""
    errors: list[str] = []
    permissions = ["clipboard-read", "clipboard-write"]
    context = browser.new_context(viewport={"width": 1440, "height": 900}, permissions=permissions)
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(site.url)
    opened.wait_for_selector("body[data-grid=ready]")
    cell(opened, PRODUCT_1, FIRST_PLAN).click()
    opened.keyboard.press("Alt+ArrowRight")
    cell(opened, CUSTOMER_1, 8).click()
    yield opened
    context.close()
    assert not errors


def cell(page: Page, line: int, column: int):
    return page.locator(f".pg-body [aria-rowindex='{line + 3}'] [aria-colindex='{column + 2}']")


def number(page: Page, line: int, column: int) -> int:
    return int(cell(page, line, column).inner_text().replace(",", ""))


@pytest.mark.parametrize(
    ("key", "cells"),
    [
        ("Shift+Space", 24),
        ("Control+Space", 68),  # the total, two families, 60 products, and what the first opened into
        ("Control+a", 24 * 68),
        ("Control+Shift+ArrowRight", LAST - 8 + 1),
        ("Control+Shift+ArrowDown", 68 - CUSTOMER_1),
        ("Shift+Home", 9),
        ("Shift+End", LAST - 8 + 1),
        ("Control+Shift+End", (68 - CUSTOMER_1) * (LAST - 8 + 1)),
    ],
)
def test_a_key_marks_what_a_spreadsheet_marks(page: Page, key: str, cells: int):
    page.keyboard.press(key)
    expect(page.locator("#selection")).to_contain_text(f"Cells {cells:,}")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_contain_text("Cells 1")


def test_page_keys_move_by_what_is_in_sight(page: Page):
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    expect(cell(page, CUSTOMER_1, 8)).to_be_focused()


@pytest.mark.parametrize("key", ["Delete", "Backspace", "Control+x"])
def test_taking_a_number_out_goes_back_to_the_baseline(page: Page, site: GridSite, key: str):
    before = number(page, CUSTOMER_1, 8)
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(key)
    expect(cell(page, CUSTOMER_1, 8)).to_have_text(f"{before:,}")
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    assert site.sent[-1]["action"] == "clear"
    assert site.sent[-1]["cells"][0]["quantity"] is None
    if key == "Control+x":
        assert page.evaluate("navigator.clipboard.readText()") == "77"
    page.keyboard.press("Control+z")
    expect(cell(page, CUSTOMER_1, 8)).to_have_text("77")


@pytest.mark.parametrize(("key", "line", "column"), [("Control+d", CUSTOMER_2, 8), ("Control+r", CUSTOMER_1, 9)])
def test_a_single_cell_takes_its_neighbours_number(page: Page, key: str, line: int, column: int):
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    cell(page, line, column).click()
    page.keyboard.press(key)
    expect(cell(page, line, column)).to_have_text("77")


def test_the_fill_handle_repeats_a_cell_and_is_one_step_back(page: Page):
    before = [number(page, CUSTOMER_1, 8 + place) for place in range(4)]
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    cell(page, CUSTOMER_1, 8).click()
    handle, target = page.locator(".pg-fill").bounding_box(), cell(page, CUSTOMER_1, 11).bounding_box()
    page.mouse.move(handle["x"] + 4, handle["y"] + 4)
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 10, steps=5)
    expect(page.locator(".pg-preview")).to_be_visible()
    page.mouse.up()
    assert [number(page, CUSTOMER_1, 8 + place) for place in range(4)] == [77] * 4
    page.keyboard.press("Control+z")
    assert [number(page, CUSTOMER_1, 8 + place) for place in range(4)] == [77, *before[1:]]


def test_f2_edits_what_stands_there_and_typing_writes_over_it(page: Page):
    page.keyboard.press("F2")
    editor = page.locator(".pg-editor")
    expect(editor).to_have_value(str(number(page, CUSTOMER_1, 8)))
    page.keyboard.press("Escape")
    page.keyboard.type("5")
    expect(editor).to_have_value("5")


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [("+10%", 110), ("-5%", 95), ("*1.1", 110), ("/2", 50), ("+=50", 150), ("-=30", 70), ("1.2k", 1200), ("(5)", None)],
)
def test_short_forms(page: Page, typed: str, becomes: int | None):
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    if becomes is None:
        expect(page.locator(".pg-editor")).to_have_attribute("aria-invalid", "true")
    else:
        expect(cell(page, CUSTOMER_1, 8)).to_have_text(f"{becomes:,}")


def test_one_value_pasted_fills_the_range_and_what_is_no_number_is_told(page: Page):
    page.evaluate("text => navigator.clipboard.writeText(text)", "42\n")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+v")
    assert [number(page, CUSTOMER_1 + r, 8 + c) for r in (0, 1) for c in (0, 1)] == [42] * 4
    page.evaluate("text => navigator.clipboard.writeText(text)", "tbd\t7\n")
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.press("Control+v")
    expect(page.locator("#toasts")).to_contain_text("1 pasted cells are not numbers")
    assert [number(page, CUSTOMER_1, 8), number(page, CUSTOMER_1, 9)] == [42, 7]


def test_keys_that_ask_and_find(page: Page):
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    cell(page, CUSTOMER_1, 8).click()
    page.wait_for_selector("#panel textarea", state="attached")
    page.keyboard.press("Control+f")
    expect(page.locator("#find")).to_be_focused()


def test_a_note_is_one_key_away(page: Page):
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    expect(page.locator(".why-changed")).to_be_visible()
    page.keyboard.press("Shift+F2")
    expect(page.locator("#panel textarea")).to_be_focused()


def test_alt_reads_the_place_of_the_key_where_it_writes_another_sign(page: Page):
    """As on a Mac, where Alt+R writes a sign of its own."""
    act = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {})"
    event = {"key": "®", "code": "KeyR", "altKey": True, "bubbles": True, "cancelable": True}
    page.evaluate(act.replace("{}", json.dumps(event)) + ")")
    expect(page.locator(".pg-mark.set:visible")).to_have_count(1)


def test_what_is_copied_in_revenue_is_revenue(page: Page):
    units = number(page, CUSTOMER_1, 8)
    page.get_by_role("radio", name="Revenue").check()
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.press("Control+c")
    assert float(page.evaluate("navigator.clipboard.readText()")) == pytest.approx(units * PRICE / 1000, abs=0.001)
    page.keyboard.press("Control+v")
    expect(page.locator("#toasts")).to_contain_text("typed in units")
