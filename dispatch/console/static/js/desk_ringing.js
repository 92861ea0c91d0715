"use strict";
// When the desk asks for its call: at once when the stream wakes it, else every 18 s beside an open stream and every 2 s without one.
document.addEventListener("DOMContentLoaded", () => {
  const BESIDE_A_STREAM = 18000;
  const ALONE = 2000;
  const REFUSED = 60000; // this server has no stream, or none to spare
  const FIRST_PAUSE = 1000;
  const LONGEST_PAUSE = 30000;
  const address = document.getElementById("desk").dataset.ringing;
  let source = null;
  let isOpen = false;
  let pause = FIRST_PAUSE;
  let isAsking = false;
  let isWoken = false;
  let timer = 0;

  // One question at a time: what wakes the desk meanwhile is asked right after it.
  const ask = async () => {
    if (isAsking) {
      isWoken = true;
      return;
    }
    isAsking = true;
    clearTimeout(timer);
    do {
      isWoken = false;
      const mark = document.getElementById("call").dataset.mark;
      const address = `/desk/call?mark=${encodeURIComponent(mark)}`;
      await htmx.ajax("GET", address, { target: "#call", swap: "outerHTML" }).catch(() => {}); // asked again soon
    } while (isWoken);
    isAsking = false;
    timer = setTimeout(ask, isOpen ? BESIDE_A_STREAM : ALONE);
  };

  const listen = () => {
    source = new EventSource(address, { withCredentials: true });
    source.addEventListener("open", () => {
      isOpen = true;
      pause = FIRST_PAUSE;
    });
    source.addEventListener("call", ask);
    source.addEventListener("bye", () => leave(LONGEST_PAUSE));
    source.addEventListener("error", () => {
      const isRefused = !isOpen && source.readyState === EventSource.CLOSED;
      leave(isRefused ? REFUSED : pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    });
  };

  // Never all desks at the same instant: after a restart hundreds would come back together.
  const leave = (milliseconds) => {
    source.close();
    isOpen = false;
    setTimeout(listen, milliseconds * (0.5 + Math.random()));
    if (!isAsking) {
      clearTimeout(timer);
      timer = setTimeout(ask, ALONE);
    }
  };

  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leave(0);
  });
  listen();
  timer = setTimeout(ask, ALONE);
});
