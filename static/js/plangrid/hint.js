// What a number typed into a total will do, in a few words.

import { BASELINE, parseNumber } from "./parse.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Return "208 rows, +1,240"; with held cells or other people's in the total, what stays as it is. */
export function spreadHint(model, row, column, typed) {
  const value = parseNumber(typed, model.get(row, column));
  const total = value === BASELINE ? model.baseline(row, column) : value;
  if (!(total >= 0)) return "";
  const leaves = model.free(row, column);
  if (leaves.length === 0) return "Nothing in it can change";
  const fixed = model.fixed(row, column, leaves);
  const change = Math.max(total, fixed) - model.get(row, column);
  const rows = `${NUMBER.format(leaves.length)} row${leaves.length === 1 ? "" : "s"}`;
  const parts = [`${rows}, ${change < 0 ? "−" : "+"}${NUMBER.format(Math.abs(change))}`];
  if (fixed >= 0.5) parts.push(`${NUMBER.format(fixed)} stays`);
  return parts.join("; ");
}
