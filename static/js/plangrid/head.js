// The two header rows: what kind of months and which year, and the months themselves.

import { make } from "./dom.js";

/** Return the header of a grid over `months`; `options`: corner, rowTitle. */
export function gridHead(months, options) {
  const head = make("div", "pg-head", { role: "rowgroup" });
  const years = make("div", "pg-row", { role: "row", "aria-rowindex": "1" });
  const names = make("div", "pg-row", { role: "row", "aria-rowindex": "2" });
  years.append(header("pg-frozen", 1, options.corner));
  names.append(header("pg-frozen", 1, options.rowTitle));
  head.groups = groups(months).map((group) => {
    const cell = header("pg-group", group.from + 2, group.name);
    cell.title = group.name;
    cell.setAttribute("aria-colspan", String(group.span));
    cell.group = group;
    years.append(cell);
    return cell;
  });
  months.forEach((month, column) => names.append(header(month.kind, column + 2, month.label)));
  head.append(years, names);
  return head;
}

/** Name each group as long as the part of it that is in sight: "Actual 2022", or its kind alone. */
export function nameGroups(head, scrollLeft, columnWidth) {
  for (const cell of head.groups) {
    const { name, from, span } = cell.group;
    const inSight = (from + span) * columnWidth - Math.max(scrollLeft, from * columnWidth);
    const words = inSight >= name.length * 8 + 16 ? name : name.split(" ")[0];
    if (cell.firstChild.textContent !== words) cell.firstChild.textContent = words;
  }
}

/** Neighbouring months of one kind and year: [{name, from, span}]. */
function groups(months) {
  const found = [];
  months.forEach((month, column) => {
    const name = `${month.kind === "actual" ? "Actual" : "Plan"} ${month.year}`;
    if (found.at(-1)?.name === name) found.at(-1).span += 1;
    else found.push({ name, from: column, span: 1 });
  });
  return found;
}

function header(className, column, text) {
  const cell = make("div", `pg-header ${className}`, { role: "columnheader", "aria-colindex": String(column) });
  cell.append(make("span", "", {}, text));
  return cell;
}
