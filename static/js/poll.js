/** Elements with data-poll ask the server again and again; while the window is hidden only every quarter of a minute. */

const HIDDEN_MS = 15_000;
const asked = new Map();

export function startPolling() {
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!elt.hasAttribute("data-poll")) return;
    const now = Date.now();
    if (document.hidden && now - (asked.get(elt.id) ?? 0) < HIDDEN_MS) event.preventDefault();
    else asked.set(elt.id, now);
  });
}
