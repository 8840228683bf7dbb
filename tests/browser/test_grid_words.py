"""The grid's arithmetic and text, run as the very modules the page loads."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from sop.engine.spread import spread_total
from tests.support.grid_site import grid_site

Run = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Run]:
    """Evaluate a script with the modules as `parse`, `spreading` and `BASELINE`."""
    with grid_site(1) as site:
        page = browser.new_page()
        page.goto(f"{site.url}/blank")
        page.evaluate(
            """async () => {
              globalThis.parse = await import("/static/js/plangrid/parse.js");
              globalThis.spreading = await import("/static/js/plangrid/spread.js");
            }"""
        )
        yield page.evaluate
        page.close()


@pytest.mark.parametrize(
    ("typed", "current", "becomes"),
    [
        ("120", 7, 120),
        ("1,200", 7, 1200),
        ("1.2k", 7, 1200),
        ("2m", 7, 2_000_000),
        ("$ 1 200", 7, 1200),
        ("(30)", 7, -30),
        ("+10%", 200, 220),
        ("-5%", 200, 190),
        ("*1.1", 100, 110),
        ("/2", 9, 5),
        ("+=50", 100, 150),
        ("-=50", 100, 50),
        ("-7", 100, -7),
    ],
)
def test_short_forms_become_numbers(run: Run, typed: str, current: float, becomes: float):
    assert run("([typed, current]) => parse.parseNumber(typed, current)", [typed, current]) == becomes


@pytest.mark.parametrize("typed", ["", "abc", "1-2", "12x", "+%", "--5", "1.2.3", "*", "/0"])
def test_what_is_no_number_is_refused(run: Run, typed: str):
    assert run("(typed) => Number.isFinite(parse.parseNumber(typed, 100))", typed) is False


def test_the_equals_sign_means_the_baseline(run: Run):
    assert run("() => parse.parseNumber(' = ', 5) === parse.BASELINE", None) is True


def test_a_spreadsheets_clipboard_is_read_with_quotes_and_its_last_line_end(run: Run):
    text = '1\t"two\nlines"\r\n"say ""hi"""\t\r\n'
    assert run("(text) => parse.parseTable(text)", text) == [["1", "two\nlines"], ['say "hi"', ""]]


amounts = st.one_of(st.integers(0, 500).map(float), st.integers(0, 50_000).map(lambda tenths: tenths / 10))
cells = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12)
wholes = st.integers(0, 5000).map(float)


@given(total=st.one_of(wholes, st.integers(0, 50_000).map(lambda tenths: tenths / 10)), held=cells)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_browser_spreads_exactly_as_the_server(run: Run, total: float, held: list[tuple[float, float]]):
    """A held cell of the total's fraction makes the server spread what is left, as the browser does."""
    current, baseline = [a for a, _ in held], [b for _, b in held]
    parts = run("([total, now, base]) => spreading.spread(total, now, base)", [total, current, baseline])
    fraction = np.ceil(total) - total
    served = spread_total(
        [*current, fraction], np.ceil(total), baseline=[*baseline, 0], held=[*[False] * len(held), True]
    )
    assert parts == pytest.approx(served[:-1].tolist(), abs=1e-6)
    assert sum(parts) == pytest.approx(total, abs=1e-6)
