"""The planning grid alone: our real scripts and styles, the real content policy, invented numbers, a tame server."""

import json
import mimetypes
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STATIC = Path(__file__).resolve().parents[2] / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ACTUAL, MONTHS = 6, 24
PRICE = 20.0
SHEETS = ("tokens", "base", "shell", "controls", "forms", "card", "components", "table", "dialog", "plangrid", "demand")
PAGE = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Grid</title>"
    + "".join(f"<link rel='stylesheet' href='/static/css/{sheet}.css'>" for sheet in SHEETS)
    + """</head><body><main class="page fills-window"><h1>Plan</h1>
<div class="toolbar"><button class="button" id="undo">Undo</button><button class="button" id="redo">Redo</button>
<button class="chip" data-filter="all" aria-pressed="true">All</button>
<label>Units <input type="radio" name="unit" value="units" checked></label>
<label>Revenue <input type="radio" name="unit" value="revenue"></label>
<button class="chip" data-filter="exceptions" aria-pressed="false">Exceptions <span class="count">0</span></button>
<button class="chip" data-filter="not_reviewed" aria-pressed="false">Not reviewed <span class="count">0</span></button>
<button class="chip" data-filter="changed" aria-pressed="false">Changed <span class="count">0</span></button>
<button class="chip" data-filter="misses" aria-pressed="false">Biggest misses</button>
<label>Class <select id="abc"><option value="">Any</option><option>A</option><option>B</option></select></label>
<label>To <select id="level"><option value="1">families</option><option value="2" selected>products</option>
<option value="3">customers</option></select></label>
<label for="find">Find</label><input id="find" type="search"><button class="button" id="keys">Keys</button></div>
<p class="filter-line" id="filter-line" hidden><span id="filter-words"></span>
<button class="button" id="filter-clear">Clear</button></p>
<div class="plan-work"><section class="plan-box" aria-label="Plan grid">
<div id="plan-grid" class="plan-grid" data-url="/data" data-measure-url="/measure" data-save-url="/save"
 data-attention-url="/attention" data-facts-url="/facts" data-reviewed-url="/reviewed"
 data-reason-url="/reasons" data-panel-url="/panel" data-zone="America/Chicago" data-user="ana"></div>
<p class="plan-none" id="plan-none" hidden>No product fits. <button class="button" id="none-clear">Show all</button></p>
<div class="plan-status"><span class="plan-selection" id="selection"></span>
<span id="save-state" role="status"></span></div>
</section><aside class="card plan-panel" id="panel" aria-label="Selected row"></aside></div>
<dialog id="conflict-dialog" aria-label="Not saved"><table class="table"><tbody></tbody></table></dialog>
<dialog id="keys-dialog" aria-label="Keys"></dialog></main><div class="toasts" id="toasts" role="status"></div>
<div class="visually-hidden" id="live" role="status"></div>
<script type="module" src="/static/js/demand.js"></script></body></html>"""
)
PANEL = """<div class="card-body"><section class="why-changed"><h2>Why did it change? <span data-asked></span></h2>
<button class="chip" data-reason="promotion" aria-pressed="false">Promotion</button>
<button class="chip" data-reason="project_won" aria-pressed="false">Project won</button>
<label>Note <textarea rows="2"></textarea></label></section></div>"""


