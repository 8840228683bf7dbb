// The small square at the corner of the range: pulled down or across, it repeats the range.

import { drag, make, move } from "./dom.js";
import { hit } from "./pointer.js";

export class FillHandle {
  constructor(grid) {
    this.grid = grid;
    this.handle = make("div", "pg-fill", { "aria-hidden": "true" });
    this.preview = make("div", "pg-preview", { "aria-hidden": "true" });
    this.preview.hidden = true;
    grid.view.body.append(this.handle, this.preview);
    this.handle.addEventListener("mousedown", (event) => this._start(event));
  }

  place(x, y) {
    move(this.handle, x - 5, y - 5);
  }

  _start(event) {
    event.preventDefault();
    event.stopPropagation();
    const { grid } = this;
    const source = grid.range();
    let target = null;
    drag(
      (element) => {
        const over = hit(element);
        if (!over || over.column < 0) return;
        target = stretched(source, over, grid.view);
        this._show(target);
      },
      () => {
        this.preview.hidden = true;
        if (target) this._repeat(source, target);
      },
    );
  }

  _show({ top, left, bottom, right }) {
    const { view } = this.grid;
    const { x, y } = view.place({ row: top, column: left });
    this.preview.hidden = false;
    move(this.preview, x, y, (right - left + 1) * view.columnWidth, (bottom - top + 1) * view.rowHeight);
  }

  _repeat(source, target) {
    const { grid } = this;
    const tall = source.bottom - source.top + 1;
    const wide = source.right - source.left + 1;
    const edits = [];
    for (let r = target.top; r <= target.bottom; r += 1) {
      for (let c = target.left; c <= target.right; c += 1) {
        const inside = r >= source.top && r <= source.bottom && c >= source.left && c <= source.right;
        if (inside) continue;
        const from = source.top + ((((r - source.top) % tall) + tall) % tall);
        const column = source.left + ((((c - source.left) % wide) + wide) % wide);
        edits.push([grid.shown[r], c, grid.model.get(grid.shown[from], column)]);
      }
    }
    grid.apply(edits, "fill");
    grid.select(target.top, target.left, target.bottom, target.right);
  }
}

/** Return the range stretched toward a cell, in the one direction it lies further away. */
function stretched(source, over, view) {
  const down = Math.max(over.row - source.bottom, 0) || Math.min(over.row - source.top, 0);
  const across = Math.max(over.column - source.right, 0) || Math.min(over.column - source.left, 0);
  const vertical = Math.abs(down) * view.rowHeight >= Math.abs(across) * view.columnWidth;
  return {
    top: vertical ? Math.min(source.top, source.top + down) : source.top,
    bottom: vertical ? Math.max(source.bottom, source.bottom + down) : source.bottom,
    left: vertical ? source.left : Math.min(source.left, source.left + across),
    right: vertical ? source.right : Math.max(source.right, source.right + across),
  };
}
