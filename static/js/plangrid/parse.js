// What people type and paste: numbers, short forms, tables.

/** Marker for "back to the baseline". */
export const BASELINE = Symbol("baseline");

const PERCENT = /^([+-])\s*([\d.,]+)\s*%$/;
const FACTOR = /^([*/])\s*([\d.,]+)$/;
const STEP = /^([+-])=\s*([\d.,]+)$/;
// A number with or without thousands in groups of three: "1,5" is refused rather than read as fifteen.
const PLAIN = /^-?(\d{1,3}(?:[,\s]\d{3})+|\d+)?(\.\d*)?([km]?)$/i;
const THOUSANDS = { k: 1e3, m: 1e6 };

function plain(text) {
  const bare = text.replace(/[$€£]/g, "").trim();
  const negative = /^\(.*\)$/.test(bare);
  const digits = negative ? bare.slice(1, -1) : bare;
  const match = PLAIN.exec(digits);
  if (!match || !/\d/.test(digits)) return NaN;
  const number = parseFloat(digits.replace(/[,\s]/g, "")) * (THOUSANDS[match[3].toLowerCase()] ?? 1);
  return negative ? -number : number;
}

/**
 * Return the number typed over `current`: 120, 1.2k, +10%, -5%, *1.1, /2, +=50; BASELINE for "="; NaN when unreadable.
 */
export function parseNumber(typed, current) {
  const text = String(typed).trim();
  if (text === "=") return BASELINE;
  const number = calculated(text, current) ?? plain(text);
  return Number.isFinite(number) ? number : NaN;
}

function calculated(text, current) {
  const minus = text.startsWith("-") ? -1 : 1;
  let match = PERCENT.exec(text);
  if (match) return Math.round(current * (1 + minus * (plain(match[2]) / 100)));
  match = FACTOR.exec(text);
  if (match) return Math.round(match[1] === "*" ? current * plain(match[2]) : current / plain(match[2]));
  match = STEP.exec(text);
  if (match) return current + minus * plain(match[2]);
  return null;
}

/** Return rows of cells from tab separated text as spreadsheets put it on the clipboard; quoted cells may hold breaks. */
export function parseTable(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < source.length; i += 1) {
    const sign = source[i];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (source[i + 1] === '"') cell += source[(i += 1)];
      else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t" || sign === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1).push(cell);
  return rows;
}
