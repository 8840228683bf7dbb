"""The planning grid under a person's hands: keys, clipboard, totals, saving, refusals, a lost line."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.grid_site import PRICE, GridSite, grid_site

FIRST_PLAN = 6
CLIPBOARD = ["clipboard-read", "clipboard-write"]
PRODUCT_1, CUSTOMER_1, CUSTOMER_2 = 2, 6, 7  # lines once product 1 is unfolded; three layers stand between


@pytest.fixture
def site() -> Iterator[GridSite]:
    with grid_site(60) as served:
        yield served


@pytest.fixture
def page(browser: Browser, site: GridSite) -> Iterator[Page]:
    """The grid on screen; an error or a breach of the content policy fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, permissions=CLIPBOARD)
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    load(opened, site)
    yield opened
    context.close()
    assert not errors


def load(page: Page, site: GridSite) -> None:
    page.goto(site.url)
    page.wait_for_selector("body[data-grid=ready]")


def cell(page: Page, line: int, column: int):
    """The cell on a line (0 is the grand total) and in a column of months."""
    return page.locator(f".pg-body [aria-rowindex='{line + 3}'] [aria-colindex='{column + 2}']")


def number(page: Page, line: int, column: int) -> int:
    return int(cell(page, line, column).inner_text().replace(",", ""))


def unfold(page: Page, line: int = PRODUCT_1) -> None:
    cell(page, line, FIRST_PLAN).click()
    page.keyboard.press("Alt+ArrowRight")


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_contain_text("All changes saved")


def test_the_save_line_tells_the_companys_time_wherever_the_browser_is(browser: Browser):
    with grid_site(4) as site:
        page = browser.new_page(timezone_id="Asia/Tokyo")
        page.goto(site.url)
        cell(page, PRODUCT_1, FIRST_PLAN).click()
        page.keyboard.type("9")
        page.keyboard.press("Enter")
        expect(page.locator("#save-state")).to_have_text("All changes saved 05:42")  # 10:42 UTC in Chicago
        page.close()


def test_typing_over_a_cell_moves_every_total_above_it(page: Page, site: GridSite):
    unfold(page)
    before = [number(page, line, 8) for line in (0, 1, PRODUCT_1, CUSTOMER_1)]
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("1.2k")
    page.keyboard.press("Enter")
    after = [number(page, line, 8) for line in (0, 1, PRODUCT_1, CUSTOMER_1)]
    assert after[3] == 1200
    assert [b - a for a, b in zip(before, after, strict=True)] == [1200 - before[3]] * 4
    expect(cell(page, CUSTOMER_2, 8)).to_be_focused()
    saved(page)
    assert site.saved_cells() == {(1, "2022-09-01"): "1200"}


def test_an_address_opens_the_page_at_its_cell(page: Page, site: GridSite):
    page.goto(f"{site.url}?row=s4&bucket=2022-09-01")
    page.wait_for_selector("body[data-grid=ready]")
    chosen = page.locator(".pg-cell:focus")
    expect(chosen).to_have_attribute("aria-colindex", "10")  # the ninth month, after the name
    expect(chosen.locator("xpath=..")).to_contain_text("Customer 2")
    page.goto(f"{site.url}?row=f1")
    expect(cell(page, 1, FIRST_PLAN)).to_be_focused()
    page.goto(f"{site.url}?row=s9999")
    expect(page.locator("#toasts")).to_contain_text("not among those you see")


def test_escape_leaves_the_cell_and_a_look_changes_nothing(page: Page, site: GridSite):
    cell(page, 0, 8).click()
    before = number(page, 0, 8)
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.keyboard.press("Enter")
    assert number(page, 0, 8) == before
    assert not site.sent


