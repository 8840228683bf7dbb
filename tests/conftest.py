"""Fixtures every test may use: servers, the running product, a browser, the real data."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from sop.local.servers import Servers
from tests.support import chromium, loud, servers
from tests.support.live import SEEDED, Live
from tests.support.pages import Pages, launch, opened

pytest_plugins = ["tests.factories"]  # the cast and its helpers

# Quick tests first: the earlier a run fails, the better.
ORDER = ("unit", "cases", "db", "web", "flow", "browser", "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by the folder they are in."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return ORDER.index(folder) if folder in ORDER else len(ORDER)

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in red what was skipped."""
    loud.report(terminalreporter)


@pytest.fixture(scope="session")
def private_servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey of this run, started when the first test needs them."""
    private = servers.private()
    private.start()
    yield private
    private.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Have servers running before the test database is made."""
    if not servers.given():
        request.getfixturevalue("private_servers")


@pytest.fixture(scope="session")
def product_processes(private_servers: Servers, django_db_blocker: DjangoDbBlocker) -> Iterator[Live]:
    """The product's processes, kept from test to test; tests use `live` or `live_demo`."""
    live = Live(private_servers, django_db_blocker)
    try:
        live.start()
        yield live
    finally:
        live.stop()


@pytest.fixture
def live(product_processes: Live) -> Live:
    """The running product on an empty, migrated database of its own."""
    product_processes.reset()
    return product_processes


@pytest.fixture
def live_demo(product_processes: Live) -> Live:
    """The running product with the demo company, fresh for this test."""
    product_processes.reset(SEEDED)
    return product_processes


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = chromium.find() or chromium.fetch()
    if path is None:
        loud.skip_or_fail(
            "No Chromium could be found or fetched: the browser tests did NOT run. "
            "Install one (apt install chromium) or set BROWSER_PATH.",
            required_by="REQUIRE_BROWSER",
        )
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        yield browser
        browser.close()


@pytest.fixture
def pages(browser: Browser, live: Live) -> Iterator[Pages]:
    """Pages of the product on an empty database; an error in any of them fails the test."""
    with opened(browser, live) as opened_pages:
        yield opened_pages


@pytest.fixture
def demo_pages(browser: Browser, live_demo: Live) -> Iterator[Pages]:
    """Pages of the product with the demo company; an error in any of them fails the test."""
    with opened(browser, live_demo) as opened_pages:
        yield opened_pages


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets that SOP_DATA names; they are not part of this repository."""
    folder = os.environ.get("SOP_DATA", "")
    if not folder or not Path(folder).is_dir():
        loud.skip_or_fail(
            f"SOP_DATA names no folder ({folder or 'unset'}): the tests on real data did NOT run.",
            required_by="REQUIRE_DATA",
        )
    return Path(folder)
