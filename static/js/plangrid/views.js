// Views: what the screen shows, in the address so that it can be shared, and under names of one's own.

const SCROLLED = 300; // milliseconds after scrolling came to rest
const USUAL = { unit: "units", filter: "all", abc: "", find: "", level: 2 };
const NUMBERS = ["level", "from"];

export class Views {
  /** `bar`: the filters; `units`: {value, choose(unit)}. */
  constructor(grid, bar, units) {
    Object.assign(this, { grid, bar, units, usualFrom: this._from(grid) });
    grid.root.addEventListener("scroll", () => this._later(), { passive: true });
    document.body.addEventListener("htmx:configRequest", (event) => {
      if (event.target.closest?.("[data-view-form]")) event.detail.parameters.state = JSON.stringify(this.state);
    });
    document.addEventListener("click", (event) => this._clicked(event));
  }

  /** Everything a view keeps; `from`: the first month in sight, counted from the first of the plan. */
  get state() {
    return { unit: this.units.value, ...this.bar.state, from: this._from(this.grid) };
  }

  /** Show a view. */
  apply(state) {
    if (state.unit) this.units.choose(state.unit);
    this.bar.apply(state);
    const { model, view, root } = this.grid;
    if (state.from !== undefined) root.scrollLeft = Math.max(0, (model.first + state.from) * view.columnWidth);
    this.write();
  }

  /** The view an address asks for: {} where it names nothing of one. */
  static asked(search) {
    const found = {};
    for (const name of [...Object.keys(USUAL), "from"]) {
      const value = new URLSearchParams(search).get(name);
      if (value !== null) found[name] = NUMBERS.includes(name) ? Number(value) || 0 : value;
    }
    return found;
  }

  /** Let the address say what is shown, so that whoever opens it sees the same. */
  write() {
    const address = new URL(location.href);
    const usual = { ...USUAL, from: this.usualFrom };
    address.searchParams.delete("view");
    for (const [name, value] of Object.entries(this.state)) {
      if (value === usual[name]) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(null, "", address);
  }

  _from(grid) {
    return Math.round(grid.root.scrollLeft / grid.view.columnWidth) - grid.model.first;
  }

  _later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), SCROLLED);
  }

  _clicked(event) {
    const link = event.target.closest("[data-view-state]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.apply({ ...USUAL, ...JSON.parse(link.dataset.viewState) });
    link.closest("dialog")?.close();
  }
}
