// What the server holds, as far as it is not what the screen shows: versions of cells, unsaved numbers, refusals.

export class Served {
  constructor(model, versions) {
    this.model = model;
    this.versions = new Map(Object.entries(versions)); // series -> one version per month of the plan
    this.unsaved = new Map(); // place -> the number the server holds there
    this.refused = new Map(); // place -> what the server said
  }

  /** The version of a cell {series, bucket} that this screen saw last. */
  version(cell) {
    return this.versions.get(String(cell.series))[this.model.cellOf(cell).column - this.model.first];
  }

  setVersion(cell) {
    this.versions.get(String(cell.series))[this.model.cellOf(cell).column - this.model.first] = cell.version;
  }

  isRefused(place) {
    return this.refused.has(place);
  }

  /** The refused cells nobody has decided about, as the server named them. */
  get undecided() {
    return [...this.refused.values()];
  }

  /** A cell is about to change here: keep what it held until the server has the change. */
  remember(place) {
    if (!this.unsaved.has(place)) this.unsaved.set(place, this.model.values[place]);
  }

  /** Take an answer: new versions, and why a cell was refused; a conflict says what the cell holds now. */
  settle(saved, refused) {
    for (const cell of saved) {
      this.setVersion(cell);
      this.forgive(cell);
      if (cell.quantity !== undefined) this._holds(cell);
    }
    for (const cell of refused) {
      this.refused.set(this.model.placeOf(cell), cell);
      if (cell.reason === "conflict") this._holds(cell);
    }
  }

  /** A refused cell is dealt with. */
  forgive(cell) {
    this.refused.delete(this.model.placeOf(cell));
  }

  /** Show what the server holds in a cell again. */
  putBack(cell) {
    const place = this.model.placeOf(cell);
    this.model.show(cell, this.unsaved.get(place) ?? this.model.values[place]);
    this.unsaved.delete(place);
  }

  _holds(cell) {
    const place = this.model.placeOf(cell);
    const held = this.model.number(cell);
    if (this.model.values[place] === held) this.unsaved.delete(place);
    else this.unsaved.set(place, held);
  }
}
