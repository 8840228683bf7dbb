// What a number typed into a total will do, in a few words.

import { BASELINE, parseNumber } from "./parse.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/**
 * Return {words, possible}: "208 rows, +1,240"; with held cells or other people's in the total, what stays as it is;
 * not possible when that alone is more than the number typed.
 */
export function spreadHint(model, row, column, typed) {
  const value = parseNumber(typed, model.get(row, column));
  if (value === BASELINE) return { words: "Back to the baseline", possible: true };
  if (!(value >= 0)) return { words: "", possible: false };
  const total = Math.round(value);
  const leaves = model.free(row, column);
  if (leaves.length === 0) return { words: "Nothing in it can change", possible: false };
  const fixed = model.fixed(row, column, leaves);
  const stays = NUMBER.format(fixed);
  if (total < fixed - 0.0005) return { words: `${stays} is held or not yours: it cannot be less`, possible: false };
  const change = total - model.get(row, column);
  const rows = `${NUMBER.format(leaves.length)} row${leaves.length === 1 ? "" : "s"}`;
  const words = `${rows}, ${change < 0 ? "−" : "+"}${NUMBER.format(Math.abs(change))}`;
  return { words: fixed >= 0.5 ? `${words}; ${stays} stays` : words, possible: true };
}
