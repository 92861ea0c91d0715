// The wall asks for its figures every 5 s and never stops: it says when it cannot, and goes on by itself.
"use strict";
(() => {
  const EVERY = 5000, SLOW = 30000, OLD = 30000, PATIENCE = 8000;
  const wall = document.getElementById("wall");
  const trouble = document.getElementById("trouble");
  const at = document.getElementById("at");
  let last = performance.now(), digest = wall.dataset.digest, problem = "";

  function address() {
    const query = new URLSearchParams({ figure: wall.dataset.figure, seen: digest });
    return `${wall.dataset.source}?${query}`;
  }

  function take(answer, body) {
    if (answer.headers.get("Wall-Build") !== wall.dataset.build) {
      location.reload();
      return;
    }
    if (answer.status === 200) {
      wall.innerHTML = body;
      digest = answer.headers.get("Wall-Digest");
    }
    last = performance.now();
    problem = "";
    at.textContent = answer.headers.get("Wall-At");
  }

  async function ask() {
    let wait = EVERY;
    try {
      const options = { cache: "no-store", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE) };
      const answer = await fetch(address(), options);
      if (answer.status === 200 || answer.status === 204) {
        take(answer, await answer.text());
      } else {
        problem = { 401: "out", 404: "ended" }[answer.status] || "away";
        wait = problem === "away" ? EVERY : SLOW;
      }
    } catch {
      problem = "away";
    }
    tell();
    setTimeout(ask, wait);
  }

  function tell() {
    const age = performance.now() - last;
    const parts = [];
    if (problem) parts.push(trouble.dataset[problem]);
    if (age > OLD) parts.push(trouble.dataset.old.replace("{seconds}", Math.floor(age / 1000)));
    const words = parts.join(" · ");
    if (trouble.textContent !== words) trouble.textContent = words;
    trouble.hidden = !words;
    document.documentElement.classList.toggle("is-old", age > OLD);
  }

  setTimeout(ask, EVERY);
  setInterval(tell, 1000);
})();
