/** Menus are <details>: this closes them by Escape, by a click elsewhere and when another one opens. */

export function startMenus() {
  document.addEventListener("click", (event) => closeMenus((menu) => !menu.contains(event.target)));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("focusin", (event) => closeMenus((menu) => !menu.contains(event.target)));
}

function closeMenus(wanted) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (wanted(menu)) menu.open = false;
  }
}
