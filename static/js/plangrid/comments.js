// The comments in the side panel: what was begun is kept for its cell, @ offers names, Ctrl+Enter posts.

import { announce } from "../toast.js";
import { NameList } from "./names.js";

export class Comments {
  /** `element` is the panel; `onTalk(row, months)` hears which months of a row have an open comment. */
  constructor(element, onTalk) {
    this.element = element;
    this.onTalk = onTalk;
    this.begun = new Map(); // "row month" -> text not posted yet
    element.addEventListener("input", (event) => event.target === this._text() && this._typed());
    element.addEventListener("keydown", (event) => event.target === this._text() && this._key(event));
    element.addEventListener("focusout", (event) => event.target === this._text() && this.names?.close());
    element.addEventListener("htmx:afterSettle", () => this._answered());
  }

  /** Write one. */
  focus() {
    this._text()?.focus();
  }

  reveal() {
    this._section()?.scrollIntoView({ block: "nearest" });
  }

  /** The panel was filled anew. */
  shown() {
    const section = this._section();
    if (!section || section === this.section) return;
    this.section = section;
    const text = this._text();
    if (text && !text.value) text.value = this.begun.get(this._place()) ?? "";
    this.names = text && new NameList(text, section.dataset.peopleUrl);
    this.onTalk(section.dataset.row, section.dataset.open.split(" ").filter(Boolean));
  }

  _answered() {
    const section = this._section();
    if (!section || section === this.section) return;
    const { news } = section.dataset;
    if (news) {
      this.begun.delete(this._place());
      announce(news);
    }
    this.shown();
    if (!section.contains(document.activeElement)) this._text()?.focus();
  }

  _typed() {
    const { value } = this._text();
    if (value.trim()) this.begun.set(this._place(), value);
    else this.begun.delete(this._place());
    this.names.follow();
  }

  _key(event) {
    if (this.names.key(event)) event.preventDefault();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this._text().form.requestSubmit();
    }
  }

  _place() {
    const { row, month } = this._text().form.elements;
    return `${row.value} ${month.value}`;
  }

  _section() {
    return this.element.querySelector("#comments");
  }

  _text() {
    return this.element.querySelector("#comment-text");
  }
}
