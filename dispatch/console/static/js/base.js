"use strict";
// Small helpers of every page. Pages work without them.
document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const toggle = event.target.closest(".menu-toggle");
  if (toggle) {
    const isOpen = document.getElementById("menu").classList.toggle("is-open");
    toggle.setAttribute("aria-expanded", String(isOpen));
  }
});

// The menus of the bar close when one looks elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll(".nav-more details[open], .look-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
});

// Back and forward bring a page from memory: its forms may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Tick or clear every box of a list at once.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.ticks;
  if (!name) return;
  document.querySelectorAll(`input[name="${CSS.escape(name)}"]`).forEach((box) => {
    box.checked = event.target.checked;
  });
});

// The tab says how many wait, also while another one is in front.
const badge = () => {
  const unread = Number(document.querySelector("[data-unread]")?.dataset.unread || 0);
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = unread ? `(${unread}) ${title}` : title;
};
document.addEventListener("DOMContentLoaded", badge);
document.addEventListener("htmx:after:swap", badge);

// What went wrong is what the reader must meet first.
document.addEventListener("DOMContentLoaded", () => document.getElementById("error-summary")?.focus());