class GridSite:
    """What the server holds and how it behaves; tests turn `mood` to ok, down, conflict, closed or page."""

    def __init__(self, products: int) -> None:
        self.data = grid_data(products)
        self.mood = "ok"
        self.sent: list[dict[str, Any]] = []
        self.reasons: list[dict[str, Any]] = []
        self.exceptions: dict[str, list[str]] = {}
        self.reviewed: set[int] = set()
        self.facts: dict[str, Any] = {"abc": {}, "misses": {}, "miss_months": ["Mar 22", "Apr 22", "May 22"]}
        self.url = ""

    def saved_cells(self) -> dict[tuple[int, str], str | None]:
        """Return the last quantity sent per series and bucket."""
        return {(c["series"], c["bucket"]): c["quantity"] for change in self.sent for c in change["cells"]}

    def attention(self) -> dict[str, Any]:
        """Return what needs a look."""
        return {"exceptions": self.exceptions, "reviewed": sorted(self.reviewed)}

    def review(self, body: dict[str, Any]) -> dict[str, Any]:
        """Mark products as reviewed, or take the mark back."""
        act = self.reviewed.update if body["reviewed"] else self.reviewed.difference_update
        act(body["products"])
        return self.attention()

    def save(self, change: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one change set as the product does."""
        if self.mood == "closed":
            return 422, {"error": "Gather demand closed at 17:00; nothing was changed."}
        self.sent.append(change)
        if self.mood == "conflict":
            theirs = {"reason": "conflict", "message": "T. Okafor set 820 at 10:41.", "quantity": "820", "version": 7}
            refused = [{"series": c["series"], "bucket": c["bucket"]} | theirs for c in change["cells"]]
            return 422, {"saved": [], "refused": refused, "totals": {}, "saved_at": ""}
        saved = [c | {"version": (c["version"] or 0) + 1} for c in change["cells"]]
        return 200, {"saved": saved, "refused": [], "totals": {}, "saved_at": "2022-06-08T10:42:00Z"}


def grid_data(products: int, customers: int = 2) -> dict[str, Any]:
    """Return rows and numbers as the product's grid data: families of 50 products, each with its customers."""
    chance = random.Random(5)
    rows: list[dict[str, Any]] = [_row("total", 0, "All products", -1)]
    plan: list[list[float]] = [[0.0] * MONTHS]
    series = family = 0
    for product in range(products):
        if product % 50 == 0:
            family = len(rows)
            rows.append(_row(f"f{family}", 1, f"Family {product // 50 + 1}", 0))
            plan.append([0.0] * MONTHS)
        here = len(rows)
        rows.append(_row(f"p{product}", 2, f"Product {product + 1}", family) | {"product": product})
        plan.append([0.0] * MONTHS)
        for customer in range(customers):
            series += 1
            level = 20 + chance.random() * 400
            values = [float(round(level * (0.8 + 0.4 * chance.random()))) for _ in range(MONTHS)]
            own = {"editable": True, "series": series, "product": product}
            rows.append(_row(f"s{series}", 3, f"Customer {customer + 1}", here) | own)
            plan.append(values)
            for above in (here, family, 0):
                plan[above] = [a + b for a, b in zip(plan[above], values, strict=True)]
    baseline = [[None] * ACTUAL + line[ACTUAL:] for line in plan]
    versions = {str(number): [0] * (MONTHS - ACTUAL) for number in range(1, series + 1)}
    return {
        "months": [_month(number) for number in range(MONTHS)],
        "rows": rows,
        "values": {"plan": plan, "baseline": baseline},
        "versions": versions,
        "notes": [],
        "first_plan_column": ACTUAL,
        "prices": [PRICE] * series,
        "currency": "USD",
    }


def _row(key: str, level: int, name: str, parent: int) -> dict[str, Any]:
    return {"id": key, "level": level, "name": name, "parent": parent, "editable": False, "unit": "", "series": None}


def _month(number: int) -> dict[str, Any]:
    year, month = 2022 + number // 12, number % 12 + 1
    kind = "actual" if number < ACTUAL else "plan"
    return {"bucket": f"{year}-{month:02d}-01", "label": f"{month:02d} {year % 100}", "year": year, "kind": kind}


class Handler(BaseHTTPRequestHandler):
    """Serves the page, static files and the grid's four addresses."""

    site: GridSite

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = STATIC / path.removeprefix("/static/")
        if path.startswith("/static/") and file.is_file():
            return self._answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "text/plain")
        if path == "/data":
            return self._json(200, self.site.data)
        if path == "/measure":
            return self._json(200, {"values": self.site.data["values"]["plan"]})
        if path in ("/attention", "/facts"):
            return self._json(200, self.site.attention() if path == "/attention" else self.site.facts)
        body = {"/": PAGE, "/blank": "<!doctype html><title>Blank</title>", "/panel": PANEL}.get(path)
        return self._answer(200 if body else 404, (body or "").encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.site.mood == "down":
            return self._answer(502, b"<p>Bad gateway</p>", "text/html")
        if self.site.mood == "page":
            return self._answer(403, b"<p>Forbidden</p>", "text/html")
        if self.path == "/reviewed":
            return self._json(200, self.site.review(body))
        if self.path == "/reasons":
            self.site.reasons.append(body)
            versions = [cell | {"version": 9} for cell in body["cells"]]
            return self._json(200, {"count": len(body["cells"]), "versions": versions})
        return self._json(*self.site.save(body))

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def grid_site(products: int = 60) -> Iterator[GridSite]:
    """Serve the grid on a free port of this machine."""
    site = GridSite(products)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("GridHandler", (Handler,), {"site": site}))
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
