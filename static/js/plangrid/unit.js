// The switch above the grid: units, or what they are worth. Money is only looked at; numbers are typed in units.

import { announce, toast } from "../toast.js";

/** What the numbers are: short for the corner of the grid, whole for who hears it. */
export function unitWords(model, currency) {
  const months = `${model.width - model.first} months`;
  if (!model.inMoney) return { corner: `${months}, adjusted plan`, label: "Demand plan by product and month, units" };
  const money = `revenue, ${currency} thousand`;
  return { corner: `${months}, ${money}`, label: `Demand plan by product and month, ${money}` };
}

function sayUnits() {
  toast("Numbers are typed in units; this is what they are worth.");
}

/**
 * Let the radio buttons named "unit" choose; `after` runs when the numbers have changed. Return {value, choose(unit)};
 * where nothing has a price, revenue cannot be chosen.
 */
export function startUnits(grid, currency, after) {
  const { model, root } = grid;
  const choices = [...document.querySelectorAll('input[name="unit"]')];
  const choose = (unit) => {
    const inMoney = unit === "revenue" && model.worth.isKnown;
    for (const choice of choices) choice.checked = choice.value === (inMoney ? "revenue" : "units");
    if (model.inMoney === inMoney) return;
    model.inMoney = inMoney;
    grid.view.name(unitWords(model, currency));
    grid.reload();
    announce(model.inMoney ? "Revenue at today's prices." : "Units.");
    after();
  };
  for (const choice of choices) {
    choice.checked = choice.value === "units"; // browsers keep a choice over a reload
    choice.disabled = !model.worth.isKnown;
    choice.addEventListener("change", () => choose(choice.value));
  }
  root.addEventListener("keydown", (event) => {
    const isTyping = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (model.inMoney && isTyping && event.key !== "?") sayUnits();
  });
  document.addEventListener("paste", () => model.inMoney && grid.mine() && sayUnits());
  return { choose, get value() { return model.inMoney ? "revenue" : "units"; } };
}
