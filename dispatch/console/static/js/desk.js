"use strict";
// The intake form asks for a suggestion while the operator types: debounced, and never in the middle of an IME composition.
// After compositionend Chromium sends no further input event, so both are listened to.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("desk-form");
  const ASKING = new Set(["title", "text", "address", "kind", "urgency", "category", "unit"]);
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

  // The search by number is logged, so it waits until the number is finished.
  form.addEventListener("change", (event) => {
    if (event.target.name === "phone" && event.target.value.trim()) later("look", "earlier");
  });

  // A repeat is joined with one key: its number goes into the form.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-join]");
    if (!button) return;
    form.elements.merge_into.value = button.dataset.join;
    form.elements.merge_into.focus();
  });

  if (form.elements.title.value || form.elements.text.value) ask();
});
