/**
 * Ask before an act: <form data-confirm="Close the step?" data-confirm-detail="..." data-confirm-word="Close">.
 * Works for plain forms and for htmx (elements with hx-post and data-confirm).
 */

export function startConfirm() {
  document.addEventListener("submit", askForm, true);
  document.addEventListener("htmx:confirm", askHtmx);
}

/** Open the dialog; resolves to true when the person agrees. */
export function confirmed(question, detail = "", word = "Yes") {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-question").textContent = question;
  dialog.querySelector("#confirm-detail").textContent = detail;
  dialog.querySelector("#confirm-yes").textContent = word;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function ask(element) {
  const { confirm, confirmDetail, confirmWord } = element.dataset;
  return confirmed(confirm, confirmDetail, confirmWord);
}

async function askForm(event) {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || form.dataset.agreed || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(source))) return;
  form.dataset.agreed = "yes";
  form.requestSubmit(event.submitter);
  delete form.dataset.agreed;
}

async function askHtmx(event) {
  if (!event.detail.elt.dataset.confirm) return;
  event.preventDefault();
  if (await ask(event.detail.elt)) event.detail.issueRequest(true);
}
