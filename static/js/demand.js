// The adjust screen: puts the grid, saving, the side panel, filters, reasons and undo together.

import { csrfToken } from "./csrf.js";
import { make } from "./plangrid/dom.js";
import { Attention } from "./plangrid/attention.js";
import { RowFilter } from "./plangrid/filter.js";
import { FilterBar } from "./plangrid/filterbar.js";
import { PlanGrid } from "./plangrid/grid.js";
import { readHolds, toggleHolds } from "./plangrid/holds.js";
import { PlanModel } from "./plangrid/model.js";
import { SidePanel } from "./plangrid/panel.js";
import { showRefusals } from "./plangrid/refusals.js";
import { LAYERS } from "./plangrid/rows.js";
import { SaveQueue, showState } from "./plangrid/save.js";
import { showSelection } from "./plangrid/status.js";
import { startUnits, unitWords } from "./plangrid/unit.js";
import { Views } from "./plangrid/views.js";
import { announce, toast } from "./toast.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const NARROW = 600; // pixels: a phone
const byId = (id) => document.getElementById(id);

class AdjustScreen {
  constructor(root, data) {
    const asked = new URLSearchParams(location.search); // the address says what is shown from here on
    this.root = root;
    this.data = data;
    this.model = new PlanModel(data);
    this.filter = new RowFilter(this.model);
    this.holdsKey = `plan-holds ${root.dataset.user} ${root.dataset.url}`;
    this.queue = this._newQueue();
    for (const cell of this.queue.pending) this.model.retype(cell); // typed before the page was reloaded
    readHolds(this.model, this.holdsKey);
    this.panel = this._newPanel();
    this.grid = this._newGrid();
    this.model.listeners.push((cells, action) => this.changed(cells, action));
    const before = root.clientWidth < NARROW ? 0 : 2; // months of the past in sight
    root.scrollLeft = Math.max(0, (this.model.first - before) * this.grid.view.columnWidth);
    this._listen();
    this.count();
    this.selected(this.grid.range());
    this.attention.load();
    this.views.apply({ ...JSON.parse(root.dataset.view || "{}"), ...Views.asked(location.search) });
    this.open(asked);
    this.queue.flush();
  }

  /** Choose the cell the address names: ?row=p12&bucket=2022-08-01; without a month the plan's first. */
  open(asked) {
    const id = asked.get("row");
    if (!id) return;
    const row = this.model.rowOf(id);
    const month = this.model.months.findIndex(({ bucket }) => bucket === asked.get("bucket"));
    if (row < 0) toast("The row asked for is not among those you see.");
    else if (!this.grid.find(row, month < 0 ? this.model.first : month)) toast("The filter leaves out the row asked for.");
    else this.panel.revealComments(); // somebody may be asked about it
  }

  // ---- what happens to the plan

  changed(cells, action) {
    if (cells.length === 0) return;
    this.lastCells = cells.map((cell) => this.address(cell));
    this.queue.add(action === "undo" ? "edit" : action, cells.map((cell) => this.sent(cell)));
    if (cells.length > 1) announce(`${NUMBER.format(cells.length)} cells changed.`);
    this.count();
  }

  address({ row, column }) {
    return { series: this.model.rows[row].series, bucket: this.model.months[column].bucket };
  }

  /** A leaf cell as the server takes it; at what lies below it has no quantity of its own. */
  sent({ row, column }) {
    const { model } = this;
    const address = this.address({ row, column });
    const quantity = model.isOwn(row, column) ? String(model.get(row, column)) : null;
    return { ...address, quantity, version: model.served.version(address) };
  }

  answered({ saved, refused }) {
    this.model.served.settle(saved, refused);
    if (refused.length) this.decide();
    this.grid.refresh();
    this.follow();
    this.attention.again();
  }

  /** The whole change was refused: each of its cells is. */
  refusedWhole(sentence, { cells }) {
    const refused = cells.map((cell) => ({ ...cell, reason: "refused", message: sentence }));
    this.answered({ saved: [], refused });
  }

  /** Let the person decide about every refused cell, those left from an earlier look too. */
  decide() {
    showRefusals(byId("conflict-dialog"), this.model, this.model.served.undecided, {
      keep: (cell) => {
        this.model.served.setVersion(cell);
        this.queue.add("edit", [this.sent(this.model.cellOf(cell))]);
        this.grid.refresh();
      },
      take: (cell) => {
        if (cell.reason === "conflict") this.model.served.setVersion(cell);
        this.model.served.putBack(cell);
        this.model.tell([], "theirs");
        this.count();
        this.showSaving();
      },
    });
  }

