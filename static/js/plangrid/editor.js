// Typing into a cell: the input that lies over it.

import { make, move } from "./grid.js";
import { BASELINE, parseNumber } from "./parse.js";

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
    input.value = first ?? String(Math.round(model.get(row, place.column) || 0));
    const x = grid.frozenWidth + place.column * grid.columnWidth - 2;
    move(input, x, place.row * grid.rowHeight - 2, grid.columnWidth + 3, grid.rowHeight + 2);
    input.addEventListener("keydown", (event) => this._key(event, first !== undefined));
    input.addEventListener("blur", () => this.input === input && this.commit({ quiet: true }));
    this.input = input;
    grid.body.append(input);
    input.focus({ preventScroll: true });
    if (first === undefined) input.select();
  }

  /** Take over what was typed; with `whole` into every cell of the range. Return whether it could be read. */
  commit({ whole = false, quiet = false } = {}) {
    const { grid, input } = this;
    if (!input) return true;
    const { active } = grid;
    const range = whole ? grid.range() : { top: active.row, bottom: active.row, left: active.column, right: active.column };
    const edits = [];
    for (let r = range.top; r <= range.bottom; r += 1) {
      for (let c = range.left; c <= range.right; c += 1) {
        const row = grid.shown[r];
        const value = parseNumber(input.value, grid.model.get(row, c));
        if (value !== BASELINE && !(value >= 0)) return this._unread(quiet);
        edits.push([row, c, value]);
      }
    }
    this._close();
    grid.apply(edits, "edit");
    if (!quiet) grid.mark();
    return true;
  }

  cancel() {
    this._close();
    this.grid.mark();
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
