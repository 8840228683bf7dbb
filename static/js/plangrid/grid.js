// The planning grid: which rows are shown, the marked range and its focused cell, and what is done to them.

import { copied, pasted } from "./clipboard.js";
import { clamp } from "./dom.js";
import { CellEditor } from "./editor.js";
import { FillHandle } from "./fill.js";
import { onKey } from "./keys.js";
import { BASELINE } from "./parse.js";
import { listenToPointer } from "./pointer.js";
import { GridView } from "./view.js";

export class PlanGrid {
  /**
   * `options`: label, rowTitle, corner, rows(row indexes) = those to show, onSelect(range), onPaste({unread}),
   * onOpenProduct(), onFind(), onLeave(), onKeysHelp(), onReason(number), onNote(), onComment(), onHistory(), onHold(),
   * onReviewed(row indexes).
   */
  constructor(root, model, options) {
    this.root = root;
    this.model = model;
    this.options = options;
    this.shown = this._visible();
    this.active = { row: 0, column: model.first };
    this.other = { ...this.active };
    this.view = new GridView(this);
    this.editor = new CellEditor(this);
    this.fill = new FillHandle(this);
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

  /** The model row of a line on screen. */
  rowIndex(line = this.active.row) {
    return this.shown[line];
  }

  /** Whether keys and the clipboard are meant for the grid now. */
  mine() {
    return !this.editor.isOpen && this.root.contains(document.activeElement);
  }

  // ---- moving

  go(line, column, extend = false) {
    const place = { row: clamp(line, 0, this.shown.length - 1), column: clamp(column, 0, this.model.width - 1) };
    this.other = place;
    if (!extend) this.active = { ...place };
    this.view.scrollTo(place);
    this.view.render();
    this.mark();
  }

  select(top, left, bottom, right) {
    this.active = { row: top, column: left };
    this.other = { row: bottom, column: right };
    this.view.render();
    this.mark();
  }

  /** Fold or unfold the row on a line; without `open` the other way round. */
  toggle(line, open) {
    const row = this.model.rows[this.shown[line]];
    if (row.end <= this.shown[line] + 1) return;
    this._open(row, open ?? !row.open);
    this.reload();
  }

  /** Unfold every row down to a level: 1 families, 2 products, 3 what lies in them. */
  unfold(level) {
    for (const row of this.model.rows) if (!row.kind) this._open(row, row.level < level);
  }

  /** The model rows of the marked range. */
  marked() {
    const { top, bottom } = this.range();
    return this.shown.slice(top, bottom + 1);
  }

  _open(row, open) {
    row.open = open;
    if (open && row.level === 2) this.options.onOpenProduct?.();
  }

  /** Draw anew after rows were folded, filtered or found; the focused row stays, or what took its place. */
  reload() {
    const kept = this.shown[this.active.row];
    this.shown = this._visible();
    const line = this.shown.indexOf(kept);
    this.active = { row: line < 0 ? Math.min(this.active.row, this.shown.length - 1) : line, column: this.active.column };
    this.other = { ...this.active };
    this.view.forget();
    this.refresh();
    this.mark(this.mine());
  }

  /** Unfold what a model row lies in and choose its cell in a column; false where a filter leaves the row out. */
  find(index, column) {
    const { rows } = this.model;
    for (let above = rows[index].parent; above >= 0; above = rows[above].parent) this._open(rows[above], true);
    this.reload();
    const line = this.shown.indexOf(index);
    if (line >= 0) this.go(line, column);
    return line >= 0;
  }

  // ---- changing

  edit(first) {
    if (!this.model.editable(this.rowIndex(), this.active.column)) return;
    this.view.scrollTo(this.active);
    this.view.render();
    this.editor.open(this.rowIndex(), this.active, first);
  }

  apply(edits, action) {
    return this.model.apply(edits, action);
  }

  /** Set every marked cell to value(line, column). */
  fillRange(value, action = "fill") {
    const { top, bottom, left, right } = this.range();
    const edits = [];
    for (let line = top; line <= bottom; line += 1) {
      if (this.followsFromParts(line, bottom - top + 1)) continue;
      for (let column = left; column <= right; column += 1) edits.push([this.shown[line], column, value(line, column)]);
    }
    this.apply(edits, action);
  }

  /** Take this person's numbers out of the marked cells: back to the baseline. */
  clear() {
    this.fillRange(() => BASELINE, "clear");
  }

  /** In an act on many rows, a total whose parts are shown is left out: it follows from them. */
  followsFromParts(line, rows) {
    const index = this.shown[line];
    return rows > 1 && this.model.isTotal(index) && this.model.rows[index].open;
  }

  paste(text) {
    const result = pasted(this, this.range(), text);
    this.apply(result.edits, "paste");
    const { top, left, bottom, right } = result.range;
    this.select(top, left, bottom, right);
    this.options.onPaste?.(result);
  }

  // ---- showing

  refresh() {
    this.view.refresh();
    this.options.onSelect?.(this.range());
  }

  /** Paint the marked range and move the focus to its first cell. */
  mark(focus = true) {
    this.view.mark(this.range(), this.active, focus);
    this.options.onSelect?.(this.range());
  }

  // ---- listening

  _visible() {
    const rows = this.model.visible();
    return this.options.rows?.(rows) ?? rows;
  }

  _listen() {
    this.root.addEventListener("scroll", () => this.view.render(), { passive: true });
    this.root.addEventListener("keydown", (event) => onKey(this, event));
    new ResizeObserver(() => this.view.fit()).observe(this.root);
    listenToPointer(this);
    document.addEventListener("copy", (event) => this._copy(event));
    document.addEventListener("cut", (event) => this._copy(event) && this.clear());
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
}
