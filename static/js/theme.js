/** Light, dark or as the system: shown at once, kept by the server. */

import { csrfToken } from "./csrf.js";

/** Event on `document` after the colours of the page changed. */
export const THEME_CHANGED = "theme-changed";

export function startTheme() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-theme-form]");
    if (form) chooseTheme(form, event.target.value);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
}

function chooseTheme(form, theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  announce();
  fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-CSRFToken": csrfToken() },
    redirect: "manual",
  }).catch(() => {}); // offline: the page has the look, the server learns it next time
}

function announce() {
  document.dispatchEvent(new CustomEvent(THEME_CHANGED));
}
