// The preview follows the choices while they are made. Without this the button “Show my mail” does the same.
(() => {
  const form = document.getElementById("choices");
  const preview = document.getElementById("preview");
  if (!form || !preview) return;
  let waiting = 0;
  let asked = 0;
  const show = async () => {
    const number = ++asked;
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok && number === asked) preview.innerHTML = await answer.text();
  };
  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => show().catch(() => {}), 400);
  });
})();
