"""What only a browser shows: a form that shows what it needs, an address that can be loaded again."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from reconcile.models import Scenario
from sop.constants import CycleState, StepKind
from sop.models import Cycle
from tests.api_world import step_only
from tests.support.live import Live
from tests.support.pages import Pages, shot

STRENGTHS = ("Price, %", "Elasticity", "Months to buy ahead", "Service target", "Safety stock, times")


def shown(page: Page) -> list[str]:
    form = page.locator("form.lever-form")
    return [label for label in STRENGTHS if form.get_by_label(label).is_visible()]


@pytest.mark.parametrize("width", [1440, 390])
def test_a_lever_shows_its_own_strengths_only(demo_pages: Pages, live_demo: Live, width: int) -> None:
    with live_demo.orm():
        cycle = Cycle.objects.get(state=CycleState.OPEN)
        step_only(cycle, StepKind.RECONCILE)
        scenario = Scenario.objects.create(cycle=cycle, name="Dearer roofs")
    page = demo_pages.open(f"/scenarios/{scenario.pk}/", user="olga", width=width)
    assert shown(page) == ["Price, %", "Elasticity"]
    shot(page, f"lever-price-{width}")
    page.locator("select[name=kind]").select_option("pre_buy")
    assert shown(page) == ["Months to buy ahead"]
    page.locator("select[name=kind]").select_option("safety_stock")
    assert shown(page) == ["Service target", "Safety stock, times"]
    shot(page, f"lever-stock-{width}")
    page.get_by_label("Service target").fill("0.97")
    page.get_by_role("button", name="Pull", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("service 97.0%")


def test_a_refused_form_can_be_loaded_again(demo_pages: Pages, live_demo: Live) -> None:
    with live_demo.orm():
        cycle = Cycle.objects.get(state=CycleState.OPEN)
        step_only(cycle, StepKind.SUPPLY)
    page = demo_pages.open(f"/cycle/{cycle.pk}/supply/", user="sam")
    with live_demo.orm():
        step_only(cycle, StepKind.RECONCILE)
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_role("alert")).to_contain_text("Plan supply was closed")
    assert urlsplit(page.url).path.endswith("/run/")
    page.goto(page.url)
    assert urlsplit(page.url).path.endswith(f"/cycle/{cycle.pk}/supply/")
    expect(page.get_by_role("heading", name="Plan supply")).to_be_visible()
