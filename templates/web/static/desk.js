"use strict";
/* Everything works without this; with it, what is chosen shows at once. */

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form) form.requestSubmit();
});
