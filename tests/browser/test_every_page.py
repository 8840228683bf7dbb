"""Every page of the product in light and dark, wide and narrow: readable for all, nothing broken, nothing too wide."""

from collections.abc import Iterator
from itertools import groupby

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

from tests.permission_matrix import NOBODY, TABLE
from tests.support import stops
from tests.support.first_person import first_person
from tests.support.live import Live
from tests.support.pages import Pages
from tests.support.stops import Stop

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RULES: dict[str, object] = {"resultTypes": ["violations"]}
BUSY_MS, REDRAWN_MS = 15_000, 150
SETTLED = "() => !document.querySelector('[data-chart] .chart-canvas:empty, body:not([data-grid]) #plan-grid')"

# How far a chart's first month stands from its column in the table below, in pixels; only where the two are aligned.
MONTHS_APART = """() => [...document.querySelectorAll('[data-months-table]')].map(chart => {
  const month = document.getElementById(chart.dataset.monthsTable)?.querySelector('thead th:nth-child(2)');
  const canvas = chart.querySelector('.chart-canvas'), axis = canvas._fullLayout?.xaxis;
  if (!month || !axis || axis.showticklabels) return 0;
  const column = month.getBoundingClientRect();
  const drawn = canvas.getBoundingClientRect().left + axis._offset + axis.d2p(canvas.data[0].x[0]);
  return Math.abs(drawn - (column.left + column.right) / 2);
})"""
MONTHS_APART_MOST = 6


def test_what_is_no_page_is_still_there() -> None:
    assert sorted(set(stops.NO_PAGE) - {name for name, route in TABLE.items() if route.get != NOBODY}) == []


def test_every_page_of_the_demo_company(demo_pages: Pages, live_demo: Live) -> None:
    with live_demo.orm():
        walk = stops.demo_stops()
    _walk(demo_pages, walk)


def test_every_page_before_there_is_anything_to_show(pages: Pages, live: Live) -> None:
    with live.orm():
        walk = stops.bare_stops(first_person().username)
    _walk(pages, walk)


def _walk(pages: Pages, walk: list[Stop]) -> None:
    """Look at every stop, one window a person; say everything that is wrong at once."""
    faults: list[str] = []
    for user, theirs in groupby(sorted(walk, key=lambda stop: stop.user), key=lambda stop: stop.user):
        page = pages.open("/sign-in/", user=user or None)
        broken: list[str] = []
        page.on("response", lambda answer, into=broken: _keep_broken(into, answer))
        for stop in theirs:
            said = [*_look(page, stop.path), *broken, *pages.errors]
            faults += [f"{stop}: {fault}" for fault in said]
            broken.clear()
            pages.errors.clear()
        page.context.close()
    assert not faults, "\n".join(faults)


def _keep_broken(into: list[str], answer: Response) -> None:
    if answer.status >= 400:
        into.append(f"{answer.status} from {answer.url}")


def _look(page: Page, path: str) -> Iterator[str]:
    """Yield what is wrong with a page, wide and light first, then dark on a phone."""
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    page.goto(path)
    page.wait_for_function(SETTLED, timeout=BUSY_MS)
    if page.locator("main h1, main h2").count() == 0:
        yield "no heading: is it a page?"
    yield from _too_wide(page)
    yield from _axe(page)
    if any(apart > MONTHS_APART_MOST for apart in page.evaluate(MONTHS_APART)):
        yield "the chart's months do not stand over the table's"
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(REDRAWN_MS)
    yield from _too_wide(page)
    if list(_axe(page)):  # Chromium now and then keeps a colour over the change; the page drawn anew decides
        page.reload()
        page.wait_for_function(SETTLED, timeout=BUSY_MS)
        yield from _axe(page)


def _too_wide(page: Page) -> Iterator[str]:
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > window:
        yield f"{wide} pixels wide in a window of {window}"


def _axe(page: Page) -> Iterator[str]:
    for violation in Axe().run(page, options=RULES).response["violations"]:
        node = violation["nodes"][0]
        scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
        said = f"{violation['id']} x {len(violation['nodes'])}: {node['html'][:160]}"
        yield f"{scheme}: {said} {node['failureSummary'][:200]}"
