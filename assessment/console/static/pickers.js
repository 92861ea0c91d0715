"use strict";
// What every page of a question shares: a choice asks at once, and a page can be printed whole.
(() => {
  // A choice asks at once; without JavaScript the button does.
  function pick() {
    const form = document.querySelector("form[data-pickers]");
    form?.addEventListener("change", () => form.requestSubmit());
  }

  function print() {
    const button = document.querySelector("[data-print]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    const closed = [];
    window.addEventListener("beforeprint", () => {
      document.querySelectorAll("details[data-opens-for-print]:not([open])").forEach((part) => closed.push(part));
      closed.forEach((part) => (part.open = true));
    });
    window.addEventListener("afterprint", () => closed.splice(0).forEach((part) => (part.open = false)));
  }

  document.addEventListener("DOMContentLoaded", () => {
    pick();
    print();
  });
})();
