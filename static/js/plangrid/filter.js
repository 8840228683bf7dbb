// Which rows are shown: found by words, and all or only the changed products.

/** Answers, row by row, whether it is shown; families show when one of their products does. */
export class RowFilter {
  constructor(model) {
    this.model = model;
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

  /** How many products differ from their baseline. */
  countChanged() {
    return this._products(0).filter((product) => this._isChanged(product)).length;
  }

  _products(index) {
    const found = [];
    const { rows } = this.model;
    for (let i = index; i < rows[index].end; i += 1) if (rows[i].level === 2) found.push(i);
    return found;
  }

  _matches(product) {
    if (this.words && !this.model.rows[product].name.toLowerCase().includes(this.words)) return false;
    return this.name !== "changed" || this._isChanged(product);
  }

  _isChanged(product) {
    const { model } = this;
    for (let i = product; i < model.rows[product].end; i += 1) {
      if (!model.rows[i].series) continue;
      for (let column = model.first; column < model.width; column += 1) if (model.isChanged(i, column)) return true;
    }
    return false;
  }
}
