"use strict";
// The intake form asks for a suggestion while the operator types: debounced, and never in the middle of an IME composition.
// After compositionend Chromium sends no further input event, so both are listened to.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("desk-form");
  const ASKING = new Set(["title", "text", "address", "kind", "urgency", "category", "unit"]);
  const WAIT = { suggest: 300, look: 600 };
  const timers = {};

  const later = (name, id) => {
    clearTimeout(timers[name]);
    timers[name] = setTimeout(() => document.getElementById(id).dispatchEvent(new Event(name)), WAIT[name]);
  };

  const changed = (event) => {
    if (event.isComposing) return;
    if (ASKING.has(event.target.name)) later("suggest", "suggestion");
  };
  form.addEventListener("input", changed);
  form.addEventListener("compositionend", (event) => {
    if (ASKING.has(event.target.name)) later("suggest", "suggestion");
  });

  // The search by number is logged, so it waits until the number is finished.
  form.addEventListener("change", (event) => {
    if (event.target.name === "phone" && event.target.value.trim()) later("look", "earlier");
  });

  if (form.elements.title.value || form.elements.text.value) later("suggest", "suggestion");
});
