// Saving: changes wait in a queue that survives a reload and a lost line, and go out in batches in the order made.

import { make } from "./grid.js";

const WAIT = 400; // milliseconds after the last change: a paste or a run of typing becomes few requests
const RETRY = [1000, 2000, 5000, 10000, 20000];

export class SaveQueue {
  /** `options`: url, csrf, storageKey, onState(state, waiting), onAnswer(answer), online check by the browser. */
  constructor(options) {
    this.options = options;
    this.batches = this._read();
    this.tries = 0;
    this.sending = false;
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => this.batches.length && event.preventDefault());
    if (this.batches.length) this.flush();
  }

  /** Queue the cells of one action; each {series, bucket, quantity, version()} with the version read when it is sent. */
  add(action, cells) {
    this.batches.push({ change_set: crypto.randomUUID(), action, cells });
    this._write();
    this._tell("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), WAIT);
  }

  get waiting() {
    return this.batches.reduce((count, batch) => count + batch.cells.length, 0);
  }

  /** Send what waits, oldest first, one request at a time. */
  async flush() {
    if (this.sending || !this.batches.length) return;
    this.sending = true;
    while (this.batches.length) {
      const outcome = await this._send(this.batches[0]);
      if (outcome === "later") break;
      this.batches.shift();
      this._write();
      this.tries = 0;
    }
    this.sending = false;
    if (!this.batches.length) this._tell("saved");
  }

  async _send(batch) {
    const cells = batch.cells.map((cell) => ({ ...cell, version: this.options.version(cell) }));
    try {
      const response = await fetch(this.options.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.options.csrf() },
        body: JSON.stringify({ ...batch, cells }),
      });
      if (response.status >= 500 || response.redirected) return this._later(response.redirected ? "signed_out" : "failed");
      const answer = await response.json();
      if (answer.saved === undefined) this.options.onRefusal(answer.error, batch);
      else this.options.onAnswer(answer, batch);
      return "done";
    } catch {
      return this._later("offline");
    }
  }

  _later(state) {
    const wait = RETRY[Math.min(this.tries, RETRY.length - 1)];
    this.tries += 1;
    this._tell(state);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
    return "later";
  }

  _tell(state) {
    this.options.onState(state, this.waiting);
  }

  _read() {
    try {
      return JSON.parse(localStorage.getItem(this.options.storageKey) ?? "[]");
    } catch {
      return [];
    }
  }

  _write() {
    try {
      if (this.batches.length) localStorage.setItem(this.options.storageKey, JSON.stringify(this.batches));
      else localStorage.removeItem(this.options.storageKey);
    } catch {
      // A full or forbidden store: the queue then lives as long as the page, and leaving it asks first.
    }
  }
}

/** Say how saving stands in `element`: "Saved 10:42", "Saving", "3 not saved, retry". */
export function showState(element, state, waiting, retry) {
  element.replaceChildren();
  if (state === "saved") {
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    element.append(`All changes saved ${time}`);
  } else if (state === "saving") element.append("Saving");
  else {
    const why = { offline: "No connection", signed_out: "Signed out", failed: "The server did not answer" }[state];
    const button = make("button", "link", { type: "button" }, "Retry");
    button.addEventListener("click", retry);
    element.append(`${why}: ${waiting} not saved. `, button);
  }
}
