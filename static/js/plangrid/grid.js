// The grid on screen: rows recycled while scrolling, a marked range, one focused cell, keys handed to keys.js.

import { copied, pasted } from "./clipboard.js";
import { CellEditor } from "./editor.js";
import { FillHandle } from "./fill.js";
import { onKey } from "./keys.js";

const AROUND = 4; // rows kept ready above and below what is seen
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export class PlanGrid {
  /** `options`: label, rowTitle, corner, onSelect(range), onPaste({unread}), onKeysHelp(). */
  constructor(root, model, options) {
    this.root = root;
    this.model = model;
    this.options = options;
    this.shown = model.visible();
    this.active = { row: 0, column: model.first };
    this.other = { ...this.active };
    this.lines = new Map();
    this.spare = [];
    this._measure();
    this._build();
    this._listen();
    this.refresh();
    this.mark(false);
  }

  // ---- reading

  range() {
    return {
      top: Math.min(this.active.row, this.other.row),
      bottom: Math.max(this.active.row, this.other.row),
      left: Math.min(this.active.column, this.other.column),
      right: Math.max(this.active.column, this.other.column),
    };
  }

  rowIndex(line = this.active.row) {
    return this.shown[line];
  }

  cell(line, column) {
    return this.lines.get(line)?.cells[column];
  }

  // ---- moving

  go(line, column, extend = false) {
    const place = {
      row: clamp(line, 0, this.shown.length - 1),
      column: clamp(column, 0, this.model.width - 1),
    };
    this.other = place;
    if (!extend) this.active = { ...place };
    this._scrollTo(place);
    this.render();
    this.mark();
  }

  select(top, left, bottom, right) {
    this.active = { row: top, column: left };
    this.other = { row: bottom, column: right };
    this.render();
    this.mark();
  }

  page() {
    return Math.max(1, Math.floor((this.root.clientHeight - this.headHeight) / this.rowHeight) - 1);
  }

  toggle(line, open) {
    const row = this.model.rows[this.shown[line]];
    if (row.end <= this.shown[line] + 1) return;
    row.open = open ?? !row.open;
    if (row.open && row.level === 2) this.options.onOpenProduct?.();
    this.reload();
  }

  /** Draw anew after rows were folded, filtered or found. */
  reload() {
    const kept = this.shown[this.active.row];
    this.shown = this.options.filter ? this.model.visible().filter(this.options.filter) : this.model.visible();
    const line = Math.max(0, this.shown.indexOf(kept));
    this.active = { row: line, column: this.active.column };
    this.other = { ...this.active };
    for (const [at, element] of this.lines) this._free(at, element);
    this._resize();
    this.render();
    this.mark(this.mine());
  }

  // ---- changing

  edit(first) {
    const row = this.rowIndex();
    if (!this.model.editable(row, this.active.column)) return;
    this._scrollTo(this.active);
    this.render();
    this.editor.open(row, this.active, first);
  }

  apply(edits, action) {
    return this.model.apply(edits, action);
  }

  fillRange(value, action = "fill") {
    const { top, bottom, left, right } = this.range();
    const edits = [];
    for (let r = top; r <= bottom; r += 1) {
      for (let c = left; c <= right; c += 1) edits.push([this.shown[r], c, value(r, c)]);
    }
    this.apply(edits, action);
  }

  paste(text) {
    const result = pasted(this.model, this.shown, this.range(), text);
    this.apply(result.edits, "paste");
    const { top, left, bottom, right } = result.range;
    this.select(top, left, bottom, right);
    this.options.onPaste?.(result);
  }

  // ---- drawing

  render() {
    const height = this.root.clientHeight - this.headHeight;
    const from = Math.max(0, Math.floor(this.root.scrollTop / this.rowHeight) - AROUND);
    const to = Math.min(this.shown.length, Math.ceil((this.root.scrollTop + height) / this.rowHeight) + AROUND);
    const wanted = new Set([this.active.row].filter((line) => line < this.shown.length));
    for (let line = from; line < to; line += 1) wanted.add(line);
    for (const [line, element] of this.lines) if (!wanted.has(line)) this._free(line, element);
    const added = document.createDocumentFragment();
    for (const line of wanted) {
      if (this.lines.has(line)) continue;
      const element = this.spare.pop() ?? added.appendChild(this._line());
      element.hidden = false;
      this.lines.set(line, element);
      this._draw(element, line);
    }
    if (added.childNodes.length) this.body.insertBefore(added, this.marker);
    for (const element of this.spare) element.hidden = true;
  }

  refresh() {
    this._resize();
    this.render();
    for (const [line, element] of this.lines) if (line < this.shown.length) this._draw(element, line);
    this.options.onSelect?.(this.range());
  }

  mark(focus = true) {
    const { top, bottom, left, right } = this.range();
    const x = this.frozenWidth + left * this.columnWidth;
    const width = (right - left + 1) * this.columnWidth;
    const height = (bottom - top + 1) * this.rowHeight;
    move(this.marker, x - 1, top * this.rowHeight - 1, width + 1, height + 1);
    this.marker.classList.toggle("one", top === bottom && left === right);
    this.fill.place(x + width, (bottom + 1) * this.rowHeight);
    if (this.tabbed) this.tabbed.tabIndex = -1;
    this.tabbed = this.cell(this.active.row, this.active.column);
    if (this.tabbed) {
      this.tabbed.tabIndex = 0;
      if (focus) this.tabbed.focus({ preventScroll: true });
    }
    this.options.onSelect?.(this.range());
  }

  mine() {
    return !this.editor.isOpen && this.root.contains(document.activeElement);
  }

  // ---- building

  _measure() {
    const style = getComputedStyle(this.root);
    const pixels = (name) => parseFloat(style.getPropertyValue(name));
    this.rowHeight = pixels("--row-height");
    this.columnWidth = pixels("--column-width");
    this.frozenWidth = pixels("--frozen-width");
    this.headHeight = 2 * this.rowHeight;
  }

  _build() {
    const { root, model, options } = this;
    root.setAttribute("role", "treegrid");
    root.setAttribute("aria-label", options.label);
    root.setAttribute("aria-multiselectable", "true");
    root.setAttribute("aria-colcount", String(model.width + 1));
    const inner = make("div", "pg-inner", { role: "presentation" });
    this.body = make("div", "pg-body", { role: "rowgroup" });
    this.marker = make("div", "pg-marker", { "aria-hidden": "true" });
    this.body.append(this.marker);
    inner.append(this._head(), this.body);
    root.append(inner);
    this.editor = new CellEditor(this);
    this.fill = new FillHandle(this);
  }

  _head() {
    const head = make("div", "pg-head", { role: "rowgroup" });
    const years = make("div", "pg-row", { role: "row", "aria-rowindex": "1" });
    const months = make("div", "pg-row", { role: "row", "aria-rowindex": "2" });
    years.append(header("pg-frozen", 1, this.options.corner));
    months.append(header("pg-frozen", 1, this.options.rowTitle));
    let group = null;
    this.model.months.forEach((month, column) => {
      const name = `${month.kind === "actual" ? "Actual" : "Plan"} ${month.year}`;
      if (group?.dataset.name !== name) {
        group = header("pg-group", column + 2, "");
        group.dataset.name = name;
        group.title = name;
        group.append(make("span", "pg-kind", {}, name.split(" ")[0]), make("span", "", {}, ` ${month.year}`));
        group.span = 0;
        years.append(group);
      }
      group.span += 1;
      if (group.span === 2) group.classList.add("wide");
      group.setAttribute("aria-colspan", String(group.span));
      group.style.width = `${group.span * this.columnWidth}px`;
      months.append(header("", column + 2, month.label));
    });
    head.append(years, months);
    return head;
  }

  _line() {
    const line = make("div", "pg-row", { role: "row" });
    line.name = make("div", "pg-cell pg-frozen", { role: "rowheader", "aria-colindex": "1" });
    line.append(line.name);
    line.cells = this.model.months.map((_, column) => {
      const cell = make("div", "pg-cell", { role: "gridcell", "aria-colindex": String(column + 2) });
      cell.tabIndex = -1;
      cell.column = column;
      line.append(cell);
      return cell;
    });
    return line;
  }

  _draw(element, line) {
    const index = this.shown[line];
    const row = this.model.rows[index];
    element.line = line;
    element.setAttribute("aria-rowindex", String(line + 3));
    element.style.transform = `translateY(${line * this.rowHeight}px)`;
    if (element.index !== index || element.open !== row.open) this._drawName(element, index, row);
    this._drawShare(element, index, row);
    for (const cell of element.cells) this._drawCell(cell, index, row);
  }

  _drawName(element, index, row) {
    element.index = index;
    element.open = row.open;
    element.className = `pg-row level${row.level}${row.kind ? " layer" : ""}${row.open && row.level === 2 ? " open" : ""}`;
    element.setAttribute("aria-level", String(row.level + 1));
    element.name.replaceChildren();
    element.name.className = `pg-cell pg-frozen level${row.level}`;
    element.name.title = row.name;
    const folds = row.end > index + 1;
    if (folds) {
      element.setAttribute("aria-expanded", String(row.open));
      const twist = make("button", "pg-twist", { type: "button", tabindex: "-1", "aria-hidden": "true" });
      twist.textContent = row.open ? "▾" : "▸";
      element.name.append(twist);
    } else element.removeAttribute("aria-expanded");
    element.name.append(make("span", "pg-name", {}, row.name), make("span", "pg-share"));
  }

  /** How far a row is from its baseline over the whole plan. */
  _drawShare(element, index, row) {
    const share = element.name.querySelector(".pg-share");
    let now = 0;
    let base = 0;
    for (let column = this.model.first; !row.kind && column < this.model.width; column += 1) {
      now += this.model.get(index, column) || 0;
      base += this.model.base[index * this.model.width + column] || 0;
    }
    const percent = base ? (now / base - 1) * 100 : 0;
    const text = Math.abs(percent) < 0.05 ? "" : `${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)}%`;
    if (share.textContent !== text) share.textContent = text;
    share.hidden = text === "";
  }

  _drawCell(cell, index, row) {
    const { model } = this;
    const value = model.get(index, cell.column);
    const text = Number.isNaN(value) ? "" : NUMBER.format(value);
    if (cell.textContent !== text) cell.textContent = text;
    const editable = model.editable(index, cell.column);
    const names = ["pg-cell"];
    if (cell.column < model.first || !editable) names.push("locked");
    if (model.isTotal(index)) names.push("total");
    if (!row.kind && model.isChanged(index, cell.column)) names.push("changed");
    if (model.notes.has(index * model.width + cell.column)) names.push("noted");
    if (row.series && model.refused.has(`${row.series} ${model.months[cell.column].bucket}`)) names.push("refused");
    const wanted = names.join(" ");
    if (cell.className !== wanted) cell.className = wanted;
    if (cell.editable !== editable) {
      cell.editable = editable;
      cell.toggleAttribute("aria-readonly", !editable);
      if (!editable) cell.setAttribute("aria-readonly", "true");
    }
  }

  _free(line, element) {
    this.lines.delete(line);
    element.index = undefined;
    this.spare.push(element);
  }

  _resize() {
    this.body.style.height = `${this.shown.length * this.rowHeight}px`;
    this.body.style.width = `${this.frozenWidth + this.model.width * this.columnWidth}px`;
    this.root.setAttribute("aria-rowcount", String(this.shown.length + 2));
  }

  _scrollTo({ row, column }) {
    const { root } = this;
    const y = row * this.rowHeight;
    const x = column * this.columnWidth;
    const height = root.clientHeight - this.headHeight;
    const width = root.clientWidth - this.frozenWidth;
    if (y < root.scrollTop) root.scrollTop = y;
    else if (y + this.rowHeight > root.scrollTop + height) root.scrollTop = y + this.rowHeight - height;
    if (x < root.scrollLeft) root.scrollLeft = x;
    else if (x + this.columnWidth > root.scrollLeft + width) root.scrollLeft = x + this.columnWidth - width;
  }

  // ---- listening

  _listen() {
    const { root } = this;
    root.addEventListener("scroll", () => this.render(), { passive: true });
    new ResizeObserver(() => this.render()).observe(root);
    root.addEventListener("keydown", (event) => onKey(this, event));
    root.addEventListener("mousedown", (event) => this._pressed(event));
    root.addEventListener("dblclick", (event) => this.hit(event.target)?.column >= 0 && this.edit());
    document.addEventListener("copy", (event) => this._copy(event));
    document.addEventListener("cut", (event) => this._copy(event) && this.fillRange(() => 0, "clear"));
    document.addEventListener("paste", (event) => {
      const text = this.mine() && event.clipboardData.getData("text/plain");
      if (!text) return;
      event.preventDefault();
      this.paste(text);
    });
    this.model.listeners.push(() => this.refresh());
  }

  _copy(event) {
    if (!this.mine()) return false;
    const { text, html } = copied(this.model, this.shown, this.range());
    event.clipboardData.setData("text/plain", text);
    event.clipboardData.setData("text/html", html);
    event.preventDefault();
    return true;
  }

  /** The line and column of an element; column -1 for the row's name. */
  hit(target) {
    const line = target.closest?.(".pg-row")?.line;
    const cell = target.closest?.(".pg-cell");
    return line === undefined || !cell ? null : { row: line, column: cell.column ?? -1 };
  }

  _pressed(event) {
    if (event.button !== 0 || event.target === this.editor.input) return;
    if (event.target.classList.contains("pg-twist")) {
      event.preventDefault();
      this.toggle(this.hit(event.target).row);
      return;
    }
    const place = this.hit(event.target);
    if (!place) return;
    this.editor.commit();
    event.preventDefault();
    if (place.column < 0) this.select(place.row, 0, place.row, this.model.width - 1);
    else this.go(place.row, place.column, event.shiftKey);
    drag((target) => {
      const over = this.root.contains(target) && this.hit(target);
      if (over && over.column >= 0 && place.column >= 0) {
        this.other = over;
        this.mark(false);
      }
    });
  }
}

/** Call `over` with the element under the pointer until the button is let go, then `done`. */
export function drag(over, done = () => {}) {
  const moved = (event) => {
    const target = document.elementFromPoint(event.clientX, event.clientY);
    if (target) over(target);
  };
  const released = () => {
    removeEventListener("mousemove", moved);
    removeEventListener("mouseup", released);
    done();
  };
  addEventListener("mousemove", moved);
  addEventListener("mouseup", released);
}

export function make(tag, className, attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

export function move(element, x, y, width, height) {
  element.style.transform = `translate(${x}px, ${y}px)`;
  if (width !== undefined) element.style.width = `${width}px`;
  if (height !== undefined) element.style.height = `${height}px`;
}

function header(className, column, text) {
  return make("div", `pg-header ${className}`.trim(), { role: "columnheader", "aria-colindex": String(column) }, text);
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
