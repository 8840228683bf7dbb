// Which rows are shown, and in which order: by words, class, what changed, what needs a look, what was missed most.

import { written } from "./written.js";

const MISSES_SHOWN = 20;
const PRODUCT = 2;
const WHY = { reason: "no reason", range: "out of range", short: "short history" };

/** Answers, row by row, whether it is shown; families show when one of their products does. */
export class RowFilter {
  constructor(model) {
    this.model = model;
    this.words = "";
    this.name = "all";
    this.abc = "";
    this.exceptions = {}; // product id -> why it is one
    this.classes = {}; // product id -> A, B or C
    this.misses = {}; // product id -> [units, money] the last plan was off
    this.largest = new Map(); // product row -> what it missed, where those are shown
  }

  /** Whether anything is left out at all. */
  get isOn() {
    return this.words !== "" || this.abc !== "" || this.name !== "all";
  }

  /** The model rows to show, of those that are not folded away; the biggest misses come largest first. */
  rows(visible) {
    this.prepare();
    if (!this.isOn) return visible;
    const passing = visible.filter((index) => this._passes(index));
    return this.name === "misses" ? this._byMiss(passing) : passing;
  }

  /** How many products a filter shows, whatever is searched for. */
  count(name) {
    return this._products(0).filter((product) => this._fits(product, name)).length;
  }

  /** How many products are shown, and of how many. */
  get shown() {
    const all = this._products(0);
    return { of: all.length, count: all.filter((product) => this._matches(product)).length };
  }

  /** The products in a row, or the one it belongs to, that are not left out. */
  productsOf(index) {
    const { level, parent } = this.model.rows[index];
    const found = level > PRODUCT ? [parent] : this._products(index);
    return found.filter((product) => !this.isOn || this._matches(product));
  }

  _passes(index) {
    const row = this.model.rows[index];
    if (row.level === 0) return true;
    if (row.level === 1) return this._products(index).some((product) => this._matches(product));
    return this._matches(row.level === PRODUCT ? index : row.parent);
  }

  _products(index) {
    const found = [];
    const { rows } = this.model;
    for (let i = index; i < rows[index].end; i += 1) if (rows[i].level === PRODUCT && !rows[i].kind) found.push(i);
    return found;
  }

  _matches(product) {
    const row = this.model.rows[product];
    if (this.words && !row.name.toLowerCase().includes(this.words)) return false;
    if (this.abc && this.classes[row.product] !== this.abc) return false;
    return this._fits(product, this.name);
  }

  _fits(product, name) {
    const { model } = this;
    if (name === "changed") return this._some(product, (row, column) => model.isChanged(row, column));
    if (name === "exceptions") return model.rows[product].product in this.exceptions;
    if (name === "misses") return this.largest.has(product);
    if (name === "not_reviewed") return !model.isReviewed(product) && !this._some(product, (row, column) => model.isOwn(row, column));
    return true;
  }

  /** Whether one of a product's cells in the plan is as wanted. */
  _some(product, wanted) {
    const { model } = this;
    for (let i = product; i < model.rows[product].end; i += 1) {
      if (!model.rows[i].series) continue;
      for (let column = model.first; column < model.width; column += 1) if (wanted(i, column)) return true;
    }
    return false;
  }

  // ---- misses and remarks

  /** Work out the largest misses, in what the screen shows, and what is said beside a product's name. */
  prepare() {
    const { model } = this;
    this.largest = new Map();
    model.remarks = null;
    if (this.name === "exceptions") {
      const why = (product) => this.exceptions[model.rows[product].product]?.map((code) => WHY[code]).join(", ");
      model.remarks = new Map(this._products(0).map((product) => [product, why(product)]));
    }
    if (this.name !== "misses") return;
    const known = this._products(0).map((product) => [product, this._missed(product)]);
    known.sort((a, b) => b[1] - a[1]);
    this.largest = new Map(known.filter(([, missed]) => missed > 0).slice(0, MISSES_SHOWN));
    model.remarks = new Map([...this.largest].map(([product, missed]) => [product, `missed ${written(missed, model)}`]));
  }

  _missed(product) {
    const [units, money] = this.misses[this.model.rows[product].product] ?? [0, 0];
    return this.model.inMoney ? money / 1000 : units;
  }

  /** Families by what their shown products missed together, products within them, each followed by its own rows. */
  _byMiss(rows) {
    const blocks = (level, list) => {
      const found = [];
      for (const index of list) {
        if (this.model.rows[index].level === level && !this.model.rows[index].kind) found.push([index]);
        else found.at(-1).push(index);
      }
      return found;
    };
    const missed = ([first, ...rest]) => [first, ...rest].reduce((sum, index) => sum + (this.largest.get(index) ?? 0), 0);
    const sorted = (list) => list.sort((a, b) => missed(b) - missed(a));
    const families = sorted(blocks(1, rows.slice(1)));
    return [rows[0], ...families.flatMap(([family, ...inside]) => [family, ...sorted(blocks(PRODUCT, inside)).flat()])];
  }
}
