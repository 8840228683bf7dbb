// Every key of the grid, as spreadsheets have them. Keys that are not named here are left to the browser.

const STARTS_EDIT = /^[\d.\-+*/(=]$/;

/** Move with Ctrl: to the edge; leftward first to the first month of the plan. */
const EDGE = {
  ArrowDown: (grid, from) => [grid.shown.length - 1, from.column],
  ArrowUp: (grid, from) => [0, from.column],
  ArrowLeft: (grid, from) => [from.row, from.column > grid.model.first ? grid.model.first : 0],
  ArrowRight: (grid, from) => [from.row, grid.model.width - 1],
  Home: () => [0, 0],
  End: (grid) => [grid.shown.length - 1, grid.model.width - 1],
};

const STEP = {
  ArrowDown: (grid, from) => [from.row + 1, from.column],
  ArrowUp: (grid, from) => [from.row - 1, from.column],
  ArrowLeft: (grid, from) => [from.row, from.column - 1],
  ArrowRight: (grid, from) => [from.row, from.column + 1],
  PageDown: (grid, from) => [from.row + grid.view.page(), from.column],
  PageUp: (grid, from) => [from.row - grid.view.page(), from.column],
  Home: (grid, from) => [from.row, 0],
  End: (grid, from) => [from.row, grid.model.width - 1],
};

const WITH_CTRL = {
  a: (grid) => grid.select(0, 0, grid.shown.length - 1, grid.model.width - 1),
  z: (grid, event) => (event.shiftKey ? grid.model.redo() : grid.model.undo()),
  y: (grid) => grid.model.redo(),
  d: (grid) => repeatFirst(grid, "row"),
  r: (grid) => repeatFirst(grid, "column"),
  f: (grid) => grid.options.onFind?.(),
  " ": (grid) => grid.select(0, grid.active.column, grid.shown.length - 1, grid.active.column),
};

const WITH_ALT = {
  ArrowRight: (grid) => grid.toggle(grid.active.row, true),
  ArrowLeft: (grid) => grid.toggle(grid.active.row, false),
  c: (grid) => grid.options.onComment?.(),
  h: (grid) => grid.options.onHistory?.(),
  l: (grid) => grid.options.onHold?.(),
  r: (grid) => grid.options.onReviewed?.(grid.marked()),
  1: (grid) => grid.options.onReason?.(1),
  2: (grid) => grid.options.onReason?.(2),
  3: (grid) => grid.options.onReason?.(3),
  4: (grid) => grid.options.onReason?.(4),
  5: (grid) => grid.options.onReason?.(5),
  6: (grid) => grid.options.onReason?.(6),
};

const ALONE = {
  F2: (grid, event) => (event.shiftKey ? grid.options.onNote?.() : grid.edit()),
  F6: (grid) => grid.options.onLeave?.(),
  "?": (grid) => grid.options.onKeysHelp?.(),
  Delete: (grid) => grid.clear(),
  Backspace: (grid) => grid.clear(),
  Escape: (grid) => grid.go(grid.active.row, grid.active.column),
  Enter: (grid, event) => {
    const { top, bottom, left, right } = grid.range();
    if (top !== bottom || left !== right) grid.go(grid.active.row, grid.active.column);
    else if (event.shiftKey) grid.go(grid.active.row - 1, grid.active.column);
    else grid.edit();
  },
};

/** Do what a key means; the grid keeps the ones it knows. */
export function onKey(grid, event) {
  if (grid.editor.isOpen || !handled(grid, event)) return;
  event.preventDefault();
  event.stopPropagation();
}

function handled(grid, event) {
  const { shiftKey } = event;
  const key = event.altKey ? plainKey(event) : event.key;
  const ctrl = event.ctrlKey || event.metaKey;
  const from = shiftKey ? grid.other : grid.active;
  const moves = ctrl ? EDGE : event.altKey ? {} : STEP;
  if (moves[key]) {
    grid.go(...moves[key](grid, from), shiftKey);
    return true;
  }
  const table = ctrl ? WITH_CTRL : event.altKey ? WITH_ALT : ALONE;
  const act = table[key] ?? table[key.toLowerCase()];
  if (act) {
    act(grid, event);
    return true;
  }
  if (ctrl || event.altKey) return false;
  if (key === " " && shiftKey) {
    grid.select(grid.active.row, 0, grid.active.row, grid.model.width - 1);
    return true;
  }
  if (key === "Tab") return tabbed(grid, shiftKey);
  if (!STARTS_EDIT.test(key)) return false;
  grid.edit(key);
  return true;
}

/** A Mac writes another sign with Alt: there the place of the key tells which it is. */
function plainKey({ key, code }) {
  return /^[\x21-\x7e]/.test(key) ? key : code.replace(/^(Key|Digit)/, "").toLowerCase();
}

/** Tab walks the cells of a row; at its ends it leaves the grid, so that nobody is trapped. */
function tabbed(grid, back) {
  const { row, column } = grid.active;
  const next = column + (back ? -1 : 1);
  if (next < 0 || next >= grid.model.width) return false;
  grid.go(row, next);
  return true;
}

/** Fill down or right from the first row or column; a single one takes its neighbour's above or to the left. */
function repeatFirst(grid, direction) {
  const { top, left, bottom, right } = grid.range();
  const row = top === bottom ? Math.max(0, top - 1) : top;
  const from = left === right ? Math.max(0, left - 1) : left;
  const first = (line, column) => (direction === "row" ? [row, column] : [line, from]);
  grid.fillRange((line, column) => {
    const [r, c] = first(line, column);
    return grid.model.get(grid.shown[r], c);
  });
}
