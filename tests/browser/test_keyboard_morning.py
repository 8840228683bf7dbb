"""A rep's morning at the demo company without a mouse: exceptions, a pasted table, a family, reasons, submit."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from demand.models import Override
from sop.constants import CycleState, Progress, StepKind
from sop.models import Cycle, StepProgress
from tests.support.live import Live
from tests.support.pages import Pages

ROWS, MONTHS = 50, 12
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_a_reps_morning_by_keyboard_alone(demo_pages: Pages, live_demo: Live) -> None:
    with live_demo.orm():
        cycle_id = Cycle.objects.get(state=CycleState.OPEN).pk
    page = demo_pages.open(f"/cycle/{cycle_id}/demand/", user="ana", height=1800)
    page.context.grant_permissions(CLIPBOARD)
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    data = page.context.request.get(f"/cycle/{cycle_id}/demand/grid/").json()
    _find_the_exceptions(page)
    pasted = _paste_from_a_spreadsheet(page, data)
    raised = _raise_a_family(page, data)
    _submit(page)
    with live_demo.orm():
        ana = StepProgress.objects.get(step__cycle=cycle_id, step__kind=StepKind.GATHER, user__username="ana")
        assert ana.state == Progress.SUBMITTED
        held = Override.objects.filter(cycle=cycle_id, layer="sales", changed_by=ana.user)
        by_product: dict[tuple[int, str], float] = {}
        for override in held.select_related("series").filter(reason__in=("promotion", "project_won")):
            place = override.series.product_id, override.bucket.isoformat()
            by_product[place] = by_product.get(place, 0) + float(override.quantity)
    assert len(pasted) > ROWS * MONTHS * 0.8
    wrong = {place: (total, by_product.get(place)) for place, total in pasted.items() if place not in raised}
    assert {place: pair for place, pair in wrong.items() if pair[0] != pair[1]} == {}


def _find_the_exceptions(page: Page) -> None:
    """Filter by exceptions and back, from chip to chip."""
    exceptions = page.locator("[data-filter=exceptions]")
    expect(exceptions.locator(".count")).not_to_have_text("0")
    page.keyboard.press("Shift+Tab")  # from wherever the page put the focus, on to the toolbar
    _tab_to(page, exceptions)
    page.keyboard.press("Enter")
    line = page.locator("#filter-line")
    expect(line).to_contain_text("Exceptions")
    expect(page.locator(".pg-share:visible").first).to_be_visible()
    _tab_to(page, page.locator("#filter-clear"))
    page.keyboard.press("Enter")
    expect(line).to_be_hidden()


def _paste_from_a_spreadsheet(page: Page, data: dict[str, Any]) -> dict[tuple[int, str], float]:
    """Paste 50 rows x 12 months, each a fifth more, and say why; return what each product's months should hold."""
    _tab_to(page, page.locator(".pg-cell[tabindex='0']"))
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    for _ in range(data["first_plan_column"]):
        page.keyboard.press("ArrowRight")
    first, months = data["first_plan_column"], [month["bucket"] for month in data["months"]]
    shown = [number for number, row in enumerate(data["rows"]) if row["level"] in (1, 2)][:ROWS]
    table, wanted = [], {}
    for number in shown:
        row, plan = data["rows"][number], data["values"]["plan"][number]
        line = [round(value * 1.2) + 1 for value in plan[first : first + MONTHS]]
        table.append("\t".join(map(str, line)))
        if row["level"] == 2:
            wanted |= {(row["product"], months[first + at]): float(value) for at, value in enumerate(line)}
    page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(table) + "\r\n")
    page.keyboard.press("Control+v")
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    page.keyboard.press("Alt+1")
    expect(page.locator("#toasts")).to_contain_text("Promotion:")
    return wanted


def _raise_a_family(page: Page, data: dict[str, Any]) -> set[tuple[int, str]]:
    """Raise the first family by a tenth in every month; return the places that changed with it."""
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    for _ in range(data["first_plan_column"]):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+End")
    family = page.locator(".pg-row.level1").first
    before = _sum(page)
    page.keyboard.type("+10%")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    assert abs(_sum(page) / before - 1.1) < 0.001, family.inner_text()
    page.keyboard.press("Alt+2")
    expect(page.locator("#toasts")).to_contain_text("Project won:")
    number = next(row["family"] for row in data["rows"] if row["level"] == 1)
    products = {row["product"] for row in data["rows"] if row["level"] == 2 and row["family"] == number}
    return {(product, month["bucket"]) for product in products for month in data["months"]}


def _submit(page: Page) -> None:
    """Leave the grid for the button, press it."""
    page.keyboard.press("F6")
    expect(page.locator("#submit-territory")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Submitted")


def _sum(page: Page) -> float:
    text = page.locator("#selection span", has_text="Sum").inner_text()
    return float(text.removeprefix("Sum ").replace(",", ""))


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {wanted}")