  /** Attach a reason to the changed cells that are marked; where none is, to the last change. */
  async giveReason(code, note, words) {
    await this.queue.flush();
    const marked = this.marked();
    const response = await fetch(this.root.dataset.reasonUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ cells: marked.length ? marked : (this.lastCells ?? []), reason: code, note }),
    });
    const answer = await response.json();
    if (!response.ok) toast(answer.error);
    else {
      this.model.served.settle(answer.versions, []);
      this.queue.follow(answer.versions);
      if (!marked.length) this.lastCells = null; // the reason is told; the panel asks again after the next change
      toast(`${words}: ${answer.count} cell${answer.count === 1 ? "" : "s"}.`);
      this.follow();
      this.attention.again();
    }
  }

  marked() {
    const { grid, model } = this;
    const { top, bottom, left, right } = grid.range();
    const found = new Map();
    for (let line = top; line <= bottom; line += 1) {
      for (const row of model.leaves(grid.rowIndex(line))) {
        for (let column = Math.max(left, model.first); column <= right; column += 1) {
          if (model.isChanged(row, column)) found.set(row * model.width + column, this.address({ row, column }));
        }
      }
    }
    return [...found.values()];
  }

  hold() {
    const { count, on } = toggleHolds(this.grid, this.holdsKey);
    if (count) toast(`${NUMBER.format(count)} cell${count === 1 ? "" : "s"} ${on ? "held: spreading leaves them alone" : "let go"}.`);
  }

  /** Fetch the layers shown under a product, once. */
  async loadLayers() {
    if (this.layersAsked) return;
    this.layersAsked = true;
    const shown = new Set(this.model.rows.map((row) => row.kind));
    const wanted = Object.keys(LAYERS).filter((name) => name !== "baseline" && shown.has(name));
    await Promise.all(
      wanted.map(async (name) => {
        const response = await fetch(`${this.root.dataset.measureUrl}?measure=${name}`);
        if (response.ok) this.model.setMeasure(name, (await response.json()).values);
      }),
    );
    this.grid.refresh();
  }

  // ---- what is shown beside it

  showSaving() {
    const refused = this.model.served.undecided.length;
    const acts = { retry: () => this.queue.flush(), decide: () => this.decide() };
    showState(byId("save-state"), { ...this.saving, zone: this.root.dataset.zone, refused, ...acts });
  }

  selected(range) {
    if (!this.grid) return; // the grid marks its first cell while it is being built
    showSelection(byId("selection"), this.model, this.grid.shown, range);
    this.follow();
  }

  follow() {
    const { grid, model, data } = this;
    const { source } = model.rows[grid.rowIndex()];
    const { bucket } = model.months[Math.max(grid.active.column, model.first)];
    this.panel.follow({ row: data.rows[source].id, bucket });
  }

  count() {
    this.bar.count();
  }

  /** What needs a look is known anew; rows come and go only after an act, never under a person's typing. */
  attended(acted) {
    if (this.attention.months) this.bar.missMonths = this.attention.months.join(", ");
    this.filter.prepare();
    if (acted && this.filter.isOn && !this.grid.editor.isOpen) {
      this.grid.reload();
      this.bar.say();
    } else this.grid.refresh();
    this.count();
  }

  // ---- building

  _newQueue() {
    return new SaveQueue({
      url: this.root.dataset.saveUrl,
      storageKey: `plan-queue ${this.root.dataset.saveUrl} ${this.root.dataset.user}`,
      csrf: csrfToken,
      onState: (state, waiting, savedAt) => {
        this.saving = { state, waiting, savedAt };
        this.showSaving();
      },
      onAnswer: (answer) => this.answered(answer),
      onRefusal: (sentence, batch) => this.refusedWhole(sentence, batch),
    });
  }

  _newPanel() {
    return new SidePanel(byId("panel"), {
      url: this.root.dataset.panelUrl,
      onReason: (code, note, words) => this.giveReason(code, note, words),
      asked: () => this.marked().length || this.lastCells?.length || 0,
      focusGrid: () => this.grid.mark(),
      onTalk: (row, months) => {
        if (this.model.talk.learn(row, months)) this.grid.view.refresh();
      },
    });
  }

  _newGrid() {
    const { model } = this;
    return new PlanGrid(this.root, model, {
      ...unitWords(model, this.data.currency),
      rowTitle: "Product",
      rows: (visible) => this.filter.rows(visible),
      onSelect: (range) => this.selected(range),
      onPaste: ({ unread }) => unread && toast(`${unread} pasted cells are not numbers and were left alone.`),
      onOpenProduct: () => this.loadLayers(),
      onFind: () => byId("find").focus(),
      onLeave: () => (byId("submit-territory") ?? byId("find")).focus(),
      onKeysHelp: () => byId("keys-dialog").showModal(),
      onReason: (number) => this.panel.choose(number),
      onNote: () => this.panel.note(),
      onComment: () => this.panel.comment(),
      onHistory: () => this.panel.history(),
      onHold: () => this.hold(),
      onReviewed: (rows) => this.attention.mark([...new Set(rows.flatMap((row) => this.filter.productsOf(row)))]),
    });
  }

  _listen() {
    const { attentionUrl: attention, factsUrl: facts, reviewedUrl: reviewed } = this.root.dataset;
    this.bar = new FilterBar(this.filter, this.grid, () => this.views.write());
    this.attention = new Attention(this.model, this.filter, { attention, facts, reviewed }, (acted) => this.attended(acted));
    const units = startUnits(this.grid, this.data.currency, () => {
      this.selected(this.grid.range());
      this.bar.say();
      this.views.write();
    });
    this.views = new Views(this.grid, this.bar, units);
    byId("undo")?.addEventListener("click", () => this.model.undo());
    byId("redo")?.addEventListener("click", () => this.model.redo());
    byId("keys")?.addEventListener("click", () => byId("keys-dialog").showModal());
    byId("submit-form")?.addEventListener("submit", (event) => this.submit(event));
  }

  /** Submit only what is saved. */
  async submit(event) {
    if (!this.queue.waiting) return;
    event.preventDefault();
    await this.queue.flush();
    if (!this.queue.waiting) event.target.submit();
  }
}

async function start(root) {
  const response = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The plan could not be loaded (${response.status}).`);
  const data = await response.json();
  root.replaceChildren();
  new AdjustScreen(root, data);
  document.body.dataset.grid = "ready";
}

function fail(root, error) {
  root.replaceChildren(make("p", "grid-error", { role: "alert" }, `${error.message} Reload the page to try again.`));
  throw error;
}

const place = byId("plan-grid");
if (place) start(place).catch((error) => fail(place, error));
