"use strict";
// The address field offers places: arrow keys walk them, Enter picks one, Esc closes the list. What was picked is an input of the decision.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("field-address");
  const { form } = field;
  const list = document.getElementById("place-options");
  const picked = document.getElementById("place-picked");
  const WAIT = 200;
  let timer = 0;
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !list.hidden && options().length > 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (step) => {
    const all = options();
    at = (at + step + all.length) % all.length;
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    field.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };

  const choose = (value, name) => {
    form.elements.place.value = value;
    form.elements.place_name.value = name;
    picked.hidden = !value;
    picked.querySelector("strong").textContent = name;
    form.dispatchEvent(new Event("desk:ask"));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const pick = (option) => {
    field.value = option.dataset.address;
    close();
    choose(option.dataset.value, option.dataset.name);
    field.focus();
  };

  const ask = () => {
    clearTimeout(timer);
    // The rest of an address is typed behind the place; without its beginning the place no longer holds.
    if (form.elements.place.value && field.value.trim()) return;
    if (form.elements.place.value) choose("", "");
    if (field.value.trim()) timer = setTimeout(() => list.dispatchEvent(new Event("places")), WAIT);
    else close();
  };

  field.addEventListener("input", (event) => {
    if (!event.isComposing) ask();
  });
  field.addEventListener("compositionend", ask);
  // The first is marked at once, so that Enter does what one sees.
  list.addEventListener("htmx:after:swap", () => {
    list.hidden = options().length === 0 || document.activeElement !== field || Boolean(form.elements.place.value);
    field.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
    if (isOpen()) mark(1);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.altKey || !isOpen()) return;
    if (event.key === "ArrowDown") mark(1);
    else if (event.key === "ArrowUp") mark(-1);
    else if (event.key === "Enter") pick(options()[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  // Before the field loses its focus, which would close the list.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) pick(option);
  });
  picked.querySelector("[data-unpick]").addEventListener("click", () => {
    choose("", "");
    field.focus();
  });
});
