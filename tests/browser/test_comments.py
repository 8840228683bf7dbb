"""Talking about a number by keyboard, and how it reaches the colleague who is asked."""

import re

from playwright.sync_api import Page, expect

from tests.support.pages import Pages


def grid(page: Page) -> None:
    page.wait_for_selector("body[data-grid=ready]")
    page.wait_for_selector("#comments")


def chosen(page: Page) -> str:
    """The name of the row the focused cell stands in."""
    return page.locator(".pg-row:has([role=gridcell][tabindex='0']) .pg-name").inner_text()


def test_a_comment_by_keyboard_reaches_the_colleague_and_ends_with_the_answer(demo_pages: Pages) -> None:
    olga = demo_pages.open("/", user="olga")
    olga.goto(olga.get_by_role("link", name="Gather demand").first.get_attribute("href") or "")
    grid(olga)
    olga.keyboard.press("Tab") if olga.evaluate("document.activeElement === document.body") else None
    olga.locator("[role=gridcell][tabindex='0']").focus()
    olga.keyboard.press("ArrowDown")  # the first family
    family = chosen(olga)
    expect(olga.locator("#panel h2")).to_have_text(family)
    olga.keyboard.press("Alt+c")
    expect(olga.locator("#comment-text")).to_be_focused()
    olga.keyboard.type("Is this real, @an")
    names = olga.get_by_role("listbox", name="People")
    expect(names.get_by_role("option")).to_have_text(["Ana Lindqvist @ana"])
    olga.keyboard.press("Enter")
    expect(olga.locator("#comment-text")).to_have_value("Is this real, @ana ")
    olga.keyboard.type("?")
    olga.keyboard.press("Control+Enter")
    expect(olga.locator("#comments .talk-text")).to_have_text("Is this real, @ana ?")
    expect(olga.locator("#live")).to_have_text("Comment posted.")
    expect(olga.locator("#comment-text")).to_be_focused()
    expect(olga.locator("[role=gridcell][tabindex='0']")).to_have_attribute(
        "aria-description", re.compile("open comment")
    )

    ana = demo_pages.open("/", user="ana")
    expect(ana.get_by_text(f"Olga Brandt asks you about {family}, Feb 2022")).to_be_visible()
    ana.get_by_role("link", name="Answer").click()
    grid(ana)
    assert chosen(ana) == family
    expect(ana.locator("#comments .talk-text")).to_be_in_viewport()
    ana.keyboard.press("Alt+c")
    ana.keyboard.type("Yes: 60 roofs are signed.")
    ana.keyboard.press("Control+Enter")
    expect(ana.locator("#comments .talk-text")).to_have_count(2)
    ana.goto("/")
    expect(ana.get_by_text("asks you about")).to_have_count(0)
    olga.get_by_role("button", name="Resolve the comment of Olga Brandt").click()
    expect(olga.locator("#comments")).to_contain_text("✓ Olga Brandt")


def test_what_was_begun_waits_for_its_cell_and_a_refusal_keeps_it(demo_pages: Pages) -> None:
    page = demo_pages.open("/", user="ana")
    page.goto(page.get_by_role("link", name="Gather demand").first.get_attribute("href") or "")
    grid(page)
    page.locator("[role=gridcell][tabindex='0']").focus()
    page.keyboard.press("Alt+c")
    page.keyboard.type("Half a thought")
    page.locator("[role=gridcell][tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel h2")).not_to_have_text("All products")
    expect(page.locator("#comment-text")).to_have_value("")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#panel h2")).to_have_text("All products")
    expect(page.locator("#comment-text")).to_have_value("Half a thought")
    page.keyboard.press("Alt+c")
    page.keyboard.press("End")
    page.keyboard.type(" for @nobody")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comment-refusal")).to_contain_text("nobody called @nobody")
    expect(page.locator("#comment-text")).to_have_value("Half a thought for @nobody")
    expect(page.locator("#comment-text")).to_be_focused()


def test_orders_follow_the_row_and_a_product_opens_into_them(demo_pages: Pages) -> None:
    page = demo_pages.open("/", user="ben")
    page.get_by_role("link", name="Answer").click()
    grid(page)
    assert chosen(page) == "Gypsum board"
    orders = page.locator("section.orders")
    expect(orders).to_contain_text("Customers here order 1.")
    expect(orders).to_contain_text("will stay")
    expect(page.locator("#panel .chart-legend")).to_contain_text("Last year")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".pg-row.layer .pg-name", has_text="Open orders")).to_be_visible()