def test_what_is_no_number_stays_open_and_marked(page: Page, site: GridSite):
    cell(page, PRODUCT_1, 8).click()
    page.keyboard.type("1,5")
    page.keyboard.press("Enter")
    expect(page.locator(".pg-editor")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    assert not site.sent


def test_a_total_is_spread_to_the_unit_and_says_so_first(page: Page, site: GridSite):
    cell(page, 0, 9).click()
    page.keyboard.type("99999")
    expect(page.locator(".pg-hint")).to_contain_text("120 rows, +")
    page.keyboard.press("Enter")
    assert number(page, 0, 9) == 99_999
    saved(page)
    parts = [float(quantity) for quantity in site.saved_cells().values() if quantity is not None]
    unchanged = 120 - len(parts)
    assert sum(parts) == 99_999 or unchanged  # a part that kept its number is not sent
    assert all(part.is_integer() for part in parts)
    assert site.sent[0]["action"] == "spread"


def test_a_held_cell_keeps_its_number_and_a_total_below_it_is_refused(page: Page, site: GridSite):
    unfold(page)
    held = number(page, CUSTOMER_1, 9)
    cell(page, CUSTOMER_1, 9).click()
    page.keyboard.press("Alt+l")
    cell(page, PRODUCT_1, 9).click()
    page.keyboard.type(str(held - 1))
    page.keyboard.press("Enter")
    expect(page.locator(".pg-hint")).to_contain_text("it cannot be less")
    page.keyboard.press("Escape")
    page.keyboard.type(str(held + 700))
    page.keyboard.press("Enter")
    assert number(page, CUSTOMER_1, 9) == held
    assert number(page, CUSTOMER_2, 9) == 700


def test_equals_goes_back_to_the_baseline(page: Page, site: GridSite):
    unfold(page)
    before = number(page, CUSTOMER_1, 8)
    cell(page, CUSTOMER_1, 8).click()
    for typed in ("+10%", "="):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowUp")
    assert number(page, CUSTOMER_1, 8) == before
    saved(page)
    assert site.saved_cells() == {(1, "2022-09-01"): None}


def test_one_paste_is_one_step_back(page: Page, site: GridSite):
    unfold(page)
    before = [number(page, CUSTOMER_1 + r, 8 + c) for r in (0, 1) for c in (0, 1)]
    page.evaluate("navigator.clipboard.writeText('10\\t\\r\\n30\\t40\\r\\n')")
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.press("Control+v")
    pasted = [number(page, CUSTOMER_1 + r, 8 + c) for r in (0, 1) for c in (0, 1)]
    assert pasted == [10, before[1], 30, 40]  # the empty cell left its number alone
    page.keyboard.press("Control+z")
    assert [number(page, CUSTOMER_1 + r, 8 + c) for r in (0, 1) for c in (0, 1)] == before
    page.keyboard.press("Control+y")
    assert number(page, CUSTOMER_1, 8) == 10


def test_copy_gives_a_spreadsheet_what_is_marked(page: Page):
    unfold(page)
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    text = page.evaluate("navigator.clipboard.readText()")
    shown = [[str(number(page, CUSTOMER_1 + r, 8 + c)) for c in (0, 1)] for r in (0, 1)]
    assert [line.split("\t") for line in text.splitlines()] == shown


def test_fill_down_right_and_into_the_whole_range(page: Page):
    unfold(page)
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("70")
    page.keyboard.press("Enter")
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    assert number(page, CUSTOMER_2, 8) == 70
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+r")
    assert number(page, CUSTOMER_2, 9) == 70
    page.keyboard.type("5")
    page.keyboard.press("Control+Enter")
    assert [number(page, CUSTOMER_1 + r, 8 + c) for r in (0, 1) for c in (0, 1)] == [5] * 4


def test_actual_months_cannot_be_typed_over(page: Page, site: GridSite):
    cell(page, 0, FIRST_PLAN - 1).click()
    page.keyboard.type("5")
    expect(page.locator(".pg-editor")).to_have_count(0)
    expect(cell(page, 0, FIRST_PLAN - 1)).to_have_attribute("aria-readonly", "true")


@pytest.mark.parametrize(
    ("keys", "line", "column"),
    [
        (["Control+Home"], 0, 0),
        (["Control+End"], 62, 23),
        (["Control+ArrowRight"], 2, 23),
        (["Control+ArrowDown"], 62, 8),
        (["Home"], 2, 0),
        (["Tab", "Tab", "Shift+Tab"], 2, 9),
        (["Control+ArrowLeft", "Control+ArrowLeft"], 2, 0),
    ],
)
def test_keys_move_as_in_a_spreadsheet(page: Page, keys: list[str], line: int, column: int):
    cell(page, PRODUCT_1, 8).click()
    for key in keys:
        page.keyboard.press(key)
    expect(cell(page, line, column)).to_be_focused()


def test_tab_does_not_trap_and_f6_leaves(page: Page):
    cell(page, PRODUCT_1, 23).click()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.getElementById('plan-grid').contains(document.activeElement)")
    cell(page, PRODUCT_1, 8).click()
    page.keyboard.press("F6")
    expect(page.locator("#find")).to_be_focused()


def test_a_lost_line_keeps_what_was_typed_over_a_reload(page: Page, site: GridSite):
    site.mood = "down"
    cell(page, PRODUCT_1, 8).click()
    page.keyboard.type("4321")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("2 not saved")
    page.once("dialog", lambda dialog: dialog.accept())
    load(page, site)
    assert number(page, PRODUCT_1, 8) == 4321
    site.mood = "ok"
    page.get_by_role("button", name="Retry").click()
    saved(page)
    assert sum(float(quantity or 0) for quantity in site.saved_cells().values()) == 4321


def test_a_change_sent_after_a_reload_carries_the_version_its_author_saw(page: Page, site: GridSite):
    site.mood = "down"
    unfold(page)
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("not saved")
    site.data["versions"]["1"][8 - FIRST_PLAN] = 4  # a colleague changed it meanwhile
    page.once("dialog", lambda dialog: dialog.accept())
    site.mood = "ok"
    load(page, site)
    saved(page)
    assert [c["version"] for change in site.sent for c in change["cells"]] == [0]


def test_an_answer_that_is_a_page_is_not_taken_for_saved(page: Page, site: GridSite):
    site.mood = "page"
    cell(page, PRODUCT_1, 8).click()
    page.keyboard.type("4321")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("not saved")


def test_a_second_editor_chooses_between_the_two_numbers(page: Page, site: GridSite):
    unfold(page)
    site.mood = "conflict"
    cell(page, CUSTOMER_1, 8).click()
    for typed in ("111", "222"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    dialog = page.locator("#conflict-dialog")
    expect(dialog.get_by_role("row")).to_have_count(2)
    expect(dialog.get_by_role("row").first).to_contain_text("111")
    expect(page.locator("#save-state")).to_have_text("2 cells not saved. Decide")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Decide").click()
    expect(cell(page, CUSTOMER_1, 8)).to_have_attribute("aria-description", "changed, not saved")
    site.mood = "ok"
    dialog.get_by_role("button", name="Keep mine").first.click()
    dialog.get_by_role("button", name="Take theirs").click()
    expect(dialog).to_be_hidden()
    assert (number(page, CUSTOMER_1, 8), number(page, CUSTOMER_2, 8)) == (111, 820)
    saved(page)
    assert site.sent[-1]["cells"][0] | {"quantity": "111", "version": 7} == site.sent[-1]["cells"][0]


def test_a_closed_step_says_so_and_the_number_can_be_put_back(page: Page, site: GridSite):
    unfold(page)
    before = number(page, CUSTOMER_1, 8)
    site.mood = "closed"
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("111")
    page.keyboard.press("Enter")
    expect(page.locator("#conflict-dialog")).to_contain_text("Gather demand closed at 17:00")
    page.get_by_role("button", name="Put back").click()
    assert number(page, CUSTOMER_1, 8) == before


def test_a_reason_goes_to_the_cells_of_the_change(page: Page, site: GridSite):
    unfold(page)
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel [data-reason]")
    page.keyboard.press("Alt+2")
    expect(page.locator(".why-changed")).to_contain_text("1 cell")
    expect(page.locator(".toast").last).to_contain_text("Project won: 1 cell")
    assert site.reasons[0]["cells"] == [{"series": 1, "bucket": "2022-09-01"}]
    assert site.reasons[0]["reason"] == "project_won"


def test_no_reason_is_asked_where_nothing_changed(page: Page):
    unfold(page)
    cell(page, CUSTOMER_1, 8).click()
    page.wait_for_selector(".why-changed", state="attached")
    expect(page.locator(".why-changed")).to_be_hidden()
    page.keyboard.type("999")
    page.keyboard.press("Enter")
    expect(page.locator(".why-changed")).to_be_visible()
    page.keyboard.press("Alt+1")
    expect(page.locator(".why-changed")).to_be_hidden()


def test_only_changed_products_are_left_by_the_filter(page: Page):
    cell(page, PRODUCT_1, 8).click()
    page.keyboard.type("4321")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Changed 1").click()
    expect(page.locator(".pg-row.level2:visible")).to_have_count(1)
    page.get_by_role("button", name="All").click()
    page.fill("#find", "product 59")
    expect(page.locator(".pg-row.level2:visible")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_no_accessibility_fault(page: Page, scheme: str, size: tuple[int, int]):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    unfold(page)
    page.keyboard.press("ArrowDown")
    found = Axe().run(page).response["violations"]
    assert not found, [(fault["id"], [node["target"] for node in fault["nodes"]][:3]) for fault in found]


def test_revenue_is_units_times_price_and_only_looked_at(page: Page, site: GridSite):
    units = number(page, PRODUCT_1, 8)
    page.get_by_label("Revenue").check()
    expect(cell(page, PRODUCT_1, 8)).to_have_text(f"{units * PRICE / 1000:,.1f}")
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-label", re.compile("revenue, USD thousand"))
    expect(page.locator(".pg-header.pg-frozen").first).to_contain_text("revenue, USD thousand")
    cell(page, PRODUCT_1, 8).click()
    expect(page.locator("#selection")).to_contain_text(f"Sum {units * PRICE / 1000:,.1f}")
    page.keyboard.type("5")
    expect(page.locator(".pg-editor")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("typed in units")
    page.get_by_label("Units").check()
    assert number(page, PRODUCT_1, 8) == units
    assert not site.sent


def test_layers_are_worth_their_measures(page: Page):
    unfold(page)
    baseline = number(page, PRODUCT_1 + 1, 9)
    page.get_by_label("Revenue").check()
    expect(cell(page, PRODUCT_1 + 1, 9)).to_have_text(f"{baseline * PRICE / 1000:,.1f}")


def test_a_window_made_narrow_and_wide_again_keeps_rows_and_mark_in_place(page: Page):
    cell(page, 3, 8).click()
    before = page.locator(".pg-marker").bounding_box()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".pg-body [aria-rowindex='4']")).to_have_css("height", "34px")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".pg-body [aria-rowindex='4']")).to_have_css("height", "28px")
    _until(page, lambda: page.locator(".pg-marker").bounding_box() == before)
    tops = [page.locator(f".pg-body [aria-rowindex='{line}']").bounding_box()["y"] for line in (4, 5)]
    assert tops[1] - tops[0] == 28


