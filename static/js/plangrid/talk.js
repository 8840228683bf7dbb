// Which rows and cells somebody wrote an open comment on.

const ROW = "row"; // as the server says it: about all months

export class Talk {
  /** `cells`: [[index in the server's rows, column or null for the whole row]]. */
  constructor(model, cells = []) {
    this.model = model;
    this.places = new Map(); // index in the server's rows -> columns, null among them
    for (const [source, column] of cells) this._of(source).add(column);
  }

  isOpen(row, column) {
    return !row.kind && (this.places.get(row.source)?.has(column) ?? false);
  }

  /** The panel knows better: `months` with an open comment of the row called `id`, "row" for all of it; true for news. */
  learn(id, months) {
    const row = this.model.rows.find((each) => each.id === id && !each.kind);
    if (!row) return false;
    const column = (bucket) => (bucket === ROW ? null : this.model.months.findIndex((month) => month.bucket === bucket));
    const before = this._of(row.source);
    const now = new Set(months.map(column));
    this.places.set(row.source, now);
    return now.size !== before.size || [...now].some((each) => !before.has(each));
  }

  _of(source) {
    if (!this.places.has(source)) this.places.set(source, new Set());
    return this.places.get(source);
  }
}
