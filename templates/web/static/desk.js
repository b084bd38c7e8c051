"use strict";
/* Everything works without this; with it, what is chosen shows at once. */

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form) form.requestSubmit();
});

/* What is being worked out is looked at again by itself, soon at first and then less often; when it is done, the whole page
   is shown anew. The answer to a form has an address that only forms have: it names the page to look at, and keeps what
   it says and what was typed. */
function lookAgain(part, soon = 0.25) {
  const seconds = Math.min(soon, Number(part.dataset.poll));
  if (!seconds) return;
  setTimeout(async () => {
    const page = await looked(part.dataset.from || location.href);
    if (!page) return lookAgain(part, 2 * soon);
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.dataset.poll) {
      part.innerHTML = fresh.innerHTML;
      return lookAgain(part, 2 * soon);
    }
    const partly = fresh && part.dataset.from;
    const now = partly ? fresh : page.querySelector("main");
    (partly ? part : document.querySelector("main")).replaceWith(now);
    now.querySelectorAll("[data-poll]").forEach((one) => lookAgain(one));
  }, seconds * 1000);
}

/* The page there; null where the line, or the site, is down for a moment. What went wrong is said on a page, too, once. */
async function looked(from) {
  try {
    const answer = await fetch(from, { redirect: "error" });
    if (!answer.ok && answer.status !== 409 && answer.status !== 422) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("main") && page;
  } catch (error) {
    return null;
  }
}
document.querySelectorAll("[data-poll]").forEach((one) => lookAgain(one));

/* Words that were typed into an item's page, or arranged there, and not saved: whoever leaves it is asked first. The
   buttons of its own form take them along. */
document.querySelectorAll("form[data-keep]").forEach((form) => {
  let sent = false;
  form.addEventListener("submit", () => (sent = true));
  addEventListener("pageshow", () => (sent = false));
  addEventListener("beforeunload", (event) => {
    if (!sent && (form.dataset.keep || [...form.elements].some(isOther))) event.preventDefault();
  });
});

/* Whether a field holds something else than the page came with. */
function isOther(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const first = [...field.options].findIndex((one) => one.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0) && field.name !== "new";
  }
  return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
}
