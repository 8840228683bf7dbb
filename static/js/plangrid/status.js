// The line under the grid: what is marked, and what it adds up to.

import { make } from "./dom.js";
import { written } from "./written.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Write count, sum, average and distance from the baseline of a marked range into `element`. */
export function showSelection(element, model, rows, range) {
  const { count, sum, base } = totals(model, rows, range);
  element.replaceChildren(
    fact("Cells", NUMBER.format(count)),
    fact("Sum", written(sum, model)),
    fact("Average", written(count ? sum / count : 0, model)),
  );
  if (base > 0) {
    const change = sum - base;
    const share = `${sign(change)}${Math.abs((change / base) * 100).toFixed(1)}%`;
    element.append(fact("Against baseline", `${sign(change)}${written(Math.abs(change), model)} (${share})`));
  }
}

/** Only months of the plan have a baseline to be held against, and layer lines have none. */
function totals(model, rows, { top, bottom, left, right }) {
  const found = { count: 0, sum: 0, base: 0 };
  let comparable = left >= model.first;
  for (let line = top; line <= bottom; line += 1) {
    comparable &&= !model.rows[rows[line]].kind;
    for (let column = left; column <= right; column += 1) {
      found.count += 1;
      found.sum += model.shown(rows[line], column) || 0;
      found.base += model.shownBaseline(rows[line], column) || 0;
    }
  }
  return comparable ? found : { ...found, base: 0 };
}

function fact(name, value) {
  const element = make("span", "", {}, `${name} `);
  element.append(make("b", "", {}, value));
  return element;
}

function sign(value) {
  if (Math.abs(value) < 0.05) return "";
  return value < 0 ? "−" : "+";
}