def _until(page: Page, there: Callable[[], bool]) -> None:
    """Wait until the grid has placed its parts anew, which it does a frame after the window changed."""
    for _ in range(100):
        if there():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the grid did not come to rest as it was")


def test_assumptions_have_a_layer_line_only_where_they_reach(page: Page, site: GridSite):
    site.data["layers"] = {"assumptions": [2]}
    load(page, site)
    unfold(page)
    names = page.locator(".pg-row.layer:visible .pg-name")
    expect(names).to_have_count(4)
    assert sorted(names.all_inner_texts()) == ["Assumptions", "Baseline", "Last cycle", "Last year"]
    expect(cell(page, PRODUCT_1 + 2, 8)).to_have_text(f"{number(page, PRODUCT_1, 8):,}")
    unfold(page, PRODUCT_1 + 7)
    expect(names).to_have_count(4 + 3)


def test_a_planners_cell_goes_back_to_what_lies_below_it(page: Page, site: GridSite):
    site.data["below"] = [[3, 8, 555.0]]  # sales and assumptions in the first series' month
    load(page, site)
    unfold(page)
    baseline = number(page, CUSTOMER_1, 8)
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type("=")
    page.keyboard.press("Enter")
    expect(cell(page, CUSTOMER_1, 8)).to_have_text("555")
    saved(page)
    assert site.saved_cells() == {(1, "2022-09-01"): None}
    cell(page, CUSTOMER_1, 8).click()
    page.keyboard.type(str(baseline))
    with page.expect_response("**/save"):
        page.keyboard.press("Enter")
    assert site.saved_cells() == {(1, "2022-09-01"): str(baseline)}, "the planner's number is the last word"
