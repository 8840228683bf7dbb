// The plan in memory: rows depth first, months across, totals kept while leaves change, every change undoable.

import { BASELINE } from "./parse.js";
import { gridRows, LEAF } from "./rows.js";
import { Served } from "./served.js";
import { spread } from "./spread.js";
import { Talk } from "./talk.js";
import { Worth } from "./worth.js";

/** Sums carry rounding errors far below any unit. */
const differs = (a, b) => Math.abs((a || 0) - (b || 0)) >= 0.0005;

export class PlanModel {
  /** `data` as the server's grid data; docs/ui.md names its parts. */
  constructor(data) {
    this.months = data.months;
    this.first = data.first_plan_column;
    this.width = this.months.length;
    this.rows = gridRows(data.rows, data.layers);
    this.undoStack = [];
    this.redoStack = [];
    this.listeners = []; // called with (changed leaf cells, action)
    this.noted = new Set();
    this.held = new Set();
    this.measures = {}; // name -> numbers by the server's rows
    this.inMoney = false;
    this.reviewed = new Set(); // product ids this person has been through
    this.remarks = null; // product row -> what a filter says of it, instead of its distance from the baseline
    this.worth = new Worth(this, data.prices);
    this.served = new Served(this, data.versions);
    this.talk = new Talk(this, data.comments);
    this._fill(data);
  }

  // ---- reading

  get(row, column) {
    return this.values[row * this.width + column];
  }

  baseline(row, column) {
    return this.base[row * this.width + column];
  }

  /** What a leaf cell holds without a number of this person's: a planner's holds sales and assumptions. */
  below(row, column) {
    const place = row * this.width + column;
    return this.under.size ? (this.under.get(place) ?? this.base[place]) : this.base[place];
  }

  /** Whether a leaf cell holds another number than what lies below it. */
  isOwn(row, column) {
    return differs(this.get(row, column), this.below(row, column));
  }

  /** What the screen shows of a place: units, or what they are worth. */
  shown(row, column) {
    return this.inMoney ? this.worth.plan(row, column) : this.get(row, column);
  }

  shownBaseline(row, column) {
    return this.inMoney ? this.worth.baseline(row, column) : this.baseline(row, column);
  }

  isChanged(row, column) {
    return this.changed[row * this.width + column] === 1;
  }

  isNoted(row, column) {
    return this.noted.has(row * this.width + column);
  }

  isReviewed(row) {
    return this.reviewed.has(this.rows[row].product);
  }

  isHeld(row, column) {
    return this.held.has(row * this.width + column);
  }

  isTotal(row) {
    return this.rows[row].level < LEAF;
  }

  /** A month of the plan in a row that is, or holds, something this person may change; money is only looked at. */
  editable(row, column) {
    return !this.inMoney && column >= this.first && !this.rows[row].kind && this.rows[row].open_to_edit;
  }

  /** The rows that are not inside a folded one. */
  visible() {
    const shown = [];
    for (let i = 0; i < this.rows.length; i = this.rows[i].open ? i + 1 : this.rows[i].end) shown.push(i);
    return shown;
  }

  /** The series rows this person may change in a row, itself included. */
  leaves(row) {
    const found = [];
    for (let i = row; i < this.rows[row].end; i += 1) if (this.rows[i].series && this.rows[i].editable) found.push(i);
    return found;
  }

  /** The leaves of a row that spreading may change: the ones not held. */
  free(row, column) {
    return this.leaves(row).filter((leaf) => !this.isHeld(leaf, column));
  }

  /** What of a total stays as it is when `leaves` change: held cells, and what belongs to others. */
  fixed(row, column, leaves) {
    return leaves.reduce((rest, leaf) => rest - (this.get(leaf, column) || 0), this.get(row, column));
  }

  /** The row of a series id and the column of a bucket. */
  cellOf({ series, bucket }) {
    return { row: this.rowOfSeries.get(series), column: this.months.findIndex((month) => month.bucket === bucket) };
  }

  /** The row with the server's id, -1 where there is none: "total", "f3", "p12", "s99". */
  rowOf(id) {
    return this.rows.findIndex((row) => row.id === id);
  }

  placeOf(cell) {
    const { row, column } = this.cellOf(cell);
    return row * this.width + column;
  }

  /** The quantity of {series, bucket, quantity} as a number; without one it is what lies below. */
  number(cell) {
    if (cell.quantity !== null) return Number(cell.quantity);
    const { row, column } = this.cellOf(cell);
    return this.below(row, column);
  }

  // ---- changing

