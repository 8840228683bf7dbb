"""The list of stock items at the running product: filtered, kept as a view, opened with it; also by keyboard alone."""

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
        return f"/cycle/{Cycle.objects.filter(state=CycleState.CLOSED).latest('bucket').pk}/supply/"


def axe(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"][:120]) for fault in found]


def test_filters_are_kept_as_a_view_and_the_page_opens_with_it(demo_pages: Pages, here: str) -> None:
    page = demo_pages.open(here, user="sam")
    page.get_by_label("Family", exact=True).select_option(label="Insulation")
    page.get_by_label("Flags", exact=True).select_option(label="Raised to reconcile")
    page.get_by_label("Words of a product or a family").press("Enter")
    line = page.get_by_role("status").filter(has_text="stock items")
    expect(line).to_contain_text("Family: Insulation")
    shown = line.inner_text()
    rows = page.get_by_role("region", name="Stock items by money at stake").get_by_role("row").count()

    page.get_by_role("button", name="Views").click()
    dialog = page.get_by_role("dialog", name="Views")
    dialog.get_by_label("Keep what is shown as").fill("Raised insulation")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("status")).to_have_text("View Raised insulation is kept.")
    dialog.get_by_role("button", name="Open the page with Raised insulation").click()
    expect(dialog).to_contain_text("the page opens with it")
    assert axe(page) == []

    page.goto(here)
    expect(line).to_contain_text("View Raised insulation")
    assert line.inner_text().startswith(shown), "the same is found, by the same filters"
    assert page.get_by_role("region", name="Stock items by money at stake").get_by_role("row").count() == rows
    page.get_by_role("link", name="No longer filter by Family: Insulation").press("Enter")
    expect(line).to_contain_text("View Raised insulation, changed: as it was kept")
    page.get_by_role("button", name="Views").press("Enter")
    dialog.get_by_role("button", name="Overwrite Raised insulation with what is shown").press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("View Raised insulation is kept.")
    page.goto(here)
    expect(line).to_contain_text("View Raised insulation")
    expect(line).not_to_contain_text("Family:")
    expect(line).not_to_contain_text("changed")
    page.get_by_role("link", name="Clear the filters").click()
    expect(line).not_to_contain_text(" of ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_filters_and_their_empty_state_are_for_everybody(
    demo_pages: Pages, here: str, scheme: str, size: tuple[int, int]
) -> None:
    page = demo_pages.open(here, user="eve", width=size[0], height=size[1])
    page.emulate_media(color_scheme=scheme)
    for query in ("?kind=excess&abc=A", "?q=nothing+like+it"):
        page.goto(here + query)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Clear the filters").last.click()
    expect(page.get_by_role("status").filter(has_text="stock items")).not_to_contain_text(" of ")
