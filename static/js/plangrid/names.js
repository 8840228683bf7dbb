// Names offered while somebody writes @: a list under the text, arrows choose, Enter or Tab takes, Escape closes.

import { make } from "./dom.js";

const ASKED = /(?:^|[^\w.+-])@([\p{L}\p{N}_.-]*)$/u; // the word being written, up to the caret
const SHOWN = 6;

export class NameList {
  constructor(text, url) {
    this.text = text;
    this.url = url;
    this.list = make("ul", "name-list", { id: "comment-names", role: "listbox", "aria-label": "People" });
    this.list.hidden = true;
    text.after(this.list);
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.list.id);
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the focus stays in the text
      const item = event.target.closest("[role=option]");
      if (item) this._take(item.person);
    });
  }

  /** Show who fits what is being written. */
  async follow() {
    if (this._word() === null) {
      this.close();
      return;
    }
    this.people ??= this._people();
    const people = await this.people;
    const word = this._word()?.toLowerCase(); // it went on while the names came
    if (word === undefined) return;
    const fits = ({ username, name }) =>
      username.toLowerCase().startsWith(word) || name.toLowerCase().split(" ").some((part) => part.startsWith(word));
    this._show(people.filter(fits).slice(0, SHOWN));
  }

  /** Take a key the open list knows; true when it did. */
  key(event) {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this._mark((this.at + step + this.items.length) % this.items.length);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.shiftKey) this._take(this.items[this.at].person);
    else return false;
    return true;
  }

  close() {
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }

  async _people() {
    const response = await fetch(this.url, { headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).people : [];
  }

  /** The word after @ at the caret, null where there is none. */
  _word() {
    const { text } = this;
    return ASKED.exec(text.value.slice(0, text.selectionStart))?.[1] ?? null;
  }

  _show(people) {
    this.items = people.map((person, index) => {
      const item = make("li", "", { role: "option", id: `comment-name-${index}` }, `${person.name} `);
      item.append(make("span", "muted", {}, `@${person.username}`));
      return Object.assign(item, { person });
    });
    this.list.replaceChildren(...this.items);
    if (people.length === 0) this.close();
    else {
      this.list.hidden = false;
      this._mark(0);
    }
  }

  _mark(at) {
    this.at = at;
    this.items.forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    this.text.setAttribute("aria-activedescendant", this.items[at].id);
  }

  _take({ username }) {
    const { text } = this;
    const from = text.selectionStart - this._word().length;
    text.setRangeText(`${username} `, from, text.selectionStart, "end");
    this.close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
