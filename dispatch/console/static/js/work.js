"use strict";
// A ticket that arrives is heard as well as seen. Browsers play nothing before the first key or click on a page: the button says so.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("sound");
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return;
  const context = new Context();
  const KEPT = "hotline-sound";
  const TONES = [880, 1175];
  let isOn = localStorage.getItem(KEPT) !== "off";

  const newest = () => document.getElementById("worklist")?.dataset.newest || "";
  let heard = newest();

  const show = () => {
    const isBlocked = isOn && context.state !== "running";
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn));
    button.querySelector("span").textContent = isBlocked ? button.dataset.blocked : isOn ? button.dataset.on : button.dataset.off;
  };

  const play = () => {
    TONES.forEach((pitch, index) => {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const from = context.currentTime + index * 0.18;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, from);
      volume.gain.exponentialRampToValueAtTime(0.001, from + 0.16);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.17);
    });
  };

  const wake = async () => {
    if (isOn && context.state === "suspended") await context.resume();
    show();
  };

  button.addEventListener("click", () => {
    isOn = context.state === "running" ? !isOn : true;
    localStorage.setItem(KEPT, isOn ? "on" : "off");
    wake();
  });
  for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, wake, { once: true });
  context.addEventListener("statechange", show);

  document.addEventListener("htmx:after:swap", () => {
    const arrived = newest();
    if (arrived > heard && isOn) {
      play();
      document.getElementById("worklist").dataset.rang = arrived;
    }
    if (arrived > heard) heard = arrived;
  });
  show();
});
