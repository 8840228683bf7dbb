/** The style guide's one act: show what a toast looks like. */

import { toast } from "./toast.js";

document.getElementById("sample-toast").addEventListener("click", () => {
  toast("Baseline is ready", { label: "Show", url: "?" });
});
