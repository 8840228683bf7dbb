"""The risk of a plan: from the workbench to a family, to its worst stock item, to what it says there."""

import re

import pytest
from playwright.sync_api import expect

from sop.constants import CycleState
from sop.models import Cycle
from tests.support.live import Live
from tests.support.pages import Pages, shot


@pytest.mark.parametrize("width", [1440, 390])
def test_a_planner_follows_the_risk_from_the_workbench_to_a_stock_item(
    demo_pages: Pages, live_demo: Live, width: int
) -> None:
    with live_demo.orm():
        closed = Cycle.objects.filter(state=CycleState.CLOSED).latest("bucket")
    page = demo_pages.open(f"/cycle/{closed.pk}/supply/", user="sam", width=width)
    page.get_by_role("link", name="Risk", exact=True).click()
    table = page.get_by_role("region", name="Chance of a stock-out by family and month")
    expect(table.get_by_role("row").last).to_contain_text("All families")
    shot(page, f"risk-{width}")
    table.get_by_role("link", name="Fill rate").click()
    expect(table.get_by_role("columnheader", name="Fill rate")).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("Class").select_option("A")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("order=fill.*abc=A"))
    table.get_by_role("rowheader").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("abc=A"))
    shot(page, f"risk-family-{width}")
    page.get_by_role("region", name="Chance of a stock-out by stock item").get_by_role("link").nth(5).click()
    expect(page.get_by_role("main")).to_contain_text("200 draws of demand, lead times and deliveries")
