// Cells kept out of spreading: this person's own working aid, remembered by this browser.

/** Read the held cells of an earlier visit into the model. */
export function readHolds(model, storageKey) {
  for (const [series, columns] of Object.entries(stored(storageKey))) {
    const row = model.rowOfSeries.get(Number(series));
    if (row === undefined) continue;
    for (const bucket of columns) model.held.add(row * model.width + model.cellOf({ series, bucket }).column);
  }
}

/** Hold every marked cell; when all are held already, let them go. Return {count, on}. */
export function toggleHolds(grid, storageKey) {
  const { model } = grid;
  const { top, bottom, left, right } = grid.range();
  const cells = [];
  for (let line = top; line <= bottom; line += 1) {
    for (const row of model.leaves(grid.rowIndex(line))) {
      for (let column = Math.max(left, model.first); column <= right; column += 1) cells.push([row, column]);
    }
  }
  const on = cells.some(([row, column]) => !model.isHeld(row, column));
  for (const [row, column] of cells) model.hold(row, column, on);
  write(model, storageKey);
  grid.refresh();
  return { count: new Set(cells.map(([row, column]) => row * model.width + column)).size, on };
}

function stored(storageKey) {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "{}");
  } catch {
    return {};
  }
}

function write(model, storageKey) {
  const kept = {};
  for (const place of model.held) {
    const { series } = model.rows[Math.floor(place / model.width)];
    (kept[series] ??= []).push(model.months[place % model.width].bucket);
  }
  try {
    localStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // Without a store the holds last as long as the page.
  }
}
