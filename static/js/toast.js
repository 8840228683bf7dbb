/** Short news in the corner, read aloud. From a script: toast("Saved"). From the server: HX-Trigger {"toast": {...}}. */

const SHOWN_MS = 6000;

/**
 * Show `text`; `action` = {label, run} or {label, url} adds a button or a link.
 * A toast with an action, or under the pointer or focus, stays until it is left alone.
 */
export function toast(text, action = null) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const item = document.createElement("div");
  item.className = "toast";
  item.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) item.append(actionElement(item, action));
  box.append(item);
  removeLater(item, action ? SHOWN_MS * 2 : SHOWN_MS);
}

/** Say something to screen readers only. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

export function startToasts() {
  document.body.addEventListener("toast", (event) => {
    const { text, url, label } = event.detail;
    toast(text, url ? { url, label: label ?? "Show" } : null);
  });
  document.body.addEventListener("announce", (event) => announce(event.detail.text ?? event.detail.value));
}

function actionElement(item, action) {
  if (action.url) return Object.assign(document.createElement("a"), { href: action.url, textContent: action.label });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
  button.addEventListener("click", () => {
    item.remove();
    action.run();
  });
  return button;
}

function removeLater(item, wait) {
  setTimeout(() => {
    if (item.matches(":hover, :focus-within")) removeLater(item, 1000);
    else item.remove();
  }, wait);
}