  /** Apply edits [[row, column, number or BASELINE]] as one action; return how many leaf cells changed. */
  apply(edits, action) {
    const cells = [];
    for (const [row, column, value] of edits) {
      if (!this.editable(row, column) || (value !== BASELINE && !(value >= 0))) continue;
      if (this.rows[row].level === LEAF) this._setLeaf(row, column, value, cells);
      else this._spread(row, column, value, cells);
    }
    if (cells.length === 0) return 0;
    this.undoStack.push(cells);
    this.redoStack.length = 0;
    this.tell(cells, action);
    return cells.length;
  }

  undo() {
    return this._move(this.undoStack, this.redoStack, "before");
  }

  redo() {
    return this._move(this.redoStack, this.undoStack, "after");
  }

  /** Keep leaf cells out of spreading, or let them in again. */
  hold(row, column, on) {
    for (const leaf of this.leaves(row)) {
      if (on) this.held.add(leaf * this.width + column);
      else this.held.delete(leaf * this.width + column);
    }
  }

  /** Show again what this person typed before the page was reloaded. */
  retype(cell) {
    const { row, column } = this.cellOf(cell);
    if (row !== undefined && column >= this.first) this._change(row, column, this.number(cell));
  }

  /** Show a number in a leaf without it being an act of this person. */
  show(cell, value) {
    const { row, column } = this.cellOf(cell);
    this._put(row, column, value);
  }

  /** Put a measure's numbers into the layer lines that show it. */
  setMeasure(name, values) {
    this.measures[name] = values;
    this.rows.forEach((row, index) => {
      if (row.kind === name) this._copyRow(this.values, index, values[row.source]);
    });
  }

  /** Let everybody who shows numbers know. */
  tell(cells, action) {
    for (const listen of this.listeners) listen(cells, action);
  }

  // ---- inside

  _fill(data) {
    const size = this.rows.length * this.width;
    this.values = new Float64Array(size).fill(NaN);
    this.base = new Float64Array(size).fill(NaN);
    this.changed = new Uint8Array(size);
    this.rowOfSeries = new Map();
    const rowOfSource = [];
    this.rows.forEach((row, index) => {
      if (row.kind) return;
      rowOfSource[row.source] = index;
      if (row.series) this.rowOfSeries.set(row.series, index);
      this._copyRow(this.values, index, data.values.plan[row.source]);
      this._copyRow(this.base, index, data.values.baseline[row.source]);
      for (let column = this.first; column < this.width; column += 1) this._note(index * this.width + column);
    });
    this.under = new Map((data.below ?? []).map(([source, column, units]) => [rowOfSource[source] * this.width + column, units]));
    for (const [source, column] of data.notes) this.noted.add(rowOfSource[source] * this.width + column);
    this.setMeasure("baseline", data.values.baseline);
  }

  _copyRow(target, index, numbers) {
    for (let column = 0; column < this.width; column += 1) target[index * this.width + column] = numbers[column] ?? NaN;
  }

  /** Spread a number over the free leaves of a total; a total is typed in whole units. */
  _spread(row, column, typed, cells) {
    const value = typed === BASELINE ? typed : Math.round(typed);
    const leaves = this.free(row, column);
    if (value === BASELINE) {
      for (const leaf of leaves) this._setLeaf(leaf, column, BASELINE, cells);
      return;
    }
    const left = value - this.fixed(row, column, leaves);
    if (left < -0.0005) return; // what is held, or belongs to others, is more than the whole
    const now = leaves.map((leaf) => this.get(leaf, column) || 0);
    const below = leaves.map((leaf) => this.baseline(leaf, column) || 0);
    const parts = spread(Math.max(left, 0), now, below);
    parts.forEach((part, i) => this._setLeaf(leaves[i], column, part, cells));
  }

  _setLeaf(row, column, value, cells) {
    const before = this.get(row, column);
    const after = value === BASELINE ? this.below(row, column) : value;
    if (before === after) return;
    cells.push({ row, column, before, after });
    this._change(row, column, after);
  }

  _change(row, column, value) {
    this.served.remember(row * this.width + column);
    this._put(row, column, value);
  }

  /** Set a leaf and move every total above it by the difference. */
  _put(row, column, value) {
    const step = (value || 0) - (this.get(row, column) || 0);
    this.values[row * this.width + column] = value;
    this._note(row * this.width + column);
    for (let above = this.rows[row].parent; above >= 0; above = this.rows[above].parent) {
      const place = above * this.width + column;
      this.values[place] = (this.values[place] || 0) + step;
      this._note(place);
    }
  }

  /** Mark whether a place differs from its baseline. */
  _note(place) {
    this.changed[place] = differs(this.values[place], this.base[place]) ? 1 : 0;
  }

  _move(from, to, side) {
    const cells = from.pop();
    if (!cells) return 0;
    for (const cell of cells) this._change(cell.row, cell.column, cell[side]);
    to.push(cells);
    this.tell(cells, "undo");
    return cells.length;
  }
}
