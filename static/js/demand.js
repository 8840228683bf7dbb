// The adjust screen: the grid, its status line, saving, the side panel, filters, reasons, undo.

import { drawAll } from "./chart.js";
import { csrfToken } from "./csrf.js";
import { PlanGrid, make } from "./plangrid/grid.js";
import { LAYERS, PlanModel } from "./plangrid/model.js";
import { SaveQueue, showState } from "./plangrid/save.js";
import { toast } from "./toast.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const PANEL_WAIT = 250; // the panel follows the focused cell once it rests

const place = document.getElementById("plan-grid");
if (place) start(place).catch((error) => fail(place, error));

async function start(root) {
  const response = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The plan could not be loaded (${response.status}).`);
  const data = await response.json();
  root.replaceChildren();
  const model = new PlanModel(data);
  const screen = { root, data, model, filter: "all", words: "" };
  screen.queue = new SaveQueue({
    url: root.dataset.saveUrl,
    storageKey: `plan-queue ${root.dataset.saveUrl} ${root.dataset.user}`,
    csrf: csrfToken,
    version: (cell) => model.versions.get(String(cell.series))[model.columnOf(cell.bucket) - model.first],
    onState: (state, waiting) => showState(byId("save-state"), state, waiting, () => screen.queue.flush()),
    onAnswer: (answer) => answered(screen, answer),
    onRefusal: (sentence) => toast(sentence),
  });
  screen.grid = new PlanGrid(root, model, {
    label: "Demand plan by product and month, units",
    rowTitle: "Product",
    corner: `${model.width - model.first} months, adjusted plan`,
    filter: (index) => passes(screen, index),
    onSelect: (range) => selected(screen, range),
    onPaste: ({ unread }) => unread && toast(`${unread} pasted cells are not numbers and were left alone.`),
    onOpenProduct: () => measures(screen),
    onFind: () => byId("find").focus(),
    onLeave: () => byId("submit-territory")?.focus() ?? byId("find").focus(),
    onKeysHelp: () => byId("keys-dialog").showModal(),
    onReason: (number) => document.querySelectorAll("#panel .chip[data-reason]")[number - 1]?.click(),
    onNote: () => document.querySelector("#panel textarea")?.focus(),
    onHistory: () => document.querySelector("#panel .history")?.scrollIntoView(),
  });
  model.listeners.push((cells, action) => changed(screen, cells, action));
  screen.grid.root.scrollLeft = Math.max(0, (model.first - 2) * screen.grid.columnWidth);
  buttons(screen);
  document.body.dataset.grid = "ready";
}

function changed(screen, cells, action) {
  if (cells.length === 0) return;
  const { model } = screen;
  const sent = cells.map(({ row, column }) => ({
    series: model.rows[row].series,
    bucket: model.months[column].bucket,
    quantity: model.isChanged(row, column) ? String(model.get(row, column)) : null,
  }));
  screen.queue.add(action === "undo" ? "edit" : action, sent);
  screen.lastCells = sent;
  if (cells.length > 1 && action === "edit") toast(`${NUMBER.format(cells.length)} cells changed.`);
  counts(screen);
}

function answered(screen, answer) {
  screen.model.settle(answer.saved, answer.refused);
  if (answer.refused.length) conflicts(screen, answer.refused);
  screen.grid.refresh();
  panelSoon(screen);
}

/** Name each refused cell and let the person keep their number or take the other one. */
function conflicts(screen, refused) {
  const dialog = byId("conflict-dialog");
  const list = dialog.querySelector("tbody");
  list.replaceChildren();
  for (const cell of refused) {
    const row = screen.model.rows.find((each) => each.series === cell.series);
    const line = make("tr");
    line.append(make("th", "", { scope: "row" }, `${row?.name ?? "Row"}, ${cell.bucket.slice(0, 7)}`), make("td", "", {}, cell.message));
    const choice = make("td", "nowrap");
    if (cell.reason === "conflict") choice.append(...choices(screen, cell, line));
    line.append(choice);
    list.append(line);
  }
  if (!dialog.open) dialog.showModal();
}

function choices(screen, cell, line) {
  const { model } = screen;
  const keep = make("button", "button", { type: "button" }, "Keep mine");
  const take = make("button", "button", { type: "button" }, "Take theirs");
  keep.addEventListener("click", () => {
    model.versions.get(String(cell.series))[model.columnOf(cell.bucket) - model.first] = cell.version;
    const row = model.rows.findIndex((each) => each.series === cell.series);
    const quantity = String(model.get(row, model.columnOf(cell.bucket)));
    model.refused.delete(`${cell.series} ${cell.bucket}`);
    screen.queue.add("edit", [{ series: cell.series, bucket: cell.bucket, quantity }]);
    line.remove();
  });
  take.addEventListener("click", () => {
    model.takeTheirs(cell);
    line.remove();
  });
  return [keep, " ", take];
}

function selected(screen, range) {
  const { grid, model } = screen;
  if (!grid) return;
  let sum = 0;
  let base = 0;
  let count = 0;
  for (let r = range.top; r <= range.bottom; r += 1) {
    for (let c = range.left; c <= range.right; c += 1) {
      sum += model.get(grid.shown[r], c) || 0;
      base += model.base[grid.shown[r] * model.width + c] || 0;
      count += 1;
    }
  }
  const change = sum - base;
  const share = base ? ` (${signed((change / base) * 100, 1)}%)` : "";
  facts({ Cells: NUMBER.format(count), Sum: NUMBER.format(sum), Average: NUMBER.format(sum / count), "Against baseline": signed(change) + share });
  panelSoon(screen);
}

function facts(values) {
  const line = byId("selection");
  line.replaceChildren();
  for (const [name, value] of Object.entries(values)) {
    const fact = make("span", "", {}, `${name} `);
    fact.append(make("b", "", {}, value));
    line.append(fact);
  }
}

function panelSoon(screen) {
  clearTimeout(screen.panelTimer);
  screen.panelTimer = setTimeout(() => panel(screen), PANEL_WAIT);
}

/** Load the side panel of the focused row and month; a cell still being saved is asked for again after its answer. */
async function panel(screen) {
  const { grid, model, root } = screen;
  const row = model.rows[grid.rowIndex()];
  const source = screen.data.rows[row.source];
  const month = model.months[Math.max(grid.active.column, model.first)];
  const url = new URL(root.dataset.panelUrl, location.href);
  url.search = new URLSearchParams({ row: source.id, bucket: month.bucket });
  const response = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!response.ok) return;
  const target = byId("panel");
  target.innerHTML = await response.text();
  for (const chip of target.querySelectorAll(".chip[data-reason]")) chip.addEventListener("click", () => reason(screen, chip));
  drawAll(target);
}

/** Attach the chosen reason to the change just made, or to the marked cells. */
async function reason(screen, chip) {
  const note = document.querySelector("#panel textarea")?.value ?? "";
  const cells = marked(screen);
  await screen.queue.flush();
  const response = await fetch(screen.root.dataset.reasonUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify({ cells, reason: chip.dataset.reason, note }),
  });
  const answer = await response.json();
  if (!response.ok) toast(answer.error);
  else {
    for (const cell of answer.versions) screen.model.settle([cell], []);
    toast(`${chip.textContent.trim()}: ${answer.count} cells.`);
    panelSoon(screen);
  }
}

/** The changed leaf cells under the marked range; where none is, the cells of the last change. */
function marked(screen) {
  const { grid, model } = screen;
  const { top, bottom, left, right } = grid.range();
  const cells = [];
  for (let r = top; r <= bottom; r += 1) {
    for (const row of model.leaves(grid.shown[r])) {
      for (let c = Math.max(left, model.first); c <= right; c += 1) {
        if (model.isChanged(row, c)) cells.push({ series: model.rows[row].series, bucket: model.months[c].bucket });
      }
    }
  }
  return cells.length ? cells : (screen.lastCells ?? []);
}

/** Fetch the layers shown under a product, once. */
async function measures(screen) {
  if (screen.layers) return;
  screen.layers = true;
  for (const name of Object.keys(LAYERS)) {
    if (name === "baseline") continue;
    const response = await fetch(`${screen.root.dataset.measureUrl}?measure=${name}`);
    if (response.ok) screen.model.setMeasure(name, (await response.json()).values);
  }
  screen.grid.refresh();
}

function passes(screen, index) {
  const { model } = screen;
  const row = model.rows[index];
  const product = row.level < 2 || row.level === 2 ? index : row.parent;
  if (row.level < 2) return row.level === 0 || products(screen, index).length > 0;
  return matches(screen, product);
}

function products(screen, family) {
  const { model } = screen;
  const found = [];
  for (let i = family + 1; i < model.rows[family].end; i += 1) if (model.rows[i].level === 2 && matches(screen, i)) found.push(i);
  return found;
}

function matches(screen, product) {
  const { model, words, filter } = screen;
  const name = model.rows[product].name.toLowerCase();
  if (words && !name.includes(words)) return false;
  if (filter !== "changed") return true;
  return model.leaves(product).some((row) => {
    for (let c = model.first; c < model.width; c += 1) if (model.isChanged(row, c)) return true;
    return false;
  });
}

function buttons(screen) {
  byId("undo")?.addEventListener("click", () => screen.model.undo());
  byId("redo")?.addEventListener("click", () => screen.model.redo());
  byId("keys")?.addEventListener("click", () => byId("keys-dialog").showModal());
  byId("find").addEventListener("input", (event) => {
    screen.words = event.target.value.trim().toLowerCase();
    screen.grid.reload();
  });
  for (const chip of document.querySelectorAll(".chip[data-filter]")) {
    chip.addEventListener("click", () => {
      screen.filter = chip.dataset.filter;
      for (const other of document.querySelectorAll(".chip[data-filter]")) other.setAttribute("aria-pressed", String(other === chip));
      screen.grid.reload();
    });
  }
  byId("submit-form")?.addEventListener("submit", async (event) => {
    if (!screen.queue.waiting) return;
    event.preventDefault();
    await screen.queue.flush();
    if (!screen.queue.waiting) event.target.submit();
  });
  counts(screen);
}

function counts(screen) {
  const chip = document.querySelector('.chip[data-filter="changed"] .count');
  if (!chip) return;
  const before = screen.filter;
  screen.filter = "changed";
  const count = screen.model.rows.filter((row, index) => row.level === 2 && matches(screen, index)).length;
  screen.filter = before;
  chip.textContent = String(count);
}

function signed(value, digits = 0) {
  const text = digits ? Math.abs(value).toFixed(digits) : NUMBER.format(Math.abs(value));
  return (value < 0 ? "−" : "+") + text;
}

function byId(id) {
  return document.getElementById(id);
}

function fail(root, error) {
  root.replaceChildren(make("p", "grid-error", { role: "alert" }, `${error.message} Reload the page to try again.`));
  throw error;
}
