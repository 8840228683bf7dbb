// The plan in memory: rows depth first, months across, totals kept while leaves change, every change undoable.

import { BASELINE } from "./parse.js";
import { spread } from "./spread.js";

const LEAF = 3;

/** One action of a person: pairs of before and after per leaf cell. */
class Change {
  constructor(action) {
    this.action = action;
    this.cells = [];
  }
}

export class PlanModel {
  /** `data` as the server's grid data; see docs/ui.md. */
  constructor(data) {
    this.months = data.months;
    this.first = data.first_plan_column;
    this.width = this.months.length;
    this.rows = withLayers(data.rows);
    this.versions = new Map(Object.entries(data.versions));
    this.undoStack = [];
    this.redoStack = [];
    this.listeners = [];
    this.notes = new Set();
    this._fill(data);
  }

  _fill(data) {
    const size = this.rows.length * this.width;
    this.values = new Float64Array(size).fill(NaN);
    this.base = new Float64Array(size).fill(NaN);
    this.changed = new Uint8Array(size);
    this.refused = new Map();
    this.rowOfSource = [];
    this.rows.forEach((row, index) => {
      if (row.kind) return;
      this.rowOfSource[row.source] = index;
      for (let column = 0; column < this.width; column += 1) {
        const place = index * this.width + column;
        this.values[place] = data.values.plan[row.source][column] ?? NaN;
        this.base[place] = data.values.baseline[row.source][column] ?? NaN;
        this.changed[place] = column >= this.first && differs(this.values[place], this.base[place]) ? 1 : 0;
      }
    });
    for (const [source, column] of data.notes) this.notes.add(this.rowOfSource[source] * this.width + column);
    this.setMeasure("baseline", data.values.baseline);
  }

  /** Put a measure's numbers into the layer rows that show it. */
  setMeasure(name, values) {
    this.rows.forEach((row, index) => {
      if (row.kind !== name) return;
      for (let column = 0; column < this.width; column += 1) {
        this.values[index * this.width + column] = values[row.source][column] ?? NaN;
      }
    });
  }

  get(row, column) {
    return this.values[row * this.width + column];
  }

  isChanged(row, column) {
    return this.changed[row * this.width + column] === 1;
  }

  isTotal(row) {
    return this.rows[row].level < LEAF && !this.rows[row].kind;
  }

  /** A month of the plan in a row that is, or holds, something this person may change. */
  editable(row, column) {
    return column >= this.first && !this.rows[row].kind && this.rows[row].open_to_edit;
  }

  visible() {
    const shown = [];
    for (let i = 0; i < this.rows.length; ) {
      shown.push(i);
      i = this.rows[i].open ? i + 1 : this.rows[i].end;
    }
    return shown;
  }

  leaves(row) {
    if (this.rows[row].level === LEAF && !this.rows[row].kind) return [row];
    const found = [];
    for (let i = row + 1; i < this.rows[row].end; i += 1) if (this.rows[i].series && this.rows[i].editable) found.push(i);
    return found;
  }

  /** Apply edits [[row, column, number or BASELINE]] as one action; return how many leaf cells changed. */
  apply(edits, action) {
    const change = new Change(action);
    for (const [row, column, value] of edits) {
      if (!this.editable(row, column) || (value !== BASELINE && !(value >= 0))) continue;
      if (this.rows[row].level === LEAF) this._setLeaf(row, column, value, change);
      else this._spread(row, column, value, change);
    }
    if (change.cells.length === 0) return 0;
    this.undoStack.push(change);
    this.redoStack.length = 0;
    this._tell(change.cells, action);
    return change.cells.length;
  }

  undo() {
    return this._move(this.undoStack, this.redoStack, "before");
  }

  redo() {
    return this._move(this.redoStack, this.undoStack, "after");
  }

  /** Take what the server answered: versions, and the value of cells it refused. */
  settle(saved, refused) {
    for (const cell of saved) this.versions.get(String(cell.series))[this._planColumn(cell.bucket)] = cell.version;
    for (const cell of refused) this.refused.set(`${cell.series} ${cell.bucket}`, cell);
    for (const cell of saved) this.refused.delete(`${cell.series} ${cell.bucket}`);
  }

