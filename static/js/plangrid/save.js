// Saving: changes wait in a queue that survives a reload and a lost line, and go out in batches in the order made.

import { make } from "./dom.js";

const WAIT = 400; // milliseconds after the last change: a paste or a run of typing becomes few requests
const RETRY = [1000, 2000, 5000, 10000, 20000];

export class SaveQueue {
  /**
   * `options`: url, storageKey, csrf(), onState(state, waiting, saved at), onAnswer(answer, batch), onRefusal(sentence,
   * batch). What an earlier page left waits until flush() is called.
   */
  constructor(options) {
    this.options = options;
    this.batches = this._read();
    this.tries = 0;
    this.sending = null;
    addEventListener("online", () => this.flush());
    addEventListener("beforeunload", (event) => this.batches.length && event.preventDefault());
  }

  /** The cells not saved yet, oldest first: what a reloaded page must show again. */
  get pending() {
    return this.batches.flatMap((batch) => batch.cells);
  }

  /**
   * Queue the cells of one action, each {series, bucket, quantity, version}: the version of the number the person saw.
   * It is kept with the change, so that a change sent after a reload still meets a colleague's as a conflict.
   */
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

  /** Send what waits, oldest first, one request at a time; done when nothing waits or the line is lost. */
  flush() {
    this.sending ??= this._sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** Waiting changes of cells the server just gave a new version build on it. */
  follow(cells) {
    this._follow(cells, this.batches);
    this._write();
  }

  async _sendAll() {
    if (!this.batches.length) return;
    while (this.batches.length) {
      const outcome = await this._send(this.batches[0]);
      if (outcome === "later") return;
      this.batches.shift();
      this._write();
      this.tries = 0;
    }
    this._tell("saved");
  }

  async _send(batch) {
    try {
      const response = await fetch(this.options.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.options.csrf() },
        body: JSON.stringify(batch),
      });
      if (response.redirected || response.status === 401) return this._later("signed_out");
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      if (response.status >= 500 || !isJson) return this._later("failed");
      const answer = await response.json();
      this.savedAt = answer.saved_at ?? this.savedAt;
      if (answer.saved === undefined) this.options.onRefusal(answer.error, batch);
      else {
        this._follow(answer.saved, this.batches.slice(1));
        this.options.onAnswer(answer, batch);
      }
      return "done";
    } catch {
      return this._later("offline");
    }
  }

  _follow(known, batches) {
    const versions = new Map(known.map((cell) => [`${cell.series} ${cell.bucket}`, cell.version]));
    for (const cell of batches.flatMap((batch) => batch.cells)) {
      cell.version = versions.get(`${cell.series} ${cell.bucket}`) ?? cell.version;
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
    this.options.onState(state, this.waiting, this.savedAt);
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

/** Say how saving stands in `element`: "Saved 10:42", "Saving", "3 not saved, retry", "1 refused, decide". */
export function showState(element, { state, waiting, savedAt, zone, refused, retry, decide }) {
  element.replaceChildren();
  if (state === "saved" && refused) {
    const button = make("button", "button quiet", { type: "button" }, "Decide");
    button.addEventListener("click", decide);
    element.append(`${refused} cell${refused === 1 ? "" : "s"} not saved. `, button);
  } else if (state === "saved") element.append(savedAt ? `All changes saved ${clock(savedAt, zone)}` : "All changes saved");
  else if (state === "saving") element.append("Saving");
  else {
    const why = { offline: "No connection", signed_out: "Signed out", failed: "The server did not answer" }[state];
    const button = make("button", "button quiet", { type: "button" }, "Retry");
    button.addEventListener("click", retry);
    element.append(`${why}: ${waiting} not saved. `, button);
  }
}

/** The company's clock, not the browser's: the same the page's other times are in. */
function clock(moment, zone) {
  const shape = { hour: "2-digit", minute: "2-digit", timeZone: zone || undefined };
  return new Date(moment).toLocaleTimeString("en-GB", shape);
}
