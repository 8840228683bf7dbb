// One row of the grid on screen: made once, filled again and again while scrolling.

import { make } from "./dom.js";
import { written } from "./written.js";

/** Return an empty row element with `.name`, `.share` and `.cells`. */
export function newLine(model) {
  const line = make("div", "pg-row", { role: "row" });
  line.name = make("div", "pg-cell pg-frozen", { role: "rowheader", "aria-colindex": "1" });
  line.twist = make("button", "pg-twist", { type: "button", tabindex: "-1", "aria-hidden": "true" });
  line.label = make("span", "pg-name");
  line.share = make("span", "pg-share");
  line.share.hidden = true;
  line.mark = make("button", "pg-mark", { type: "button", tabindex: "-1", "aria-hidden": "true" });
  line.mark.hidden = true;
  line.name.append(line.twist, line.label, line.share, line.mark);
  line.append(line.name);
  line.cells = model.months.map((_, column) => {
    const cell = make("div", "pg-cell", { role: "gridcell", "aria-colindex": String(column + 2) });
    cell.tabIndex = -1;
    cell.column = column;
    line.append(cell);
    return cell;
  });
  return line;
}

/** Show model row `index` in the element as line number `at`. */
export function fillLine(line, model, index, at, rowHeight) {
  const row = model.rows[index];
  if (line.at !== at) {
    line.at = at;
    line.setAttribute("aria-rowindex", String(at + 3));
    line.style.transform = `translateY(${at * rowHeight}px)`;
  }
  const talk = model.talk.isOpen(row, null);
  if (line.index !== index || line.open !== row.open || line.talk !== talk) fillName(line, index, row, talk);
  fillShare(line, model, index, row);
  fillMark(line, model, index, row);
  for (const cell of line.cells) fillCell(cell, model, index, row);
}

function fillName(line, index, row, talk) {
  Object.assign(line, { index, talk, open: row.open });
  const folds = row.end > index + 1;
  line.className = `pg-row level${row.level}${row.kind ? " layer" : ""}${row.open && row.level === 2 ? " open" : ""}`;
  line.setAttribute("aria-level", String(row.level + 1));
  if (folds) line.setAttribute("aria-expanded", String(row.open));
  else line.removeAttribute("aria-expanded");
  line.name.className = `pg-cell pg-frozen level${row.level}${talk ? " talk" : ""}`;
  if (talk) line.name.setAttribute("aria-description", SAID.talk);
  else line.name.removeAttribute("aria-description");
  line.name.title = row.name;
  line.twist.hidden = !folds;
  line.twist.textContent = row.open ? "▾" : "▸";
  line.label.textContent = row.name;
}

/** How far a row is from its baseline over the whole plan, in percent; or what a filter says of it. */
function fillShare(line, model, index, row) {
  const share = row.kind ? 0 : shareOfChange(model, index);
  const remark = row.kind ? "" : model.remarks?.get(index);
  const changed = Math.abs(share) < 0.0005 ? "" : `${share > 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(1)}%`;
  const text = remark || changed;
  if (line.share.textContent === text) return;
  line.share.textContent = text;
  line.share.hidden = text === "";
}

/** A tick a person sets once they have been through a product; there only where they may change it. */
function fillMark(line, model, index, row) {
  const isOffered = row.level === 2 && !row.kind && row.open_to_edit;
  const isSet = isOffered && model.isReviewed(index);
  const state = `${isOffered} ${isSet}`;
  if (line.marked === state) return;
  line.marked = state;
  line.mark.hidden = !isOffered;
  line.mark.textContent = isSet ? "✓" : ""; // the ring of one not set is drawn by the sheet
  line.mark.title = isSet ? "Reviewed; take the mark back (Alt+R)" : "Mark as reviewed (Alt+R)";
  line.mark.classList.toggle("set", isSet);
  if (isSet) line.name.setAttribute("aria-description", "reviewed");
  else line.name.removeAttribute("aria-description");
}

function shareOfChange(model, index) {
  let now = 0;
  let base = 0;
  for (let column = model.first; column < model.width; column += 1) {
    now += model.shown(index, column) || 0;
    base += model.shownBaseline(index, column) || 0;
  }
  return base ? now / base - 1 : 0;
}

function fillCell(cell, model, index, row) {
  const value = model.shown(index, cell.column);
  const text = Number.isNaN(value) ? "" : written(value, model);
  if (cell.text !== text) {
    cell.text = text;
    cell.textContent = text;
  }
  const editable = model.editable(index, cell.column);
  const names = cellNames(cell.column, model, index, row, editable);
  if (cell.names !== names) {
    cell.names = names;
    cell.className = names;
    describe(cell, names);
  }
  if (cell.editable !== editable) {
    cell.editable = editable;
    if (editable) cell.removeAttribute("aria-readonly");
    else cell.setAttribute("aria-readonly", "true");
  }
}

function cellNames(column, model, index, row, editable) {
  let names = "pg-cell";
  if (!editable) names += " locked";
  if (row.kind) return names;
  if (!row.series) names += " total";
  if (model.isChanged(index, column)) names += " changed";
  if (model.isNoted(index, column)) names += " noted";
  if (model.talk.isOpen(row, column)) names += " talk";
  if (model.isHeld(index, column)) names += " held";
  if (model.served.isRefused(index * model.width + column)) names += " refused";
  return names;
}

const SAID = { changed: "changed", noted: "has a note", talk: "has an open comment", held: "held", refused: "not saved" };

/** What the colours and marks of a cell say, for those who do not see them. */
function describe(cell, names) {
  const words = names.split(" ").map((name) => SAID[name]).filter(Boolean);
  if (words.length) cell.setAttribute("aria-description", words.join(", "));
  else cell.removeAttribute("aria-description");
}
