// The plan in money: every number times its series' price, in thousands; totals are worth what their parts are.

const THOUSAND = 1000;

export class Worth {
  /** `prices`: one per series, in the order of the series rows; null where none is known. */
  constructor(model, prices = []) {
    this.model = model;
    this.price = new Float64Array(model.rows.length);
    let at = 0;
    model.rows.forEach((row, index) => {
      if (row.series) this.price[index] = prices[at++] ?? 0;
    });
  }

  /** Whether anything has a price at all. */
  get isKnown() {
    return this.price.some((price) => price > 0);
  }

  /** What a row's plan is worth in a month; a layer line is worth its measure. */
  plan(row, column) {
    const { model } = this;
    const { kind, parent } = model.rows[row];
    if (!kind) return this._sum(row, (leaf) => model.get(leaf, column));
    const values = model.measures[kind];
    return values ? this._sum(parent, (leaf) => values[model.rows[leaf].source][column]) : NaN;
  }

  baseline(row, column) {
    return this._sum(row, (leaf) => this.model.baseline(leaf, column));
  }

  /** NaN where no part has a number, as a total of units has none then. */
  _sum(row, read) {
    const { rows } = this.model;
    let sum = NaN;
    for (let i = row; i < rows[row].end; i += 1) {
      const value = rows[i].series ? read(i) : NaN;
      if (value === null || value === undefined || Number.isNaN(value)) continue;
      sum = (Number.isNaN(sum) ? 0 : sum) + (value * this.price[i]) / THOUSAND;
    }
    return sum;
  }
}
