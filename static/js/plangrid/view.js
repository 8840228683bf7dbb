// The grid on screen: only the rows in sight exist, and their elements are used again while scrolling.

import { make, move } from "./dom.js";
import { gridHead, nameGroups } from "./head.js";
import { fillLine, newLine } from "./lines.js";
import { written } from "./written.js";

const AROUND = 4; // rows kept ready above and below what is seen

export class GridView {
  constructor(grid) {
    this.grid = grid;
    this.lines = new Map(); // line number -> element
    this.spare = [];
    this._measure();
    this._build();
  }

  /** The element of a cell, undefined where its row is out of sight. */
  cell(line, column) {
    return this.lines.get(line)?.cells[column];
  }

  /** How many rows a page key moves. */
  page() {
    return Math.max(1, Math.floor((this.grid.root.clientHeight - this.headHeight) / this.rowHeight) - 1);
  }

  /** Where a cell stands inside the body: {x, y}. */
  place({ row, column }) {
    return { x: this.frozenWidth + column * this.columnWidth, y: row * this.rowHeight };
  }

  /** Bring the rows in sight on screen. */
  render() {
    const { root, shown, active, model } = this.grid;
    const height = root.clientHeight - this.headHeight;
    const from = Math.max(0, Math.floor(root.scrollTop / this.rowHeight) - AROUND);
    const to = Math.min(shown.length, Math.ceil((root.scrollTop + height) / this.rowHeight) + AROUND);
    const inSight = (line) => (line >= from && line < to) || line === active.row; // the focused cell is never recycled
    for (const [line, element] of this.lines) if (!inSight(line)) this._free(line, element);
    const added = document.createDocumentFragment();
    const show = (line) => {
      if (this.lines.has(line) || line >= shown.length) return;
      const element = this.spare.pop() ?? added.appendChild(newLine(model));
      element.hidden = false;
      this.lines.set(line, element);
      fillLine(element, model, shown[line], line, this.rowHeight);
    };
    for (let line = from; line < to; line += 1) show(line);
    show(active.row);
    if (added.childNodes.length) this.body.insertBefore(added, this.marker);
    for (const element of this.spare) element.hidden = true;
    nameGroups(this.head, root.scrollLeft, this.columnWidth);
  }

  /** Fill every row in sight again, after numbers changed. */
  refresh() {
    const { model, shown, root } = this.grid;
    this.body.style.height = `${shown.length * this.rowHeight}px`;
    root.setAttribute("aria-rowcount", String(shown.length + 2));
    this.render();
    for (const [line, element] of this.lines) fillLine(element, model, shown[line], line, this.rowHeight);
  }

  /** Say in the corner what the numbers are, units or money. */
  name({ corner, label }) {
    this.head.querySelector(".pg-frozen span").textContent = corner;
    this.grid.root.setAttribute("aria-label", label);
  }

  /** Forget which row stands where, after rows were folded or filtered. */
  forget() {
    for (const [line, element] of this.lines) this._free(line, element);
  }

  mark({ top, bottom, left, right }, active, focus) {
    const { x, y } = this.place({ row: top, column: left });
    const width = (right - left + 1) * this.columnWidth;
    const height = (bottom - top + 1) * this.rowHeight;
    move(this.marker, x - 1, y - 1, width + 1, height + 1);
    this.marker.classList.toggle("one", top === bottom && left === right);
    this.grid.fill?.place(x + width, y + height);
    if (this.tabbed) this.tabbed.tabIndex = -1;
    this.tabbed = this.cell(active.row, active.column);
    if (!this.tabbed) return;
    this.tabbed.tabIndex = 0;
    if (focus) this.tabbed.focus({ preventScroll: true });
  }

  scrollTo(place) {
    const { root } = this.grid;
    const { x, y } = this.place(place);
    const left = x - this.frozenWidth;
    const height = root.clientHeight - this.headHeight;
    const width = root.clientWidth - this.frozenWidth;
    if (y < root.scrollTop) root.scrollTop = y;
    else if (y + this.rowHeight > root.scrollTop + height) root.scrollTop = y + this.rowHeight - height;
    if (left < root.scrollLeft) root.scrollLeft = left;
    else if (left + this.columnWidth > root.scrollLeft + width) root.scrollLeft = left + this.columnWidth - width;
  }

  /** The window changed; made narrow, or a tablet turned, the rows and columns have other sizes. */
  fit() {
    const sizes = () => [this.rowHeight, this.columnWidth, this.frozenWidth].join();
    const before = sizes();
    this._measure();
    if (sizes() === before) {
      this.render();
      return;
    }
    for (const line of this.lines.values()) line.at = undefined; // to be placed anew
    this._setWidths();
    this.refresh();
    const { grid } = this;
    this.mark(grid.range(), grid.active, false);
  }

  /** Sizes stand in the style sheet, where phones have their own. */
  _measure() {
    this.grid.root.style.removeProperty("--column-width");
    const style = getComputedStyle(this.grid.root);
    const pixels = (name) => parseFloat(style.getPropertyValue(name));
    this.rowHeight = pixels("--row-height");
    this.columnWidth = Math.max(pixels("--column-width"), this._widest());
    this.grid.root.style.setProperty("--column-width", `${this.columnWidth}px`);
    this.frozenWidth = pixels("--frozen-width");
    this.headHeight = 2 * this.rowHeight;
  }

  /** Room for the largest number, which is one of the grand totals; bold figures are about 8 pixels wide. */
  _widest() {
    const { model } = this.grid;
    const largest = (read) => Math.max(...model.months.map((_, column) => Math.abs(read(column)) || 0));
    const words = [written(largest((column) => model.get(0, column)), { inMoney: false })];
    words.push(written(largest((column) => model.worth.plan(0, column)), { inMoney: true }));
    return Math.max(...words.map((text) => text.length)) * 8 + 16;
  }

  _build() {
    const { root, model, options } = this.grid;
    root.setAttribute("role", "treegrid");
    root.setAttribute("aria-label", options.label);
    root.setAttribute("aria-multiselectable", "true");
    root.setAttribute("aria-colcount", String(model.width + 1));
    this.body = make("div", "pg-body", { role: "rowgroup" });
    this.marker = make("div", "pg-marker", { "aria-hidden": "true" });
    this.body.append(this.marker);
    this.head = gridHead(model.months, options);
    const inner = make("div", "pg-inner", { role: "presentation" });
    inner.append(this.head, this.body);
    root.append(inner);
    this._setWidths();
  }

  _setWidths() {
    this.body.style.width = `${this.frozenWidth + this.grid.model.width * this.columnWidth}px`;
    for (const cell of this.head.groups) cell.style.width = `${cell.group.span * this.columnWidth}px`;
  }

  _free(line, element) {
    this.lines.delete(line);
    element.index = undefined;
    element.at = undefined;
    element.removeAttribute("aria-rowindex");
    this.spare.push(element);
  }
}
