// Cells the server refused: each is named, and the person decides cell by cell. Nothing typed is thrown away unasked.

import { make } from "./dom.js";
import { written } from "./written.js";

/**
 * Show the `refused` cells in `dialog`, each with the person's number. `keep(cell)` saves the person's number again over the other one, `take(cell)` puts
 * the server's number back.
 */
export function showRefusals(dialog, model, refused, { keep, take }) {
  const list = dialog.querySelector("tbody");
  list.replaceChildren(...refused.map((cell) => line(model, cell, { keep, take })));
  if (!dialog.open) dialog.showModal();
}

function line(model, cell, { keep, take }) {
  const { row, column } = model.cellOf(cell);
  const name = `${fullName(model, row)}, ${model.months[column].label}`;
  const element = make("tr");
  const choices = make("td", "nowrap");
  const choose = (word, act) => {
    const button = make("button", "button", { type: "button", "aria-label": `${word}: ${name}` }, word);
    button.addEventListener("click", () => {
      model.served.forgive(cell);
      act(cell);
      done(element);
    });
    choices.append(button, " ");
  };
  if (cell.reason === "conflict") choose("Keep mine", keep);
  choose(cell.reason === "conflict" ? "Take theirs" : "Put back", take);
  const mine = make("td", "number", {}, written(model.get(row, column), model));
  element.append(make("th", "", { scope: "row" }, name), mine, make("td", "", {}, cell.message), choices);
  return element;
}

/** After the last choice the dialog closes by itself; until then the next one has the focus. */
function done(element) {
  const dialog = element.closest("dialog");
  const next = element.nextElementSibling ?? element.previousElementSibling;
  element.remove();
  if (next) next.querySelector("button")?.focus();
  else dialog.close();
}

function fullName(model, row) {
  const { name, parent } = model.rows[row];
  return parent > 0 ? `${model.rows[parent].name}, ${name}` : name;
}
