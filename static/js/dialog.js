/** <button data-opens="id"> opens the dialog with that id; a click beside a dialog, or data-closes inside it, closes it. */

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    const closes = event.target.closest("[data-closes]") || (event.target instanceof HTMLDialogElement && beside(event));
    if (closes) event.target.closest("dialog")?.close();
  });
}

/** Whether the pointer is outside the dialog's own box, on its backdrop. */
function beside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
