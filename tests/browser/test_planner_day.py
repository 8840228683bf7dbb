"""A supply planner's day: the worst shortage, its cause, a changed assumption, what that does, a flag raised."""

import re

from playwright.sync_api import Page, expect

from sop.constants import CycleState
from sop.models import Cycle
from tests.support.cycle_walk import gather_closed, until
from tests.support.live import Live
from tests.support.pages import Pages, shot

# A spreadsheet's clipboard, without that of the machine.
PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_supply_planner_finds_the_worst_shortage_and_acts_on_it(demo_pages: Pages, live_demo: Live) -> None:
    with live_demo.orm():
        cycle = str(Cycle.objects.get(state=CycleState.OPEN).pk)
    gather_closed(demo_pages.open(user="cora"), cycle)
    page = demo_pages.open(f"/cycle/{cycle}/supply/", user="sam")
    page.get_by_role("button", name="Run the supply plan").click()
    until(page, lambda: page.locator("tbody tr").count() > 0)
    _worst_shortage_opened(page)
    short = _lost(page)
    assert sum(short) > 0
    _receipts_typed_and_pasted(page)
    assert sum(_lost(page)) < sum(short), "what was typed arrives"
    _change_undone(page)
    _row_opened(page)
    _lead_time_stated(page)
    _flag_raised(page)


def _worst_shortage_opened(page: Page) -> None:
    """The dearest shortage stands first; its page says the cause in words."""
    page.locator(".chips a", has_text=re.compile("^Short")).first.click()
    page.locator("tbody tr th a").first.click()
    expect(page.get_by_role("heading", name=re.compile(r"^Short of [\d,]+ from .*: "))).to_be_visible()
    shot(page, "planner-1-shortage")


def _lost(page: Page) -> list[int]:
    """Return lost sales by month as the page shows them."""
    cells = page.locator("#months tr", has_text="Lost sales").locator("td").all_inner_texts()
    return [int(re.sub(r"\D", "", text) or 0) for text in cells]


def _receipts_typed_and_pasted(page: Page) -> None:
    """Type one month, paste a row from a spreadsheet into the next ones, say why."""
    cells = page.locator("#months input.cell")
    cells.first.fill("100000")
    cells.first.press("Enter")
    expect(cells.nth(1)).to_be_focused()
    cells.nth(1).evaluate(PASTE, "1,000\t2,000\t3,000\r\n")
    assert [cells.nth(place).input_value() for place in range(5)] == ["100000", "1000", "2000", "3000", ""]
    page.keyboard.press("Escape")
    expect(cells.nth(1)).to_have_value("")
    page.get_by_label("Why these receipts").fill("Three trucks confirmed by phone")
    page.get_by_role("button", name="Set receipts").click()
    expect(page.get_by_role("main")).to_contain_text("Planned receipts set.")
    expect(page.get_by_role("main")).to_contain_text("lost sales −")
    shot(page, "planner-2-receipts")


def _change_undone(page: Page) -> None:
    changes = page.get_by_role("region", name="Changes of planned receipts")
    expect(changes.locator("tbody tr")).to_have_count(3)
    changes.get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("Change undone.")
    expect(changes.locator("tbody tr")).to_have_count(4)


def _row_opened(page: Page) -> None:
    """Each row says how it is made."""
    page.locator("#months").get_by_role("link", name="Projected inventory").click()
    expect(page.get_by_role("heading", name="How “Projected inventory” is made")).to_be_in_viewport()
    shot(page, "planner-3-why")


def _lead_time_stated(page: Page) -> None:
    """Plan with faster orders; flags and totals follow at once."""
    form = page.locator("form", has=page.get_by_label("Days on average")).first
    form.get_by_label("Days on average").fill("14")
    form.get_by_label("Spread, days").fill("3")
    form.get_by_label("Why").fill("A carrier nearby took the lane over")
    form.get_by_role("button", name="Set lead time").click()
    expect(page.get_by_role("main")).to_contain_text("Lead time stated.")
    expect(page.get_by_role("main")).to_contain_text("14 days, give or take 3")
    shot(page, "planner-4-lead-time")


def _flag_raised(page: Page) -> None:
    flag = page.locator("section.card", has=page.get_by_role("button", name="Raise to reconcile")).first
    flag.get_by_label("Note").fill("Who gets what there is?")
    flag.get_by_role("button", name="Raise to reconcile").click()
    expect(page.get_by_role("main")).to_contain_text("Raised to reconcile: Who gets what there is?")
    shot(page, "planner-5-raised")
