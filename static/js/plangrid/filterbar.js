// The filters above the grid, and the line below them that says what is left out and what the totals are of.

import { announce } from "../toast.js";

const NAMES = {
  all: "",
  exceptions: "Exceptions",
  not_reviewed: "Not reviewed",
  changed: "Changed",
  misses: "Biggest misses",
};
const SOON = 150; // milliseconds: a run of typing is counted once
const byId = (id) => document.getElementById(id);

export class FilterBar {
  /** `after` runs whenever a person chose something. */
  constructor(filter, grid, after) {
    this.filter = filter;
    this.grid = grid;
    this.after = after;
    this.chips = [...document.querySelectorAll("[data-filter]")];
    for (const chip of this.chips) chip.addEventListener("click", () => this._chosen({ filter: chip.dataset.filter }));
    byId("find").addEventListener("input", (event) => this._chosen({ find: event.target.value }));
    byId("abc").addEventListener("change", (event) => this._chosen({ abc: event.target.value }));
    byId("level").addEventListener("change", (event) => this._chosen({ level: Number(event.target.value) }));
    byId("filter-clear").addEventListener("click", () => this.clear());
    byId("none-clear").addEventListener("click", () => this.clear());
  }

  /** What is chosen, as a view keeps it. */
  get state() {
    return { filter: this.filter.name, abc: this.filter.abc, find: byId("find").value.trim(), level: this.level ?? 2 };
  }

  /** Show the rows a state asks for; what it does not name stays. */
  apply({ filter, abc, find, level }) {
    if (this.chips.some((chip) => chip.dataset.filter === filter)) this.filter.name = filter;
    if (abc !== undefined) this.filter.abc = abc;
    if (find !== undefined) {
      if (byId("find").value.trim() !== find.trim()) byId("find").value = find;
      this.filter.words = find.trim().toLowerCase();
    }
    if (level !== undefined) {
      this.level = level;
      this.grid.unfold(level);
    }
    byId("abc").value = this.filter.abc;
    byId("level").value = String(this.level ?? 2);
    for (const chip of this.chips) chip.setAttribute("aria-pressed", String(chip.dataset.filter === this.filter.name));
    this.grid.reload();
    this.say();
  }

  clear() {
    this._chosen({ filter: "all", abc: "", find: "" });
    byId("find").focus();
  }

  /** Count what each filter shows; soon, since every change asks for it. */
  count() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const chip of this.chips) {
        const count = chip.querySelector(".count");
        if (count) count.textContent = String(this.filter.count(chip.dataset.filter));
      }
    }, SOON);
  }

  /** Say what is left out: "Exceptions, class A: 12 of 208 products. Totals are of all products." */
  say() {
    const { filter } = this;
    const { count, of } = filter.shown;
    const parts = [NAMES[filter.name], filter.abc && `class ${filter.abc}`, filter.words && `“${byId("find").value.trim()}”`];
    const what = parts.filter(Boolean).join(", ");
    const order = filter.name === "misses" ? `, largest first (${this.missMonths || "no earlier plan"})` : "";
    const words = `${what[0]?.toUpperCase() ?? ""}${what.slice(1)}${order}: ${count} of ${of} products. Totals, and what is typed into them, are of all products.`;
    byId("filter-line").hidden = !filter.isOn;
    byId("plan-none").hidden = !filter.isOn || count > 0;
    if (byId("filter-words").textContent === words) return;
    byId("filter-words").textContent = words;
    announce(filter.isOn ? words : "All products.");
  }

  _chosen(state) {
    this.apply(state);
    this.after();
  }
}
