"""The line is lost while somebody types: what is typed waits, survives, and is saved once, in the order typed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.grid_site import GridSite, grid_site

CELL = ".pg-body [aria-rowindex='{}'] [aria-colindex='{}']"
LINE, COLUMN = 6, 8  # of the first customer, once the first product is unfolded


@pytest.fixture
def site() -> Iterator[GridSite]:
    with grid_site(8) as served:
        yield served


@pytest.fixture
def page(browser: Browser, site: GridSite) -> Iterator[Page]:
    """The grid with its first product unfolded, on a clock the test moves on."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.clock.install()
    opened.goto(site.url)
    opened.wait_for_selector("body[data-grid=ready]")
    cell(opened, 2, COLUMN).click()
    opened.keyboard.press("Alt+ArrowRight")
    cell(opened, LINE, COLUMN).click()
    yield opened
    context.close()


def cell(page: Page, line: int, column: int):
    return page.locator(CELL.format(line + 3, column + 2))


def type_down(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.keyboard.type(str(number))
        page.keyboard.press("Tab")


def quantities(site: GridSite) -> list[str | None]:
    return [cell["quantity"] for change in site.sent for cell in change["cells"]]


def test_half_a_minute_without_a_line_loses_nothing(page: Page, site: GridSite):
    page.context.set_offline(True)
    type_down(page, 11, 22)
    page.clock.run_for(500)
    state = page.locator("#save-state")
    expect(state).to_contain_text("No connection: 2 not saved")
    page.clock.run_for(35_000)  # through every retry
    type_down(page, 33)
    page.clock.run_for(500)
    expect(state).to_contain_text("No connection: 3 not saved")
    assert [cell(page, LINE, COLUMN + place).inner_text() for place in range(3)] == ["11", "22", "33"]
    assert site.sent == []
    page.context.set_offline(False)  # the browser says so, and the queue goes out without waiting
    expect(state).to_contain_text("All changes saved")
    assert quantities(site) == ["11", "22", "33"]


def test_a_line_that_comes_back_unsaid_is_found_by_the_next_try(page: Page, site: GridSite):
    page.route("**/save", lambda route: route.abort("connectionfailed"))
    type_down(page, 11)
    page.clock.run_for(500)
    expect(page.locator("#save-state")).to_contain_text("No connection: 1 not saved")
    page.unroute("**/save")
    page.clock.run_for(30_000)
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    assert quantities(site) == ["11"]


def test_an_answer_lost_on_its_way_is_asked_for_again_under_the_same_name(page: Page, site: GridSite):
    def swallow(route: Route) -> None:
        route.fetch()  # the server has it
        route.abort("connectionreset")

    page.route("**/save", swallow, times=1)
    type_down(page, 11)
    page.clock.run_for(500)
    expect(page.locator("#save-state")).to_contain_text("not saved")
    page.clock.run_for(3_000)
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    first, again = site.sent
    assert first == again, "the server knows a change set it has seen, and answers it the same"


def test_what_waits_is_typed_over_again_before_the_line_comes_back(page: Page, site: GridSite):
    page.context.set_offline(True)
    type_down(page, 11)
    page.keyboard.press("Shift+Tab")
    type_down(page, 12)
    page.keyboard.press("Control+z")
    page.clock.run_for(500)
    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    assert quantities(site)[-1] == "11"
    versions = [cell["version"] for change in site.sent for cell in change["cells"]]
    assert versions == [0, 1, 2], "each follows the one before: the person is not in conflict with themselves"
