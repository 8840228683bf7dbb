// The switch above the grid: units, or what they are worth. Money is only looked at; numbers are typed in units.

import { announce, toast } from "../toast.js";

/** What the numbers are: short for the corner of the grid, whole for who hears it. */
export function unitWords(model, currency) {
  const months = `${model.width - model.first} months`;
  if (!model.inMoney) return { corner: `${months}, adjusted plan`, label: "Demand plan by product and month, units" };
  const money = `revenue, ${currency} thousand`;
  return { corner: `${months}, ${money}`, label: `Demand plan by product and month, ${money}` };
}

/** Let the radio buttons named "unit" choose; `after` runs when the numbers have changed. */
export function startUnits(grid, currency, after) {
  const { model, root } = grid;
  for (const choice of document.querySelectorAll('input[name="unit"]')) {
    choice.checked = choice.value === "units"; // browsers keep a choice over a reload
    choice.disabled = !model.worth.isKnown;
    choice.addEventListener("change", () => {
      model.inMoney = choice.value === "revenue";
      grid.view.name(unitWords(model, currency));
      grid.refresh();
      announce(model.inMoney ? "Revenue at today's prices." : "Units.");
      after();
    });
  }
  root.addEventListener("keydown", (event) => {
    const isTyping = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (model.inMoney && isTyping && event.key !== "?") toast("Numbers are typed in units; this is what they are worth.");
  });
}
