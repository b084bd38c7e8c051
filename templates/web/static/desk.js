"use strict";
/* Everything works without this; with it, what is chosen shows at once. */

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form) form.requestSubmit();
});

/* What is being worked out is looked at again by itself; when it is done, the whole page is. */
function lookAgain(part) {
  const seconds = Number(part.dataset.poll);
  if (!seconds) return;
  setTimeout(async () => {
    let fresh = null;
    try {
      const answer = await fetch(location.href, { redirect: "error" });
      if (answer.ok) fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    } catch (error) {
      /* The line is down for a moment: try again. */
    }
    if (!fresh) return lookAgain(part);
    if (!fresh.dataset.poll) return location.reload();
    part.innerHTML = fresh.innerHTML;
    lookAgain(part);
  }, seconds * 1000);
}
document.querySelectorAll("[data-poll]").forEach(lookAgain);
