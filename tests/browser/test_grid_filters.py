"""The grid's filters and what a view keeps: which rows are shown, what is said of them, what the address tells."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.grid_site import GridSite, grid_site

FIRST_PLAN = 6


@pytest.fixture
def site() -> Iterator[GridSite]:
    with grid_site(60) as served:
        served.exceptions = {"4": ["reason", "range"], "51": ["short"]}
        served.facts["abc"] = {"0": "A", "4": "B", "51": "A"}
        # In units product 9 was missed most, in money product 55.
        served.facts["misses"] = {str(n): [100.0 + n, 1000.0] for n in range(30)} | {"9": [900, 5.0], "55": [200, 9e6]}
        yield served


@pytest.fixture
def page(browser: Browser, site: GridSite) -> Iterator[Page]:
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    load(opened, site.url)
    yield opened
    context.close()
    assert not errors


def load(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("body[data-grid=ready]")


def products(page: Page) -> list[str]:
    """The names of the products in sight, from above."""
    rows = page.locator(".pg-row.level2:not(.layer):visible")
    found = rows.evaluate_all("rows => rows.map((row) => [row.at, row.querySelector('.pg-name').textContent])")
    return [name for _, name in sorted(found)]


def cell(page: Page, line: int, column: int):
    return page.locator(f".pg-body [aria-rowindex='{line + 3}'] [aria-colindex='{column + 2}']")


def test_exceptions_are_shown_with_why_and_counted(page: Page):
    page.get_by_role("button", name="Exceptions 2").click()
    assert products(page) == ["Product 5", "Product 52"]
    expect(page.locator(".pg-share:visible")).to_have_text(["no reason, out of range", "short history"])
    expect(page.locator("#filter-line")).to_contain_text("Exceptions: 2 of 60 products. Totals, and what is typed into")


def test_an_exception_that_is_dealt_with_is_counted_no_more_but_stays_under_ones_hands(page: Page, site: GridSite):
    page.get_by_role("button", name="Exceptions 2").click()
    del site.exceptions["4"]
    cell(page, 2, 8).click()
    page.keyboard.type("+=10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Exceptions 1")).to_be_visible()
    assert products(page) == ["Product 5", "Product 52"]


def test_one_key_marks_a_product_and_the_list_of_work_gets_shorter(page: Page, site: GridSite):
    page.get_by_role("button", name="Not reviewed 60").click()
    cell(page, 2, 8).click()
    page.keyboard.press("Alt+r")
    expect(page.get_by_role("button", name="Not reviewed 59")).to_be_visible()
    assert products(page)[0] == "Product 2"
    assert site.reviewed == {0}
    expect(cell(page, 2, 8)).to_be_focused()  # the next one


def test_own_changes_count_as_reviewed_and_a_click_marks_too(page: Page, site: GridSite):
    cell(page, 2, 8).click()
    page.keyboard.type("9999")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Not reviewed 59")).to_be_visible()
    page.locator(".pg-mark:visible").nth(4).click()
    expect(page.get_by_role("button", name="Not reviewed 58")).to_be_visible()
    expect(page.locator(".pg-frozen[aria-description=reviewed]")).to_have_count(1)
    page.locator(".pg-mark.set").click()
    expect(page.get_by_role("button", name="Not reviewed 59")).to_be_visible()
    assert site.reviewed == set()


def test_a_mark_the_server_refuses_is_taken_back(page: Page, site: GridSite):
    page.route("**/reviewed", lambda route: route.fulfill(status=422, json={"error": "Gather demand is closed."}))
    cell(page, 2, 8).click()
    page.keyboard.press("Alt+r")
    expect(page.locator("#toasts")).to_contain_text("Gather demand is closed.")
    expect(page.locator(".pg-mark.set:visible")).to_have_count(0)


def test_the_biggest_misses_stand_largest_first_in_units_and_in_money(page: Page):
    page.get_by_role("button", name="Biggest misses").click()
    assert products(page)[:2] == ["Product 10", "Product 30"]
    expect(page.locator("#filter-line")).to_contain_text("20 of 60 products")
    expect(page.locator("#filter-line")).to_contain_text("Mar 22, Apr 22, May 22")
    expect(page.locator(".pg-share:visible").first).to_have_text("missed 900")
    page.get_by_role("radio", name="Revenue").check()
    assert products(page)[0] == "Product 56"  # and with it its family, the second


def test_class_and_words_narrow_together_and_one_click_clears_them(page: Page):
    page.get_by_label("Class").select_option("A")
    expect(page.locator("#filter-line")).to_contain_text("Class A: 2 of 60 products")
    assert products(page) == ["Product 1", "Product 52"]
    page.fill("#find", "52")
    assert products(page) == ["Product 52"]
    page.fill("#find", "nothing like it")
    expect(page.locator("#plan-none")).to_be_visible()
    assert page.locator(".pg-row.level0:visible").count() == 1
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#filter-line")).to_be_hidden()
    assert len(products(page)) > 20


def test_totals_stay_those_of_all_products(page: Page):
    before = cell(page, 0, 8).inner_text()
    page.fill("#find", "product 52")
    expect(cell(page, 0, 8)).to_have_text(before)


def test_the_address_says_what_is_shown_and_opens_the_same_again(page: Page, site: GridSite):
    page.get_by_role("radio", name="Revenue").check()
    page.get_by_label("Class").select_option("A")
    page.locator("#level").select_option("3")
    page.evaluate("document.getElementById('plan-grid').scrollLeft = 10 * 400")
    page.wait_for_url("**from=*")
    address = page.url
    assert "unit=revenue" in address
    load(page, site.url)
    assert len(products(page)) > 2
    load(page, address)
    expect(page.get_by_role("radio", name="Revenue")).to_be_checked()
    expect(page.locator("#filter-line")).to_contain_text("Class A")
    expect(page.locator(".pg-row.layer:visible").first).to_be_visible()
    assert page.url == address


def test_units_of_the_usual_kind_leave_the_address_alone(page: Page, site: GridSite):
    assert page.url == f"{site.url}/"


def test_a_view_the_page_opens_with_is_shown(page: Page, site: GridSite):
    page.route(
        f"{site.url}/", lambda route: route.fulfill(body=_with_view(route.fetch().text()), content_type="text/html")
    )
    load(page, site.url)
    expect(page.locator("#filter-line")).to_contain_text("“product 5”")
    expect(page.get_by_role("radio", name="Revenue")).to_be_checked()


def _with_view(html: str) -> str:
    state = "{&quot;unit&quot;: &quot;revenue&quot;, &quot;find&quot;: &quot;product 5&quot;, &quot;level&quot;: 2}"
    return html.replace('data-user="ana"', f'data-user="ana" data-view="{state}"')
