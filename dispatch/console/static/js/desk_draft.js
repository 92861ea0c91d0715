"use strict";
// What is typed is kept on the server, at most three seconds behind; nothing stays in this browser. A crash costs a few words, not a call.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("desk-form");
  const state = document.getElementById("draft-state");
  const WAIT = 3000;
  const AGAIN = 5000;
  let timer = 0;
  let isComposing = false;
  let isOver = false;
  let isDirty = false;

  const say = (what) => {
    state.textContent = what;
  };

  // A number that the call brought is no draft yet.
  const isWorth = () => ["name", "title", "text", "address"].some((name) => form.elements[name].value.trim());

  const later = (wait) => {
    if (!timer && !isOver) timer = setTimeout(save, wait);
  };

  const save = async () => {
    timer = 0;
    if (isComposing) return later(WAIT / 3);
    if (isOver || !isDirty || !isWorth()) return undefined;
    isDirty = false;
    try {
      const answer = await fetch("/desk/draft", { method: "POST", body: new FormData(form) });
      if (isOver) return undefined;
      if (answer.status === 204) return say(`${state.dataset.saved} ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`);
      if (answer.status === 410) {
        isOver = true;
        return say(state.dataset.over);
      }
    } catch {
      // said below; the network may come back
    }
    isDirty = true;
    say(state.dataset.failed);
    return later(AGAIN);
  };

  form.addEventListener("compositionstart", () => {
    isComposing = true;
  });
  form.addEventListener("compositionend", () => {
    isComposing = false;
  });
  for (const name of ["input", "change", "compositionend"]) {
    form.addEventListener(name, () => {
      isDirty = true;
      later(WAIT);
    });
  }
  form.addEventListener("submit", () => {
    isOver = true;
    clearTimeout(timer);
  });
  // The page is left, or the tab goes behind: the last words go at once.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isOver || !isDirty || !isWorth()) return;
    isDirty = !navigator.sendBeacon("/desk/draft", new FormData(form));
  });
});
