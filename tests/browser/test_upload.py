"""The plan to a spreadsheet and back by keyboard: download, change three cells, look, save, see them, undo."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from demand.models import ChangeSet
from sop.constants import CycleState
from sop.models import Cycle
from tests.support.live import Live
from tests.support.pages import Pages
from tests.support.plan_file import PlanFile

CELLS = 3


def test_a_rep_changes_three_cells_in_a_spreadsheet_by_keyboard(
    demo_pages: Pages, live_demo: Live, tmp_path: Path
) -> None:
    with live_demo.orm():
        cycle_id = Cycle.objects.get(state=CycleState.OPEN).pk
    page = demo_pages.open(f"/cycle/{cycle_id}/demand/", user="ana")
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    before = _own_plan(page, cycle_id)
    _press(page, page.get_by_role("link", name="Excel"))
    link = page.get_by_role("link", name="Download as Excel")
    with page.expect_download() as download:
        _press(page, link)
    file = PlanFile(download.value.path().read_bytes())
    wanted = _change(file, before)
    changed = tmp_path / "My plan.xlsx"
    changed.write_bytes(file.content())
    _tab_to(page, page.get_by_label("File", exact=True))
    page.get_by_label("File", exact=True).set_input_files(changed)
    _press(page, page.get_by_role("button", name="Look at it"))
    preview = page.get_by_role("region", name="What changes")
    expect(preview.locator("tbody tr")).to_have_count(CELLS)
    expect(page.get_by_role("main")).to_contain_text("Nothing is saved yet")
    _press(page, page.get_by_role("button", name="Save these changes"))
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    expect(page.locator("body")).to_contain_text("3 cells saved")
    after = _own_plan(page, cycle_id)
    assert {key: number for key, number in after.items() if number != before[key]} == wanted
    _press(page, page.get_by_role("link", name="History of changes"))
    with live_demo.orm():
        change = ChangeSet.objects.filter(cycle=cycle_id, action="upload").latest("at")
        assert change.note == "File: My plan.xlsx"
    page.goto(page.url.split("/cycle/")[0] + f"/change-sets/{change.pk}/")
    _press(page, page.get_by_role("button", name="Undo"))
    _press(page, page.get_by_role("dialog").get_by_role("button", name="Undo"))
    expect(page.get_by_role("main")).to_contain_text("Undone")
    assert _own_plan(page, cycle_id) == before


def _own_plan(page: Page, cycle_id: int) -> dict[tuple[int, int], float]:
    """Return the grid's numbers by series and column of the plan."""
    data: dict[str, Any] = page.context.request.get(f"/cycle/{cycle_id}/demand/grid/").json()
    leaves = [(at, row["series"]) for at, row in enumerate(data["rows"]) if row["series"]]
    first = data["first_plan_column"]
    plan = data["values"]["plan"]
    return {(series, place): number for at, series in leaves for place, number in enumerate(plan[at][first:])}


def _change(file: PlanFile, before: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Raise the first month of three rows by 7; return what the grid should hold, found by the numbers of the rows."""
    numbers: dict[tuple[float, ...], int] = {}
    width = max(place for _, place in before) + 1
    for series in {series for series, _ in before}:
        numbers[tuple(round(before[series, place], 3) for place in range(width))] = series
    wanted: dict[tuple[int, int], float] = {}
    for row in file.sheet.iter_rows(min_row=2):
        series = numbers.get(tuple(round(float(cell.value), 3) for cell in row[6 : 6 + width]))
        if series is not None and len(wanted) < CELLS and (series, 0) not in wanted:
            row[6].value = wanted[series, 0] = before[series, 0] + 7
    assert len(wanted) == CELLS
    return wanted


def _press(page: Page, wanted: Locator) -> None:
    _tab_to(page, wanted)
    page.keyboard.press("Enter")


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {wanted}")
