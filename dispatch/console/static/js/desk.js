"use strict";
// The intake form asks for a suggestion while the operator types: debounced, the newest question alone, and never in the middle of an
// IME composition. After compositionend Chromium sends no further input event, so both are listened to.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("desk-form");
  const ASKING = new Set(["title", "text", "address", "kind", "urgency", "category", "unit", "place"]);
  const WAIT = { suggest: 300, repeat: 500, look: 600 };
  const timers = {};

  const later = (name, id) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(() => document.getElementById(id).dispatchEvent(new Event(name)), WAIT[name]);
  };

  const ask = () => {
    later("suggest", "suggestion");
    later("repeat", "repeats");
  };

  const changed = (event) => {
    if (event.isComposing) return;
    if (ASKING.has(event.target.name)) ask();
  };
  form.addEventListener("input", changed);
  form.addEventListener("compositionend", (event) => {
    if (ASKING.has(event.target.name)) ask();
  });
  form.addEventListener("desk:ask", ask);

  // The search by number is logged, so it waits until the number is finished.
  form.addEventListener("change", (event) => {
    if (event.target.name === "phone" && event.target.value.trim()) later("look", "earlier");
  });

  // One press takes what is offered beside the form: another unit, another category, the ticket that is repeated.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill], [data-join]");
    if (!button) return;
    const field = form.elements[button.dataset.fill || "merge_into"];
    field.value = button.dataset.value || button.dataset.join;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (button.dataset.join) field.focus();
  });

  // Suggestions are help: where none comes the page says so, and the form works as before.
  const failed = (event) => {
    const panel = event.target.closest?.("#suggestion");
    if (!panel) return;
    const said = document.createElement("p");
    said.className = "soft mb-0";
    said.textContent = panel.dataset.failed;
    panel.replaceChildren(said);
  };
  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:after:request", (event) => {
    if (event.target.id !== "suggestion" || event.detail.ctx.response.status < 500) return;
    event.preventDefault();
    failed(event);
  });

  if (form.elements.title.value || form.elements.text.value) ask();
  if (form.elements.phone.value) later("look", "earlier");
});
