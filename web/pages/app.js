// Shows what a query would catch while it is typed; without it, [Preview] does the same.
"use strict";

for (const form of document.querySelectorAll("form[data-preview]")) {
  const input = form.elements.text;
  const live = form.querySelector(".live");
  let timer, asked = 0;

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 400);
  });

  async function show() {
    const mine = ++asked;
    const address = new URL(form.dataset.preview, location.href);
    address.searchParams.set("q", input.value);

    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const text = answer.ok && input.value.trim() ? await answer.text() : "";
      // What the server sends is escaped; here it is only parsed, and no script in it runs.
      if (mine === asked) live.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    } catch {
      if (mine === asked) live.replaceChildren();
    }
  }
}
