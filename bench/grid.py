"""`python -m bench.grid`: the planning grid in a browser on 5,000 rows x 24 months, beside a plain HTML table.

The plain way: every number in a table cell, redrawn whole after a change. Times are medians until the frame is painted.
"""

import argparse
import statistics
import sys
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.table import Cell, print_table
from tests.support import chromium
from tests.support.grid_site import grid_site
from tests.support.pages import launch

PRODUCTS = 2500  # with two customers each: 5,000 series rows
TARGETS = {
    "ready": 300.0,
    "one cell": 20.0,
    "grand total": 50.0,
    "paste 50 x 12": 40.0,
    "frame while scrolling": 25.0,  # 40 frames a second
    "heap MB": 10.0,
}

SETUP = """async () => {
  const { PlanModel } = await import("/static/js/plangrid/model.js");
  const { PlanGrid } = await import("/static/js/plangrid/grid.js");
  const data = await (await fetch("/data")).json();
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  globalThis.timed = async (act) => {
    const start = performance.now();
    await act();
    await painted();
    return performance.now() - start;
  };
  globalThis.heap = () => { gc(); gc(); return performance.memory.usedJSHeapSize / 1e6; };
  globalThis.data = data;
  const root = document.createElement("div");
  root.className = "plan-grid";
  document.getElementById("plan-grid").replaceWith(root);
  await painted();
  const before = heap();
  const ready = await timed(() => {
    globalThis.model = new PlanModel(data);
    globalThis.grid = new PlanGrid(root, model, { label: "Plan", rowTitle: "Product", corner: "" });
  });
  model.rows.forEach((row) => { if (row.level < 3 && !row.kind) row.open = true; });
  grid.reload();
  await painted();
  globalThis.leaf = grid.shown.findIndex((index) => model.rows[index].series);
  return { ready, heap: heap() - before, rows: grid.shown.length };
}"""
ACTS = {
    "one cell": "(i) => timed(() => grid.apply([[grid.shown[leaf], 8, 500 + i]], 'edit'))",
    "grand total": "(i) => timed(() => grid.apply([[0, 8, 900000 + 1000 * i]], 'edit'))",
    "paste 50 x 12": """(i) => {
      grid.go(leaf, 7);
      const text = Array.from({ length: 50 }, (_, r) => Array(12).fill(r + i + 5).join("\\t")).join("\\n");
      return timed(() => grid.paste(text));
    }""",
    "frame while scrolling": "() => timed(() => { grid.root.scrollTop += 280; })",
}
PLAIN = """() => timed(() => {
  const html = data.values.plan.map((line) => `<tr>${line.map((value) => `<td>${value}</td>`).join("")}</tr>`);
  document.body.innerHTML = `<table>${html.join("")}</table>`;
})"""


def main() -> int:
    """Print the table; with --strict return 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.grid", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    options = parser.parse_args()
    path = chromium.find()
    if path is None:
        print("No Chromium on this machine: the grid was NOT measured.", file=sys.stderr)
        return 1
    with grid_site(PRODUCTS) as site, sync_playwright() as playwright:
        browser = launch(playwright, path, "--enable-precise-memory-info", "--js-flags=--expose-gc")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(site.url)
        page.wait_for_selector("body[data-grid=ready]", timeout=60_000)
        found = measure(page)
        browser.close()
    plain = found.pop("plain table")
    rows: list[list[Cell]] = [
        [name, value, TARGETS[name], None if name == "heap MB" else plain / value] for name, value in found.items()
    ]
    print_table("Planning grid, 5,000 series x 24 months (ms)", ("act", "measured", "target", "plain table / it"), rows)
    print(f"A plain table of the same numbers takes {plain:,.0f} ms to draw.")
    missed = [name for name, value in found.items() if value > TARGETS[name]]
    print(f"Missed: {', '.join(missed)}." if missed else "Every target is met.")
    return 1 if missed and options.strict else 0


def measure(page: Page) -> dict[str, float]:
    """Return milliseconds per act (heap in MB), the plain table last: it takes the page."""
    ready: dict[str, Any] = page.evaluate(SETUP)
    found = {"ready": ready["ready"]}
    for name, script in ACTS.items():
        found[name] = statistics.median(page.evaluate(script, number) for number in range(9))
    found["heap MB"] = ready["heap"]
    found["plain table"] = statistics.median(page.evaluate(PLAIN) for _ in range(3))
    return found


if __name__ == "__main__":
    sys.exit(main())
