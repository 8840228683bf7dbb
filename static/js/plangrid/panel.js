// The side panel: follows the focused cell, and takes the reason for the change just made.

import { drawAll } from "../chart.js";
import { Comments } from "./comments.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const WAIT = 250; // milliseconds the focus rests before the panel follows

export class SidePanel {
  /**
   * `options`: url, onReason(code, note, words), asked() = how many changed cells a reason goes to, focusGrid(),
   * onTalk(row, months with an open comment).
   */
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.comments = new Comments(element, options.onTalk);
    element.addEventListener("click", (event) => this._clicked(event));
    element.addEventListener("htmx:afterSettle", () => this.revealing && this.comments.reveal()); // what came above moved them
  }

  /** Show a row's panel soon: {row, bucket}. */
  follow(place) {
    this.place = place;
    this.revealing = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this._load(), WAIT);
  }

  /** Press the chip with this number, as Alt+number does. */
  choose(number) {
    this.element.querySelectorAll("[data-reason]")[number - 1]?.click();
  }

  note() {
    this._note()?.focus();
  }

  comment() {
    this.comments.focus();
  }

  /** Bring the comments in sight, once they are there, of the place followed last: somebody came because of them. */
  revealComments() {
    this.revealing = true;
  }

  history() {
    const history = this.element.querySelector(".history");
    history?.scrollIntoView();
    if (history) Object.assign(history, { tabIndex: -1 }).focus();
  }

  /** Never under the person's hands: while they write a note, the panel stays as it is. */
  async _load() {
    const { element, place } = this;
    const writing = element.contains(document.activeElement) && document.activeElement.matches("textarea");
    if (writing || getComputedStyle(element).display === "none") return;
    this.loading?.abort();
    this.loading = new AbortController();
    const url = new URL(this.options.url, location.href);
    url.search = new URLSearchParams(place);
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: this.loading.signal });
      if (response.ok) this._show(await response.text());
    } catch (error) {
      if (error.name !== "AbortError") element.querySelector(".panel-error")?.removeAttribute("hidden");
    }
  }

  _show(html) {
    const { element } = this;
    const focused = element.contains(document.activeElement) ? document.activeElement.dataset.reason : null;
    const inside = element.contains(document.activeElement);
    element.innerHTML = html;
    globalThis.htmx?.process(element);
    drawAll(element);
    this._ask();
    this.comments.shown();
    if (this.revealing) this.comments.reveal();
    const again = focused && element.querySelector(`[data-reason="${CSS.escape(focused)}"]`);
    if (again) again.focus();
    else if (inside) this.options.focusGrid();
  }

  /** Ask why only where something changed, and say how much the answer is for. */
  _ask() {
    const section = this.element.querySelector(".why-changed");
    const cells = this.options.asked();
    if (!section) return;
    section.hidden = cells === 0;
    section.querySelector("[data-asked]").textContent = `${NUMBER.format(cells)} cell${cells === 1 ? "" : "s"}`;
  }

  _clicked(event) {
    const chip = event.target.closest("[data-reason]");
    if (!chip) return;
    for (const other of this.element.querySelectorAll("[data-reason]")) other.setAttribute("aria-pressed", String(other === chip));
    this.options.onReason(chip.dataset.reason, this._note()?.value ?? "", chip.textContent.trim());
  }

  _note() {
    return this.element.querySelector(".why-changed textarea");
  }
}
