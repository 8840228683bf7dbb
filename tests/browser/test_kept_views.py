"""Views of the adjust screen at the running product: kept, opened with, renamed, deleted; filters without a fault."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from sop.constants import CycleState
from sop.models import Cycle
from tests.support.live import Live
from tests.support.pages import Pages


@pytest.fixture
def here(live_demo: Live) -> str:
    with live_demo.orm():
        return f"/cycle/{Cycle.objects.get(state=CycleState.OPEN).pk}/demand/"


def ready(page: Page) -> Page:
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    return page


def axe(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in found]


def test_a_view_is_kept_opened_with_renamed_and_deleted(demo_pages: Pages, here: str) -> None:
    page = ready(demo_pages.open(here, user="olga"))
    page.get_by_role("button", name="Biggest misses").click()
    page.get_by_label("ABC class").select_option("A")
    page.get_by_role("radio", name="Revenue").check()
    line = page.locator("#filter-line")
    expect(line).to_contain_text("Biggest misses, class A, largest first")
    shown = line.inner_text()
    page.get_by_role("button", name="Views").click()
    dialog = page.get_by_role("dialog", name="Views")
    dialog.get_by_label("Keep what is shown as").fill("Dear misses")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("status")).to_have_text("View Dear misses is kept.")
    dialog.get_by_role("button", name="Open the page with Dear misses").click()
    expect(dialog).to_contain_text("the page opens with it")

    page.goto(here)
    ready(page)
    expect(line).to_have_text(shown)
    expect(page.get_by_role("radio", name="Revenue")).to_be_checked()
    page.goto(f"{here}?filter=changed")  # a link somebody sent shows what it says, not one's own view
    ready(page)
    expect(line).to_contain_text("Changed:")

    page.get_by_role("button", name="Views").click()
    dialog.get_by_role("link", name="Dear misses").click()
    expect(dialog).to_be_hidden()
    expect(line).to_have_text(shown)
    page.get_by_role("button", name="Views").click()
    dialog.get_by_label("Another name for Dear misses").fill("Misses A")
    dialog.get_by_role("button", name="Rename Dear misses").click()
    expect(dialog.get_by_role("link", name="Misses A")).to_be_visible()
    dialog.get_by_label("Keep what is shown as").fill("  ")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Name the view.")
    dialog.get_by_role("button", name="Delete Misses A").click()
    expect(dialog).to_contain_text("No view yet.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_filters_and_their_dialog_are_for_everybody(
    demo_pages: Pages, here: str, scheme: str, size: tuple[int, int]
) -> None:
    page = demo_pages.open(here, user="ana", width=size[0], height=size[1])
    page.emulate_media(color_scheme=scheme)
    page.reload()
    ready(page)
    page.locator("[data-filter=exceptions]").click()
    page.locator(".pg-mark:visible").first.click()
    assert axe(page) == []
    page.get_by_role("button", name="Views").click()
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.fill("#find", "nothing like it")
    expect(page.locator("#plan-none")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
