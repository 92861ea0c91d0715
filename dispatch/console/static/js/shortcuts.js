"use strict";
// Keys of every page: Alt + the letter in data-shortcut goes to that control; ? shows them all. Silent while an input method composes.
{
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const TEXT = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";

  // What a person would call the control.
  const nameOf = (target) => {
    if (target.dataset.shortcutLabel) return target.dataset.shortcutLabel;
    const legend = target.closest("fieldset")?.querySelector("legend");
    const label = legend && target.matches(".choices") ? legend : target.labels?.[0];
    return (label || target).textContent.replace("*", "").replace(/\s+/g, " ").trim();
  };

  const fill = (list) => {
    const rows = [...document.querySelectorAll("[data-shortcut]")].map((target) => {
      const row = document.createElement("div");
      const key = document.createElement("kbd");
      key.textContent = target.dataset.shortcut.toUpperCase();
      const term = document.createElement("dt");
      term.append(key);
      const said = document.createElement("dd");
      said.textContent = nameOf(target);
      row.append(term, said);
      return row;
    });
    list.replaceChildren(...rows);
  };

  const toggleSheet = () => {
    const sheet = document.getElementById("shortcut-sheet");
    if (!sheet) return;
    if (sheet.open) {
      sheet.close();
      return;
    }
    fill(sheet.querySelector("[data-shortcuts]"));
    sheet.showModal();
  };

  // Above the bar that stands at the foot of a form: focus alone does not mind it.
  const show = () => document.activeElement?.scrollIntoView({ block: "nearest" });

  document.addEventListener("keyup", (event) => {
    if (event.key === "Tab") show();
  });

  const reach = (target) => {
    target.closest("details")?.setAttribute("open", "");
    if (target.matches("button, a, summary, input[type=checkbox]")) target.click();
    else if (target.matches(".choices")) target.querySelector("input:checked, input")?.focus();
    else target.focus();
    if (target.matches("input[type=checkbox]")) target.focus();
    show();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || composing(event)) return;
    const isSheet = event.altKey ? event.key === "/" : event.key === "?" && !event.target.matches(TEXT);
    if (isSheet) {
      event.preventDefault();
      toggleSheet();
      return;
    }
    if (!event.altKey || document.querySelector("dialog[open]")) return;
    const target = document.querySelector(`[data-shortcut="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    reach(target);
  });
}
