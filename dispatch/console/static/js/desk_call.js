"use strict";
// The call that rings for this operator: its clock, and its number in the form. An empty form takes it by itself, a begun one by a key.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("desk-form");
  const TYPED = ["name", "phone", "title", "text", "address"];
  const WRAP_UP = 60;
  let shown = "";
  let began = Date.now();

  const strip = () => document.getElementById("call");
  const isEmpty = () => TYPED.every((name) => !form.elements[name].value.trim());

  const take = async () => {
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    const answer = await fetch(`/desk/call/${strip().dataset.call}`, { method: "POST", body });
    if (!answer.ok) return;
    const call = await answer.json();
    form.elements.call.value = call.call;
    form.elements.phone.value = call.phone;
    form.elements.phone.dispatchEvent(new Event("change", { bubbles: true }));
    seen();
  };

  const tick = () => {
    const clock = strip().querySelector("[data-seconds]");
    if (!clock) return;
    const seconds = Math.max(0, Math.floor((Date.now() - began) / 1000));
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    clock.classList.toggle("is-long", strip().dataset.stage === "wrap_up" && seconds >= WRAP_UP);
  };

  const seen = () => {
    const { call, stage } = strip().dataset;
    if (shown !== `${call} ${stage}`) {
      shown = `${call} ${stage}`;
      began = Date.now() - 1000 * Number(strip().querySelector("[data-seconds]")?.dataset.seconds || 0);
    }
    const button = strip().querySelector("[data-take]");
    if (button) button.hidden = form.elements.call.value === call;
    if (call && stage !== "wrap_up" && form.elements.call.value !== call && isEmpty()) take();
    tick();
  };

  document.addEventListener("htmx:after:swap", seen);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-take]")) take();
  });
  setInterval(tick, 1000);
  seen();
});
