"use strict";
// Charts take their colours from the tokens, and are drawn anew where these change: dark and light, and light on paper.
(() => {
  const darkSheet = () => document.querySelector("link[data-dark]");
  const drawn = [];
  const again = () => drawn.forEach((draw) => draw());

  window.colours = {
    of: (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
    onChange: (draw) => drawn.push(draw),
  };

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  // Before the paper's own rules hold, the dark sheet is still in force: it is put aside while the page is printed.
  window.addEventListener("beforeprint", () => {
    if (darkSheet()) darkSheet().disabled = true;
    again();
  });
  window.addEventListener("afterprint", () => {
    if (darkSheet()) darkSheet().disabled = false;
    again();
  });
})();
