"""`python -m bench planning`: the planning page with its server, 5,000 series x 24 months, as people meet it.

The product's own web server (gunicorn, threads) on a private database; a browser for the page, sessions over HTTP for
25 reps who type at once. Times are what the person waits, in milliseconds; the browser runs on the same machine.
"""

import argparse
import http.client
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from bench.large_plan import large_plan  # noqa: E402
from bench.plan_upload import upload_times  # noqa: E402
from bench.table import Cell, print_table  # noqa: E402
from sop.engine.months import month_list  # noqa: E402
from sop.local import process, product  # noqa: E402
from sop.local.venv import ROOT  # noqa: E402
from sop.models import Cycle, User  # noqa: E402
from tests.support import chromium  # noqa: E402
from tests.support.pages import launch  # noqa: E402

LOADS = 20
EDITING_SECONDS, THINKING = 20, (0.5, 1.5)  # each of 25 saves about once a second, more than people type
SPREADS, SPREAD_CELLS = 6, 5_000
TARGETS = {"page ready": 1_000.0, "one edit, 25 people at once": 150.0, "5,000 cells saved with history": 2_000.0}
FORGERY = "b" * 32
READY = """new MutationObserver((_, watching) => {
  if (document.body?.dataset.grid !== "ready") return;
  watching.disconnect();
  requestAnimationFrame(() => setTimeout(() => { globalThis.readyAt = performance.now(); }));
}).observe(document, { attributes: true, childList: true, subtree: true });"""

MOMENTS = """() => [globalThis.readyAt, performance.getEntriesByType("navigation")[0].responseEnd,
  performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/grid/")).responseEnd]"""


class Session:
    """One signed-in person on a connection kept open, as a browser keeps it."""

    def __init__(self, port: int, user: User, here: str) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.here = here
        self.versions: dict[tuple[int, str], int] = {}

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and content of an address under the page's own."""
        return self._ask("GET", self.here + path, "")

    def save(self, cells: Sequence[tuple[int, str]], quantity: int) -> float:
        """Save cells, everything accepted; return the milliseconds until the answer was there."""
        edits = [
            {"series": pk, "bucket": month, "quantity": str(quantity), "version": self.versions.get((pk, month), 0)}
            for pk, month in cells
        ]
        body = json.dumps({"change_set": str(uuid.uuid4()), "action": "edit", "cells": edits})
        begun = time.perf_counter()
        status, content = self._ask("POST", f"{self.here}save/", body)
        spent = (time.perf_counter() - begun) * 1e3
        assert status == 200, content[:300]
        saved = json.loads(content)["saved"]
        assert len(saved) == len(cells), content[:300]
        self.versions |= {(each["series"], each["bucket"]): each["version"] for each in saved}
        return spent

    def _ask(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        try:
            self.line.request(method, path, body, self._head())
            answer = self.line.getresponse()
        except ConnectionError:  # the server let an idle line go, as it does to browsers
            self.line.close()
            self.line.request(method, path, body, self._head())
            answer = self.line.getresponse()
        return answer.status, answer.read()

    def _head(self) -> dict[str, str]:
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.cookie}; {settings.CSRF_COOKIE_NAME}={FORGERY}"
        kind = "application/json"
        return {"Cookie": cookies, "X-CSRFToken": FORGERY, "Content-Type": kind, "Accept": kind}