  /** Take another person's number for a refused cell. */
  takeTheirs(cell) {
    const row = this.rows.findIndex((each) => each.series === cell.series);
    const column = this.columnOf(cell.bucket);
    this.versions.get(String(cell.series))[column - this.first] = cell.version;
    this.refused.delete(`${cell.series} ${cell.bucket}`);
    const value = cell.quantity === null ? this.base[row * this.width + column] : Number(cell.quantity);
    this._put(row, column, value);
    for (const listen of this.listeners) listen([], "theirs");
  }

  version(row, column) {
    return this.versions.get(String(this.rows[row].series))[column - this.first];
  }

  columnOf(bucket) {
    return this.months.findIndex((month) => month.bucket === bucket);
  }

  _planColumn(bucket) {
    return this.columnOf(bucket) - this.first;
  }

  _spread(row, column, value, change) {
    const leaves = this.leaves(row);
    if (value === BASELINE) {
      for (const leaf of leaves) this._setLeaf(leaf, column, BASELINE, change);
      return;
    }
    const fixed = this.get(row, column) - leaves.reduce((sum, leaf) => sum + this.get(leaf, column), 0);
    const now = leaves.map((leaf) => this.get(leaf, column));
    const below = leaves.map((leaf) => this.base[leaf * this.width + column]);
    spread(Math.max(value - fixed, 0), now, below).forEach((part, i) => this._setLeaf(leaves[i], column, part, change));
  }

  _setLeaf(row, column, value, change) {
    if (!this.rows[row].editable) return;
    const place = row * this.width + column;
    const before = this.values[place];
    const after = value === BASELINE ? this.base[place] : value;
    if (before === after) return;
    change.cells.push({ row, column, before, after });
    this._put(row, column, after);
  }

  _put(row, column, value) {
    const place = row * this.width + column;
    const step = value - this.values[place];
    this.values[place] = value;
    this.changed[place] = differs(value, this.base[place]) ? 1 : 0;
    for (let parent = this.rows[row].parent; parent >= 0; parent = this.rows[parent].parent) {
      const above = parent * this.width + column;
      this.values[above] += step;
      this.changed[above] = differs(this.values[above], this.base[above]) ? 1 : 0;
    }
  }

  _move(from, to, side) {
    const change = from.pop();
    if (!change) return 0;
    for (const cell of change.cells) this._put(cell.row, cell.column, cell[side]);
    to.push(change);
    this._tell(change.cells, "undo");
    return change.cells.length;
  }

  _tell(cells, action) {
    for (const listen of this.listeners) listen(cells, action);
  }
}

/** Return the rows with layer lines under each product, parents, ends and open states worked out. */
function withLayers(source) {
  const rows = [];
  const place = new Map([[-1, -1]]);
  source.forEach((row, index) => {
    place.set(index, rows.length);
    rows.push({ ...row, source: index, parent: place.get(row.parent), open: row.level < 2, open_to_edit: row.editable });
    if (row.level !== 2) return;
    for (const [kind, name] of Object.entries(LAYERS)) {
      rows.push({ kind, name, level: LEAF, source: index, parent: rows.length - 1 - Object.keys(LAYERS).indexOf(kind) });
    }
  });
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    rows[i].end ??= i + 1;
    const parent = rows[rows[i].parent];
    if (!parent) continue;
    parent.end = Math.max(parent.end ?? 0, rows[i].end);
    parent.open_to_edit ||= rows[i].open_to_edit ?? false;
  }
  return rows;
}

export const LAYERS = { baseline: "Baseline", last_year: "Last year", last_consensus: "Last cycle" };

/** Baselines have decimals, people type whole numbers: less than half a unit is no change. */
function differs(value, base) {
  return Math.abs(value - (Number.isNaN(base) ? 0 : base)) >= 0.0005;
}
