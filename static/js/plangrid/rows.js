// The rows of the grid: the server's tree with layer lines under each product, and which rows lie below which.

export const LEAF = 3; // level of a series: product at one customer and location
const PRODUCT = 2;

/** What a product opens into, above its series: measure -> words. */
export const LAYERS = {
  baseline: "Baseline",
  assumptions: "Assumptions",
  consensus: "Consensus",
  last_year: "Last year",
  open_orders: "Open orders",
  last_consensus: "Last cycle",
};
const SOMETIMES = ["assumptions", "consensus", "open_orders"]; // only under the products the server names

/**
 * Return rows depth first: {source: index in the server's rows, parent, end: first row that is no longer inside, open,
 * open_to_edit: whether it or a part of it may change, kind: the measure of a layer line}. `named` says which of the
 * server's rows have a layer that not all have: {measure: [row]}.
 */
export function gridRows(source, named = {}) {
  const shows = (kind, index) => !SOMETIMES.includes(kind) || (named[kind]?.includes(index) ?? false);
  const rows = [];
  const place = new Map([[-1, -1]]);
  source.forEach((row, index) => {
    place.set(index, rows.length);
    const here = rows.length;
    rows.push({ ...row, source: index, parent: place.get(row.parent), open: row.level < PRODUCT, open_to_edit: row.editable });
    if (row.level !== PRODUCT) return;
    for (const [kind, name] of Object.entries(LAYERS)) {
      if (shows(kind, index)) rows.push({ kind, name, level: LEAF, source: index, parent: here });
    }
  });
  return closed(rows);
}

/** Work out ends and what is open to edit, from the last row up. */
function closed(rows) {
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    rows[i].end ??= i + 1;
    const parent = rows[rows[i].parent];
    if (!parent) continue;
    parent.end = Math.max(parent.end ?? 0, rows[i].end);
    parent.open_to_edit ||= rows[i].open_to_edit ?? false;
  }
  return rows;
}
