"""The style guide: reached from the account menu, every part on it, a picture in both themes."""

from playwright.sync_api import Page, expect

from tests.support.first_person import first_person
from tests.support.live import Live
from tests.support.pages import Pages, shot

# One selector for each line of the table of parts in docs/ui.md.
PARTS = """
.page-head .page-actions|.button.primary|.button.quiet|.button.danger|.button.icon-only|.button:disabled
.toolbar .toolbar-space|a.chip[aria-current]|button.chip[aria-pressed=true]|.segmented|.card|details.card.fold
.card-note|.kpis .kpi-change
.table .cell-short|.table .cell-excess|.table .cell-warn|.table .cell-changed|.table .chosen
.table.months.frozen|.table.stacked|tr.selected|tr.total|.pagination|.field .errorlist|.field-help|.notice[role=alert]
.notice.short|.notice.warn|.notice.ok
.notice.info|.empty .button|.meter|.meter.over|.progress-line|.list.three|.list.history
.facts|dialog|.split|.stack|.chart .chart-canvas|.chart-legend|.tag.short|.tag.excess|.tag.warn|.tag.ok
.tag.info|.tag.plain|kbd|.menu|.steps, .top-bar|details.reason
"""


def test_every_part_stands_in_the_style_guide(pages: Pages, live: Live) -> None:
    with live.orm():
        first_person("pat")
    page = pages.open("/account/", user="pat")
    page.get_by_label("Pat, account").click()
    page.get_by_role("link", name="Style guide").click()
    expect(page.get_by_role("heading", name="Style guide")).to_be_visible()
    expect(page.locator(".chart .main-svg").first).to_be_visible()  # drawn a moment after the page
    missing = [
        part for line in PARTS.split("\n") for part in line.split("|") if part and not page.locator(part).count()
    ]
    assert missing == []
    _acts(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(200)
        shot(page, f"styleguide-{theme}")


def _acts(page: Page) -> None:
    """Open what opens."""
    page.get_by_role("button", name="Show a toast").click()
    expect(page.locator("#toasts")).to_contain_text("Baseline is ready")
    page.get_by_role("button", name="Open a dialog").click()
    expect(page.get_by_role("dialog", name="Three changes need a reason")).to_be_visible()
    page.get_by_role("button", name="Keep editing").click()
    page.get_by_role("button", name="Danger").click()
    expect(page.get_by_role("dialog")).to_contain_text("Drop this scenario?")
    page.keyboard.press("Escape")
