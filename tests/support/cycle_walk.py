"""Steps of a cycle that several browser tests walk through."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.pages import shot

JOB_MS = 90_000


def gather_closed(page: Page, cycle: str) -> None:
    """As the coordinator, close gather demand without those who are late, saying why."""
    page.goto(f"/cycle/{cycle}/")
    shot(page, "story-2-cycle")
    close = page.locator("details.reason", has_text="Close all the same").first
    close.locator("summary").click()
    close.locator("textarea").fill("The review date stands; their last good numbers are used.")
    close.get_by_role("button").click()
    expect(page.get_by_role("navigation", name="Cycle steps")).to_contain_text("Plan supply (open)")


def until(page: Page, there: Callable[[], bool]) -> None:
    """Reload until background work shows its result."""
    for _ in range(JOB_MS // 1500):
        if there():
            return
        page.wait_for_timeout(1500)
        page.reload()
    raise AssertionError(f"nothing came of the work asked for on {page.url}")
