// Typing into a cell: the input that lies over it.

import { make, move } from "./dom.js";
import { BASELINE, parseNumber } from "./parse.js";
import { spreadHint } from "./hint.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class CellEditor {
  constructor(grid) {
    this.grid = grid;
    this.input = null;
  }

  get isOpen() {
    return this.input !== null;
  }

  /** Open over the active cell; `first` is the sign that was typed over it, none keeps what it holds. */
  open(row, place, first) {
    const { grid } = this;
    const { model } = grid;
    const label = `${model.rows[row].name}, ${model.months[place.column].label}`;
    const input = make("input", "pg-editor", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label });
    this.untouched = first === undefined ? String(Math.round(model.get(row, place.column) || 0)) : null;
    input.value = first ?? this.untouched;
    const { view } = grid;
    const { x, y } = view.place(place);
    move(input, x - 2, y - 2, view.columnWidth + 3, view.rowHeight + 2);
    input.addEventListener("keydown", (event) => this._key(event, first !== undefined));
    input.addEventListener("blur", () => this.input === input && this.commit({ quiet: true }));
    this.input = input;
    view.body.append(input);
    if (model.isTotal(row)) this._hint(row, place);
    input.focus({ preventScroll: true });
    if (first === undefined) input.select();
  }

  /** Take over what was typed; with `whole` into every cell of the range. Return whether it could be read. */
  commit({ whole = false, quiet = false } = {}) {
    const { grid, input } = this;
    if (!input) return true;
    if (!whole && input.value === this.untouched) return this._leave(quiet); // looked at, not changed
    if (this.hint && !whole && !this.possible) return this._unread(quiet);
    const { active } = grid;
    const range = whole ? grid.range() : { top: active.row, bottom: active.row, left: active.column, right: active.column };
    const edits = [];
    for (let r = range.top; r <= range.bottom; r += 1) {
      for (let c = range.left; c <= range.right; c += 1) {
        if (whole && grid.followsFromParts(r, range.bottom - range.top + 1)) continue;
        const row = grid.shown[r];
        const value = parseNumber(input.value, grid.model.get(row, c));
        if (value !== BASELINE && !(value >= 0)) return this._unread(quiet);
        edits.push([row, c, value]);
      }
    }
    this._close();
    grid.apply(edits, grid.model.isTotal(grid.rowIndex()) ? "spread" : "edit");
    if (!quiet) grid.mark();
    return true;
  }

  cancel() {
    this._leave(false);
  }

  _leave(quiet) {
    this._close();
    if (!quiet) this.grid.mark();
    return true;
  }

  /** Under a total: over how many rows the number will be spread, and by how much they change together. */
  _hint(row, place) {
    const { view, model } = this.grid;
    const { x, y } = view.place(place);
    this.hint = make("div", "pg-hint", { role: "status" });
    move(this.hint, x - 2, y + view.rowHeight + 2);
    const show = () => {
      const { words, possible } = spreadHint(model, row, place.column, this.input.value);
      this.hint.textContent = words;
      this.possible = possible;
    };
    this.input.addEventListener("input", show);
    show();
    view.body.append(this.hint);
  }

  _unread(quiet) {
    if (quiet) this._close();
    else this.input.setAttribute("aria-invalid", "true");
    return quiet;
  }

  _close() {
    const { input } = this;
    this.input = null;
    input.remove();
    this.hint?.remove();
    this.hint = null;
  }

  _key(event, typedOver) {
    event.stopPropagation();
    const { row, column } = this.grid.active;
    const then = (down, right) => {
      event.preventDefault();
      if (this.commit()) this.grid.go(row + down, column + right);
    };
    if (event.key === "Escape") {
      event.preventDefault();
      this.cancel();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.commit({ whole: true });
    } else if (event.key === "Enter") then(event.shiftKey ? -1 : 1, 0);
    else if (event.key === "Tab") then(0, event.shiftKey ? -1 : 1);
    else if (typedOver && ARROWS[event.key]) then(...ARROWS[event.key]);
  }
}
