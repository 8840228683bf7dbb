// What needs a look: fetched after the page is ready and again after saves; products are marked as reviewed here.

import { csrfToken } from "../csrf.js";
import { toast } from "../toast.js";

const AGAIN = 1500; // milliseconds after the last save

export class Attention {
  /** `urls`: attention, facts, reviewed; `told(acted)` runs when something new is known; `acted`: the rows shown may change. */
  constructor(model, filter, urls, told) {
    Object.assign(this, { model, filter, urls, told });
  }

  /** Fetch everything; done when it is known, also when the line is lost: the filters then show what is known. */
  async load() {
    const [now, facts] = await Promise.all([this._get(this.urls.attention), this._get(this.urls.facts)]);
    if (facts) {
      this.filter.classes = facts.abc;
      this.filter.misses = facts.misses;
      this.months = facts.miss_months;
    }
    this._take(now, true);
  }

  /** Numbers or reasons were saved: what is an exception may have changed. */
  again() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => this._take(await this._get(this.urls.attention)), AGAIN);
  }

  /** Mark product rows as reviewed; when all are already, take the marks back. */
  async mark(rows) {
    const { model } = this;
    const products = rows.filter((row) => model.rows[row].open_to_edit).map((row) => model.rows[row].product);
    if (!products.length) return;
    const before = new Set(model.reviewed);
    const reviewed = products.some((product) => !before.has(product));
    for (const product of products) {
      if (reviewed) model.reviewed.add(product);
      else model.reviewed.delete(product);
    }
    this.told(true);
    const failed = await this._send({ products, reviewed });
    if (!failed) return;
    model.reviewed = before;
    toast(failed);
    this.told(true);
  }

  /** Return why it did not work, nothing when it did. */
  async _send(body) {
    try {
      const response = await fetch(this.urls.reviewed, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (!response.ok) return answer.error;
      this._take(answer);
      return "";
    } catch {
      return "The server cannot be reached. Nothing was marked.";
    }
  }

  async _get(url) {
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  _take(now, acted = false) {
    if (now) {
      this.filter.exceptions = now.exceptions;
      this.model.reviewed = new Set(now.reviewed);
    }
    this.told(acted);
  }
}
