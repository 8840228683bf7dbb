// Mouse and finger: marking a range, folding, editing by a double click or a second tap.

import { drag } from "./dom.js";

export function listenToPointer(grid) {
  grid.root.addEventListener("mousedown", (event) => pressed(grid, event));
  grid.root.addEventListener("dblclick", (event) => hit(event.target)?.column >= 0 && grid.edit());
  let again = false;
  grid.root.addEventListener("pointerdown", (event) => {
    again = event.pointerType === "touch" && isActive(grid, hit(event.target));
  });
  grid.root.addEventListener("click", () => again && !grid.editor.isOpen && grid.edit());
}

/** The line and column of an element: {row, column}, column -1 for the row's name; null outside the rows. */
export function hit(target) {
  const line = target.closest?.(".pg-row")?.at;
  const cell = target.closest?.(".pg-cell");
  return line === undefined || !cell ? null : { row: line, column: cell.column ?? -1 };
}

function pressed(grid, event) {
  if (event.button !== 0 || event.target === grid.editor.input) return;
  const place = hit(event.target);
  if (!place) return;
  event.preventDefault();
  if (!grid.editor.commit()) return;
  if (event.target.classList.contains("pg-twist")) grid.toggle(place.row);
  else if (event.target.classList.contains("pg-mark")) grid.options.onReviewed?.([grid.rowIndex(place.row)]);
  else if (place.column < 0) grid.select(place.row, 0, place.row, grid.model.width - 1);
  else {
    grid.go(place.row, place.column, event.shiftKey);
    drag((target) => stretch(grid, target));
  }
}

function stretch(grid, target) {
  const over = grid.root.contains(target) && hit(target);
  if (!over || over.column < 0 || (over.row === grid.other.row && over.column === grid.other.column)) return;
  grid.other = over;
  grid.mark(false);
}

/** The first tap chooses a cell, as a mouse press does; a tap on the chosen cell edits it. */
function isActive(grid, place) {
  return place !== null && place.row === grid.active.row && place.column === grid.active.column;
}
