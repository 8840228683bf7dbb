"""Work under way in a real browser: the strip follows it, a toast says its end, then nobody asks any more."""

import re

from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import expect

from sop.constants import Role
from sop.models import User
from tests.factories import person_make
from tests.support.live import Live
from tests.support.pages import Pages, shot
from tests.support.tally import tally_request

# The web process does not know the tests' own kind of work and shows its code, as it does for kinds of the past.


def cora_make() -> User:
    cora = person_make("cora", Role.COORDINATOR)
    cora.password = Argon2PasswordHasher().encode("demo-cora", "salt for the tests")  # the product's, not the tests'
    cora.save()
    return cora


LISTENS = "() => document.querySelector('#job-strip')['htmx-internal-data']?.listenerInfos?.length > 0"


def test_the_strip_follows_work_and_a_toast_says_its_end(live: Live, pages: Pages) -> None:
    with live.orm():
        cora = cora_make()
        page = pages.open(user="cora")
        strip = page.locator("#job-strip")
        expect(strip).to_have_attribute("hx-trigger", "jobs-changed from:body")
        page.wait_for_function(LISTENS)  # an event before the page listens is heard by nobody
        job = tally_request(cora, parts=6, seconds=2.5)  # long enough for a page that answers slowly
    page.evaluate("document.body.dispatchEvent(new Event('jobs-changed'))")
    expect(strip).to_contain_text("tally", timeout=15_000)
    expect(strip).to_contain_text("%", timeout=15_000)
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("tally is done", timeout=30_000)
    expect(strip).to_have_attribute("hx-trigger", "jobs-changed from:body")
    expect(page.locator("#bell-count")).to_have_text(re.compile("1"))

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/jobs/strip/" in request.url else None)
    page.wait_for_timeout(5_000)
    assert asked == [], "polling goes on although nothing runs"

    page.locator("details.bell summary").click()
    shot(page, "bell")
    page.locator(f"#notice-{job.pk}").click()
    expect(page.get_by_role("heading", name="tally")).to_be_visible()
    expect(page.locator("#bell-count")).to_be_hidden()


def test_a_jobs_page_follows_it_and_stops_it(live: Live, pages: Pages) -> None:
    with live.orm():
        job = tally_request(cora_make(), parts=30, seconds=1)
    page = pages.open(f"/jobs/{job.pk}/", user="cora")
    expect(page.locator("#job")).to_contain_text("running", timeout=15_000)
    expect(page.locator("#job .card tbody tr").first).to_contain_text(re.compile("[2-9] of 30"), timeout=20_000)
    page.get_by_role("button", name="Stop").click()
    page.locator("#confirm-yes").click()
    expect(page.locator("#job")).to_contain_text("Stopped by Cora.")
    expect(page.locator("main")).to_contain_text("tally is stopped; nothing half done is kept.")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    page.goto("/jobs/")
    expect(page.locator("#job-rows tbody tr")).to_have_count(1)
    shot(page, "jobs")
