/** Our rules for htmx: the forgery token, focus kept over a swap, and a sentence when an answer does not come. */

import { csrfToken } from "./csrf.js";
import { toast } from "./toast.js";

const READ_ONLY = new Set(["get", "head", "options"]);

export function startHtmx() {
  const { body } = document;
  body.addEventListener("htmx:configRequest", addToken);
  body.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Nothing was changed."));
  body.addEventListener("htmx:responseError", sayError);
  body.addEventListener("htmx:beforeSwap", rememberFocus);
  body.addEventListener("htmx:afterSettle", restoreFocus);
}

function addToken(event) {
  if (!READ_ONLY.has(event.detail.verb)) event.detail.headers["X-CSRFToken"] = csrfToken();
}

function sayError(event) {
  const { status } = event.detail.xhr;
  if (event.detail.elt.hasAttribute("data-poll")) return; // the next poll tells
  if (status === 403) toast("You may not do this, or you were signed out. Reload the page.");
  else toast(`That did not work (${status}). Nothing was changed.`);
}

let focusedName = null;

/** htmx keeps the focus of elements with an id; this does the same for fields known by their name. */
function rememberFocus(event) {
  const focused = document.activeElement;
  focusedName = event.detail.target?.contains(focused) && !focused.id ? focused.getAttribute("name") : null;
}

function restoreFocus(event) {
  if (!focusedName || document.activeElement !== document.body) return;
  event.detail.elt.querySelector(`[name="${CSS.escape(focusedName)}"]`)?.focus();
  focusedName = null;
}
