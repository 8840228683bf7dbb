// Copy, cut and paste as a spreadsheet does, both ways.

import { parseNumber, parseTable } from "./parse.js";

/** Return the marked cells as tab separated text and as an HTML table. */
export function copied(model, rows, range) {
  const lines = [];
  for (let r = range.top; r <= range.bottom; r += 1) {
    const line = [];
    for (let c = range.left; c <= range.right; c += 1) {
      const value = model.shown(rows[r], c);
      line.push(Number.isNaN(value) ? "" : String(Math.round(value * 1000) / 1000));
    }
    lines.push(line);
  }
  const html = lines.map((line) => `<tr>${line.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return { text: lines.map((line) => line.join("\t")).join("\r\n"), html: `<table>${html}</table>` };
}

/**
 * Return the edits a pasted text makes at a range, the range it covers, and how many cells could not be read.
 * One value fills the whole range; a table repeats where the range is a multiple of it; empty cells leave theirs alone.
 * Total rows are left out of a many-row paste when their parts are shown: they follow from them.
 */
export function pasted(grid, range, text) {
  const { model, shown: rows } = grid;
  const table = parseTable(text);
  const height = table.length;
  const width = Math.max(...table.map((line) => line.length));
  const tall = range.bottom - range.top + 1;
  const wide = range.right - range.left + 1;
  const down = tall > height && tall % height === 0 ? tall : height;
  const across = wide > width && wide % width === 0 ? wide : width;
  const edits = [];
  let unread = 0;
  for (let r = 0; r < down; r += 1) {
    for (let c = 0; c < across; c += 1) {
      const row = rows[range.top + r];
      const column = range.left + c;
      const cell = table[r % height][c % width] ?? "";
      if (row === undefined || column >= model.width || cell.trim() === "") continue;
      if (grid.followsFromParts(range.top + r, down)) continue;
      const value = parseNumber(cell, model.get(row, column));
      if (Number.isNaN(value)) unread += 1;
      else edits.push([row, column, value]);
    }
  }
  const bottom = Math.min(rows.length - 1, range.top + down - 1);
  const right = Math.min(model.width - 1, range.left + across - 1);
  return { edits, unread, range: { top: range.top, left: range.left, bottom, right } };
}
