"""The demo company's February cycle in a real browser, from an open gather demand to a published plan."""

import re

from playwright.sync_api import Page, expect

from tests.support.cycle_walk import gather_closed, until
from tests.support.pages import Pages, shot

APPROVERS = ("nora", "otto", "finn", "eve")
JOB_MS = 90_000


def test_eight_people_take_the_demo_cycle_to_one_published_plan(demo_pages: Pages) -> None:
    people = _People(demo_pages)
    cycle = _rep_adjusts_and_submits(people["ana"])
    gather_closed(people["cora"], cycle)
    _supply_planner_plans(people["sam"], cycle)
    _planner_reconciles(people["olga"], cycle)
    _coordinator_freezes(people["cora"], cycle)
    _planner_asks(people["olga"], cycle)
    _executive_decides(people["eve"], cycle)
    for name in APPROVERS:
        _sign(people[name], cycle)
    _coordinator_publishes(people["cora"], cycle)
    _finance_exports(people["finn"], cycle)


class _People:
    """One page a person, signed in when first needed."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.open: dict[str, Page] = {}

    def __getitem__(self, name: str) -> Page:
        if name not in self.open:
            self.open[name] = self.pages.open(user=name)
        return self.open[name]


def _rep_adjusts_and_submits(page: Page) -> str:
    """Change a cell with the keyboard, say why, submit; return the cycle's number."""
    page.get_by_role("navigation", name="Cycle steps").get_by_role("link", name="Gather demand").click()
    cycle = re.search(r"/cycle/(\d+)/", page.url)
    assert cycle is not None
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    grid = page.get_by_role("treegrid")
    product = grid.locator(".pg-row.level2").first
    product.locator(".pg-cell:not(.locked):not(.pg-frozen)").nth(3).click()
    before = grid.locator('.pg-cell[tabindex="0"]').inner_text()
    page.keyboard.type("+20%")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("All changes saved")
    page.keyboard.press("ArrowUp")
    expect(grid.locator('.pg-cell[tabindex="0"]')).not_to_have_text(before)
    page.locator("#panel .chip", has_text="Project won").click()
    expect(page.locator("#toasts")).to_contain_text("Project won")
    shot(page, "story-1-adjust")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-grid", "ready")
    page.locator("#submit-territory").click()
    expect(page.get_by_role("main")).to_contain_text("Submitted")
    return cycle[1]


def _supply_planner_plans(page: Page, cycle: str) -> None:
    """Run the supply plan, look at the dearest item, close the step."""
    page.goto(f"/cycle/{cycle}/supply/")
    page.get_by_role("button", name="Run the supply plan").click()
    until(page, lambda: page.locator("tbody tr").count() > 0)
    shot(page, "story-3-supply")
    page.locator('tbody th a[href*="/supply/items/"]').first.click()
    expect(page.get_by_role("heading", name="Why this safety stock?")).to_be_visible()
    shot(page, "story-4-item")
    page.goto(f"/cycle/{cycle}/")
    page.get_by_role("button", name="Close plan supply").click()
    expect(page.get_by_role("navigation", name="Cycle steps")).to_contain_text("Reconcile (open)")


def _planner_reconciles(page: Page, cycle: str) -> None:
    """Put both sides together, try a price rise, close the step."""
    page.goto(f"/cycle/{cycle}/reconcile/")
    page.get_by_role("button", name="Put side by side").click()
    until(page, lambda: page.get_by_role("heading", name="Open conflicts").is_visible())
    shot(page, "story-5-reconcile")
    page.goto(f"/cycle/{cycle}/scenarios/")
    page.get_by_label("What it does").fill("Raise gypsum price 5%")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Lever").select_option("raise_price")
    page.get_by_label("Family").select_option(label="Gypsum board")
    page.get_by_label("Price, %").fill("5")
    page.get_by_label("Elasticity").fill("-0.8")
    page.get_by_role("button", name="Pull").click()
    page.get_by_role("button", name="Calculate").click()
    until(page, lambda: page.get_by_text("it would stop paying at").is_visible())
    shot(page, "story-6-scenario")
    page.goto(f"/cycle/{cycle}/")
    page.get_by_role("button", name="Close reconcile").click()
    expect(page.get_by_role("navigation", name="Cycle steps")).to_contain_text("Reconcile (done)")


def _coordinator_freezes(page: Page, cycle: str) -> None:
    """Freeze the pack, see last cycle's plan measured, open the review."""
    page.goto(f"/cycle/{cycle}/review/")
    page.get_by_role("button", name="Freeze the pack").click()
    expect(page.get_by_role("main")).to_contain_text("Pack 1, frozen")
    page.goto(f"/cycle/{cycle}/")
    start = page.get_by_role("button", name="Open review")
    if start.count():
        start.click()
    expect(page.get_by_role("navigation", name="Cycle steps")).to_contain_text("Review (open)")


def _planner_asks(page: Page, cycle: str) -> None:
    """Put one question to the managing director."""
    page.goto(f"/cycle/{cycle}/review/questions/new/")
    page.get_by_label("Question, one sentence").fill("Gypsum board: pass the cost rise on?")
    for option in ("Base plan", "Raise gypsum price 5%"):
        page.get_by_role("checkbox", name=option).check()
    page.get_by_label("We recommend").select_option(label="Raise gypsum price 5%")
    page.get_by_label("Who decides").select_option(label="Eve Harlow")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="Gypsum board: pass the cost rise on?")).to_be_visible()


def _executive_decides(page: Page, cycle: str) -> None:
    """Choose an option with its reason, then the one plan."""
    page.goto(f"/cycle/{cycle}/review/")
    shot(page, "story-7-review-open")
    question = page.locator("section.card", has_text="pass the cost rise on?").first
    question.get_by_label("Raise gypsum price 5%").check()
    question.get_by_label("Why, in a sentence").fill("Two rivals moved last week; we lose little volume.")
    question.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("main")).to_contain_text("Every question is decided")
    page.locator("#id_scenario").select_option(label="Raise gypsum price 5%")
    page.get_by_label("What we assume, in one sentence").fill("Lead times stay at 8 to 20 weeks until December.")
    page.get_by_role("button", name="Choose the plan").click()
    expect(page.get_by_role("main")).to_contain_text("is to become the plan")


def _sign(page: Page, cycle: str) -> None:
    """Sign once; the button is gone afterwards."""
    page.goto(f"/cycle/{cycle}/review/")
    page.get_by_role("button", name="Approve the plan").click()
    expect(page.get_by_role("button", name="Approve the plan")).to_have_count(0)


def _coordinator_publishes(page: Page, cycle: str) -> None:
    """Close the review, seal the plan."""
    page.goto(f"/cycle/{cycle}/review/")
    shot(page, "story-8-review-signed")
    page.goto(f"/cycle/{cycle}/")
    page.get_by_role("button", name="Close review").click()
    page.goto(f"/cycle/{cycle}/publish/")
    page.get_by_role("button", name="Publish the plan").click()
    expect(page.get_by_role("heading", name="Proof")).to_be_visible()
    shot(page, "story-9-published")
    page.goto("/plans/check/")
    page.get_by_role("button", name="Check now").click()
    until(page, lambda: "As signed" in page.get_by_role("main").inner_text())
    expect(page.get_by_role("main")).not_to_contain_text("Changed after signing")


def _finance_exports(page: Page, cycle: str) -> None:
    """Take the plan home as a file whose heading carries the seal."""
    page.goto(f"/cycle/{cycle}/publish/")
    seal = page.locator("dl.facts dd.code").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert f"Seal (SHA-256),{seal}" in text
    assert text.count("\n") > 1000
