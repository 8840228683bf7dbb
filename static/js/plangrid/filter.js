// Which rows are shown: found by words, and all products, the changed ones or the exceptions.

/** Answers, row by row, whether it is shown; families show when one of their products does. */
export class RowFilter {
  /** `threshold`: {percent, money} above which a change needs its reason. */
  constructor(model, threshold) {
    this.model = model;
    this.threshold = threshold ?? { percent: 10, money: Infinity };
    this.words = "";
    this.name = "all";
  }

  /** Whether anything is left out at all. */
  get isOn() {
    return this.words !== "" || this.name !== "all";
  }

  passes(index) {
    if (!this.isOn) return true;
    const { model } = this;
    const row = model.rows[index];
    if (row.level === 0) return true;
    if (row.level === 1) return this._products(index).some((product) => this._matches(product));
    return this._matches(row.level === 2 ? index : row.parent);
  }

  /** How many products a filter shows. */
  count(name) {
    return this._products(0).filter((product) => this._fits(product, name)).length;
  }

  _products(index) {
    const found = [];
    const { rows } = this.model;
    for (let i = index; i < rows[index].end; i += 1) if (rows[i].level === 2) found.push(i);
    return found;
  }

  _matches(product) {
    if (this.words && !this.model.rows[product].name.toLowerCase().includes(this.words)) return false;
    return this._fits(product, this.name);
  }

  _fits(product, name) {
    if (name === "changed") return this._some(product, () => true);
    if (name === "exceptions") return this._some(product, (row, column) => this._isLarge(row, column));
    return true;
  }

  /** Whether one of a product's changed cells is as wanted. */
  _some(product, wanted) {
    const { model } = this;
    for (let i = product; i < model.rows[product].end; i += 1) {
      if (!model.rows[i].series) continue;
      for (let column = model.first; column < model.width; column += 1) {
        if (model.isChanged(i, column) && wanted(i, column)) return true;
      }
    }
    return false;
  }

  /** The rule of submitting: a change that moves its month by more than a share, or by more than a sum of money. */
  _isLarge(row, column) {
    const { model, threshold } = this;
    const below = model.below(row, column) || 0;
    const moved = Math.abs((model.get(row, column) || 0) - below);
    return moved > (below * threshold.percent) / 100 || moved * model.worth.price[row] > threshold.money;
  }
}
