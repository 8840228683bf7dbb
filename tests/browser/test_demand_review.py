"""The review of demand by keyboard alone: the planner accepts and asks back, the rep answers, the planner sees it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.support.pages import Pages, shot

STEPS = 400  # presses of Tab before a thing counts as out of reach


def test_a_question_goes_to_the_rep_and_its_answer_comes_back(demo_pages: Pages) -> None:
    olga = demo_pages.open(user="olga")
    olga.get_by_role("navigation", name="Cycle steps").get_by_role("link", name="Gather demand").click()
    cycle = re.search(r"/cycle/(\d+)/", olga.url)
    assert cycle is not None
    review = f"/cycle/{cycle[1]}/demand/review/"
    press(olga, olga.get_by_role("link", name="Review", exact=True).last)
    expect(olga.get_by_role("heading", name="Review of demand")).to_be_visible()
    waiting = int(olga.locator(".card-filter .chip .count").first.inner_text())

    box = olga.get_by_role("checkbox").first
    tab_to(olga, box)
    olga.keyboard.press("Space")
    expect(box).to_be_checked()
    accept = olga.get_by_role("button", name="Accept the chosen")
    accept.focus()
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("main")).to_contain_text("Accepted 1 change.")
    expect(olga.locator(".card-filter .chip .count").first).to_have_text(str(waiting - 1))

    olga.goto(f"{review}?show=all")
    row = olga.locator("tr", has=olga.get_by_text("Ana Lindqvist,")).first
    product = row.get_by_role("link").first.inner_text()
    press(olga, row.locator("summary"))
    tab_to(olga, row.get_by_role("textbox"))
    olga.keyboard.type("Why less here while the baseline rises?")
    olga.keyboard.press("Tab")
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("main")).to_contain_text(f"Ana Lindqvist is asked about {product}.")
    shot(olga, "review-1-asked")

    ana = demo_pages.open(user="ana")
    expect(ana.get_by_role("main")).to_contain_text(f"Olga Brandt asks about {product}")
    press(ana, ana.get_by_role("link", name="Answer").first)
    grid = ana.get_by_role("link", name="Open in the grid")
    expect(grid).to_have_attribute("href", re.compile(r"/demand/\?row=p\d+&bucket=2022-"))
    tab_to(ana, ana.get_by_label("Your answer"))
    ana.keyboard.type("The last double orders fall in February.")
    ana.keyboard.press("Tab")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("main")).to_contain_text("Answered: the demand planner sees it next.")
    shot(ana, "review-2-answered")

    olga.goto(review)
    answered = olga.locator("tr", has=olga.get_by_text("Answered")).first
    expect(answered).to_contain_text(product)
    expect(answered).to_contain_text("The last double orders fall in February.")
    press(olga, answered.get_by_role("link").first)
    accept = olga.get_by_role("button", name="Accept")
    tab_to(olga, accept)
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("main")).to_contain_text("Accepted 1 change.")


def test_a_change_is_found_opened_and_undone_in_the_log(demo_pages: Pages) -> None:
    olga = demo_pages.open(user="olga")
    olga.get_by_role("navigation", name="Cycle steps").get_by_role("link", name="Gather demand").click()
    press(olga, olga.get_by_role("link", name="History of changes").last)
    olga.get_by_label("Scope or note").fill("Larkin")
    olga.keyboard.press("Enter")
    rows = olga.locator("tbody tr")
    expect(rows).to_have_count(1)
    press(olga, rows.get_by_role("link").first)
    expect(olga.get_by_role("heading", name="Cells")).to_be_visible()
    press(olga, olga.get_by_role("button", name="Undo"))
    expect(olga.locator("#confirm")).to_be_visible()
    olga.get_by_role("button", name="Undo").last.press("Enter")
    expect(olga.get_by_role("main")).to_contain_text("taken back")
    expect(olga.get_by_role("link", name="what it undoes")).to_be_visible()
    shot(olga, "review-3-undone")


def press(page: Page, thing: Locator) -> None:
    """Go to a link, a button or a summary by Tab and press Enter on it."""
    tab_to(page, thing)
    page.keyboard.press("Enter")


def tab_to(page: Page, thing: Locator) -> None:
    """Press Tab until a thing has the focus."""
    thing.wait_for()
    for _ in range(STEPS):
        if thing.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {thing}")
