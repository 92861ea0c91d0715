"use strict";
// What is left of each limit, minute by minute: the list itself is fetched only when something of it changes. The server's instant counts.
document.addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("countdown-words").dataset;
  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 86400;
  let drawn = "";
  let since = 0;

  const filled = (sentence, gaps) => sentence.replace(/\{(\w+)\}/g, (_, name) => gaps[name]);

  const span = (seconds) => {
    const gaps = { days: Math.floor(seconds / DAY), hours: Math.floor((seconds % DAY) / HOUR), minutes: Math.floor((seconds % HOUR) / MINUTE) };
    if (gaps.days) return filled(gaps.hours ? words.daysHours : words.days, gaps);
    if (gaps.hours) return filled(gaps.minutes ? words.hoursMinutes : words.hours, gaps);
    return gaps.minutes ? filled(words.minutes, gaps) : words.moment;
  };

  const tick = () => {
    const list = document.getElementById("worklist");
    if (list.dataset.at !== drawn) {
      drawn = list.dataset.at;
      since = performance.now();
    }
    const now = Date.parse(drawn) / 1000 + (performance.now() - since) / 1000;
    for (const one of list.querySelectorAll("[data-due]")) {
      const left = Math.floor(Date.parse(one.dataset.due) / 1000 - now);
      const said = filled(left >= 0 ? words.left : words.late, { span: span(Math.abs(left)) });
      if (one.textContent !== said) one.textContent = said;
    }
  };

  document.addEventListener("htmx:after:swap", tick);
  setInterval(tick, 15000);
  tick();
});
