"use strict";
// The number leaves the page when its time is over, and when the page is left.
document.addEventListener("DOMContentLoaded", () => {
  const shown = document.getElementById("contact");
  const hide = () => {
    shown.closest("section").remove();
    document.getElementById("contact-gone").hidden = false;
  };
  const timer = setTimeout(hide, Number(shown.dataset.seconds) * 1000);
  window.addEventListener("pagehide", () => {
    clearTimeout(timer);
    if (shown.isConnected) hide();
  });
});
