"use strict";
// Whoever logs out with something not sent yet is told; what they saw of their tasks leaves the phone with them.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector('form[action="/logout"]');
  if (!form || !("indexedDB" in window)) return;
  let isSure = false;

  form.addEventListener("submit", async (event) => {
    if (isSure) return;
    event.preventDefault();
    event.stopPropagation();
    try {
      if (!field.store.isReady()) await field.store.open();
      const account = await field.store.note("account");
      const items = account ? await field.store.itemsOf(account) : [];
      if (items.some((item) => item.status !== "done") && !window.confirm(form.dataset.leave)) return;
      await field.store.forget();
    } catch {
      // Nothing is kept here, so nothing is lost.
    }
    isSure = true;
    form.requestSubmit();
  });
});