def main() -> int:
    """Print the table; with --strict return 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench planning", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    options = parser.parse_args()
    logging.disable(logging.INFO)  # every session's sign-in is told
    cycle, planner, reps = large_plan()
    here, port = f"/cycle/{cycle.pk}/demand/", product.free_port(0)
    with tempfile.TemporaryDirectory(prefix="sop-bench-web-") as folder:
        log = Path(folder) / "web.log"
        web = process.start(product.web_command(port), log=log, env=dict(os.environ), cwd=ROOT)
        try:
            _until(lambda: product.answers(f"http://127.0.0.1:{port}/healthz"), web, log)
            found = measure(port, here, cycle, planner, reps)
        finally:
            process.stop_all([web], seconds=3)
    rows: list[list[Cell]] = [
        [name, len(times), statistics.median(times), p95(times), TARGETS.get(name)] for name, times in found.items()
    ]
    title = f"The planning page with its server, {cycle.horizon_months + 6} months (ms)"
    print_table(title, ("act", "times", "median", "p95", "target"), rows)
    missed = [name for name, target in TARGETS.items() if name not in found or p95(found[name]) > target]
    print(f"Missed: {', '.join(missed)}." if missed else "Every target is met.")
    return 1 if missed and options.strict else 0


def measure(port: int, here: str, cycle: Cycle, planner: User, reps: list[User]) -> dict[str, list[float]]:
    """Return the milliseconds of every act."""
    everything = Session(port, planner, here)
    data = json.loads(everything.get("grid/")[1])
    series = [row["series"] for row in data["rows"] if row["series"]]
    months = [month.isoformat() for month in month_list(cycle.bucket, cycle.horizon_months)]
    found: dict[str, list[float]] = {}
    if binary := chromium.find():
        found |= pages(binary, port, here, everything)
    else:
        print("No Chromium on this machine: the page was NOT measured.", file=sys.stderr)
    for name, path in (("grid data", "grid/"), ("exceptions, reviewed", "attention/"), ("classes, misses", "facts/")):
        found[f"  {name}"] = [_timed(lambda path=path: everything.get(path)) for _ in range(10)]
    found["one edit, 25 people at once"] = editing([Session(port, rep, here) for rep in reps], months)
    cells = [(pk, month) for pk in series for month in months][:SPREAD_CELLS]
    found["5,000 cells saved with history"] = [everything.save(cells, 100 + number) for number in range(SPREADS)]
    return found | upload_times(cycle, planner)


def pages(binary: str, port: int, here: str, session: Session) -> dict[str, list[float]]:
    """Load the page in a browser again and again; return when numbers came and when the grid could be used."""
    with sync_playwright() as playwright:
        browser = launch(playwright, binary)
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900})
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.cookie, "url": f"http://127.0.0.1:{port}"}]
        )
        context.add_init_script(READY)
        page = context.new_page()
        times: dict[str, list[float]] = {"page ready": [], "  page there": [], "  numbers there": []}
        for number in range(LOADS + 1):
            page.goto(here)
            page.wait_for_selector("body[data-grid=ready]", timeout=60_000)
            page.wait_for_timeout(1_000)  # what comes after the grid is not to wait for the next load
            if number:  # the first fetches scripts and sheets
                for name, at in zip(times, page.evaluate(MOMENTS), strict=True):
                    times[name].append(float(at))
        browser.close()
    return times


def editing(sessions: Sequence[Session], months: Sequence[str]) -> list[float]:
    """Let everybody save one cell after the other, thinking between them; return how long each save took."""
    end = time.monotonic() + EDITING_SECONDS
    times: list[float] = []

    def work(number: int, session: Session) -> None:
        chance = random.Random(number)
        own = [row["series"] for row in json.loads(session.get("grid/")[1])["rows"] if row["series"]]
        while time.monotonic() < end:
            time.sleep(chance.uniform(*THINKING))
            times.append(session.save([(chance.choice(own), chance.choice(months))], chance.randrange(20, 400)))

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def p95(times: Sequence[float]) -> float:
    """Return the time 19 of 20 stayed under; the longest where there are fewer than 20."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def _timed(work: Callable[[], tuple[int, bytes]]) -> float:
    begun = time.perf_counter()
    status, content = work()
    assert status == 200, content[:300]
    return (time.perf_counter() - begun) * 1e3


def _until(there: Callable[[], bool], web: process.Child, log: Path) -> None:
    for _ in range(200):
        if there():
            return
        product.check_alive({"web": web}, log.parent)
        time.sleep(0.15)
    raise SystemExit(f"The web server did not answer.\n{product.log_end(log)}")


if __name__ == "__main__":
    sys.exit(main())
