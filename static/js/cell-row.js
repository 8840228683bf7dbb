/** A row of cells one types into: arrows move, a pasted row spreads, Escape takes a cell back to what it was. */

const THOUSANDS = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/;

export function startCellRows() {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.("input.cell")) onKey(event);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.matches?.("input.cell")) onPaste(event);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("input.cell")) mark(event.target);
  });
  for (const cell of document.querySelectorAll("input.cell")) mark(cell);
}

function cellsFrom(cell) {
  const row = [...cell.closest("tr").querySelectorAll("input.cell")];
  return row.slice(row.indexOf(cell));
}

function onKey(event) {
  const cell = event.target;
  if (event.key === "Escape") {
    cell.value = was(cell);
    mark(cell);
    return;
  }
  const right = event.key === "ArrowRight" && cell.selectionStart === cell.value.length;
  const left = event.key === "ArrowLeft" && cell.selectionEnd === 0;
  if (!right && !left && event.key !== "Enter") return;
  const row = [...cell.closest("tr").querySelectorAll("input.cell")];
  const next = row[row.indexOf(cell) + (left ? -1 : 1)];
  event.preventDefault();
  if (next) {
    next.focus();
    next.select();
  }
}

/** A row copied from a spreadsheet comes with tabs, a column with line ends; both are months here. */
function onPaste(event) {
  const text = event.clipboardData.getData("text/plain").replace(/[\r\n]+$/, "");
  const values = text.split(/[\t\n]/).map((value) => value.trim());
  if (values.length < 2) return;
  event.preventDefault();
  cellsFrom(event.target).forEach((cell, place) => {
    if (place >= values.length) return;
    cell.value = THOUSANDS.test(values[place]) ? values[place].replaceAll(",", "") : values[place];
    mark(cell);
  });
}

function was(cell) {
  return cell.form?.elements[cell.name.replace("now-", "was-")]?.value ?? "";
}

function mark(cell) {
  cell.toggleAttribute("data-changed", cell.value.trim() !== was(cell));
}
