"use strict";
// The page around the queue: forms go into it, it is shown, and it goes up whenever there is a network.
document.addEventListener("DOMContentLoaded", async () => {
  const AGAIN_SECONDS = 20;
  const LISTS_SECONDS = 60;
  const page = document.getElementById("field-page");
  const box = document.getElementById("queue");
  const lists = document.getElementById("field-lists");
  const say = (name) => box.dataset[name];
  const { store, queue, photos } = field;

  if ("serviceWorker" in navigator) {
    const script = `/field/sw.js?language=${encodeURIComponent(page.dataset.language)}`;
    navigator.serviceWorker.register(script, { scope: "/field" }).catch(() => {});
  }
  if (!(await store.open())) return;

  let { account } = page.dataset;
  const isShell = !account;
  if (isShell) account = (await store.note("account")) || "";
  else if ((await store.note("account")) !== account) {
    await store.forget(); // what the one before saw of their tasks is not for this one
    await store.keepNote("account", account);
  }
  photos.begin();

  // --- the list of what waits ---------------------------------------------------------------------------------------------------
  const state = (text, needsLogin = false) => {
    document.getElementById("queue-state").textContent = text;
    document.getElementById("queue-login").hidden = !needsLogin;
    box.hidden = !text && document.getElementById("queue-list").childElementCount === 0;
  };

  const valueOf = (item, name) => item.fields.find(([one]) => one === name)?.[1] || "";
  const wordsName = (item) => (item.fields.some(([name]) => name === "words") ? "words" : "text");

  const row = (item) => {
    const made = document.getElementById("queue-item").content.firstElementChild.cloneNode(true);
    const part = (name) => made.querySelector(`[data-part="${name}"]`);
    made.dataset.key = item.key;
    made.classList.add(`is-${item.status}`);
    part("label").textContent = item.label;
    part("words").textContent = valueOf(item, wordsName(item));
    part("at").textContent = new Date(item.at).toLocaleString(document.documentElement.lang);
    part("photos").hidden = item.photos.length === 0;
    part("count").textContent = part("count").dataset.words.replace("{count}", item.photos.length);
    part("said").textContent = item.said;
    part("said").className = item.status === "refused" ? "fault" : "small";
    const isMended = item.status === "refused" && item.fields.some(([name]) => name === wordsName(item));
    part("mend").hidden = !isMended;
    const typed = part("mend").querySelector("textarea");
    typed.value = valueOf(item, wordsName(item));
    const sendAgain = async (changes) => {
      const mended = ([name, value]) => [name, isMended && name === wordsName(item) ? typed.value : value];
      await store.put({ ...item, fields: item.fields.map(mended), status: "waiting", said: "", ...changes });
      await show();
      flush();
    };
    made.querySelector("[data-do=again]").addEventListener("click", () => sendAgain({}));
    made.querySelector("[data-do=bare]").addEventListener("click", () => sendAgain({ photos: [] }));
    made.classList.toggle("has-photos", item.photos.length > 0);
    made.querySelector("[data-do=drop]").addEventListener("click", async () => {
      if (!window.confirm(say("drop"))) return;
      await store.drop(item.key);
      await show();
      state("");
    });
    return made;
  };

  const show = async () => {
    const items = account ? await store.itemsOf(account) : [];
    const waiting = items.filter((item) => item.status !== "done");
    document.getElementById("queue-list").replaceChildren(...items.map(row));
    document.getElementById("queue-count").textContent = waiting.length || "";
    document.getElementById("queue-now").hidden = waiting.length === 0;
    box.hidden = items.length === 0;
    box.dataset.waiting = String(waiting.length);
    const addresses = new Set(waiting.map((item) => item.address));
    lists.querySelectorAll(".task").forEach((task) => {
      task.classList.toggle("is-queued", addresses.has(task.querySelector("form").getAttribute("action")));
    });
  };

  const progress = (item, photo, received) => {
    const place = box.querySelector(`[data-key="${item.key}"] [data-part=progress]`);
    const percent = Math.floor((received * 100) / photo.size);
    if (place) place.textContent = `${item.photos.indexOf(photo) + 1}/${item.photos.length} · ${percent} %`;
  };

  // --- tasks and own reports --------------------------------------------------------------------------------------------------------
  const isTyping = () =>
    [...lists.querySelectorAll("textarea")].some((one) => one.value) || photos.boxes(lists).some((one) => photos.of(one).length > 0);

  const fill = async (html) => {
    lists.innerHTML = html; // our own page's, as the server wrote it
    photos.begin();
    await show();
  };

  const fetchLists = async () => {
    if (!account || isTyping() || lists.contains(document.activeElement)) return;
    try {
      const answer = await fetch("/field/lists", { redirect: "manual", cache: "no-store" });
      if (!answer.ok) return;
      const html = await answer.text();
      await fill(html);
      document.getElementById("field-as-of").hidden = true;
      await store.keepNote("lists", html);
    } catch {
      // No network: what is there stays.
    }
  };

  if (isShell && account) {
    const kept = await store.note("lists");
    if (kept) {
      await fill(kept);
      const asOf = document.getElementById("field-as-of");
      asOf.textContent = say("asOf").replace("{time}", lists.querySelector("#tasks")?.dataset.saved || "");
      asOf.hidden = false;
    }
  } else if (account) await store.keepNote("lists", lists.innerHTML);

  // --- sending ----------------------------------------------------------------------------------------------------------------------
  let running = false;
  let again = false;
  const TEXTS = { offline: "offline", login: "login", later: "later" };

  const met = (who) => {
    if (who.csrf) document.querySelectorAll("input[name=csrf_token]").forEach((input) => (input.value = who.csrf));
  };

  const flush = async () => {
    again = running;
    if (running || !account || box.dataset.waiting === "0") return;
    running = true;
    const mine = (await store.itemsOf(account)).filter((item) => item.status === "waiting").length;
    if (mine) state(say("sending"));
    const changed = async () => show();
    const why = mine ? await queue.flush(account, { told: progress, changed, met }) : "";
    running = false;
    const refused = (await store.itemsOf(account)).some((item) => item.status === "refused");
    state(why ? say(TEXTS[why]) : refused ? say("refused") : "", why === "login");
    if (mine && !why) await fetchLists();
    if (again) await flush();
  };

  const queued = async (form, button) => {
    if (!account) {
      box.hidden = false;
      return state(say("nobody"), true);
    }
    try {
      await store.put(await queue.itemOf(form, button, account));
    } catch {
      box.hidden = false;
      return state(say("full"));
    }
    form.reset();
    photos.clear(form);
    if (form.elements.place) {
      form.elements.place.value = form.elements.place_name.value = "";
      document.getElementById("place-picked").hidden = true;
    }
    await show();
    state(say("kept"));
    document.getElementById("queue").scrollIntoView({ block: "nearest" });
    return flush();
  };

  // Older browsers do not say which button it was.
  let pressed = null;
  document.addEventListener("click", (event) => (pressed = event.target.closest("button[type=submit]")), true);

  // Before the page's own listener, which would mark the form as sent.
  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.dataset.queue) return;
      event.preventDefault();
      queued(event.target, event.submitter || (pressed?.form === event.target ? pressed : null));
    },
    true,
  );

  document.getElementById("queue-now").addEventListener("click", flush);
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  setInterval(flush, AGAIN_SECONDS * 1000);
  setInterval(fetchLists, LISTS_SECONDS * 1000);

  // What was sent before this page was opened is in the list of reports by now.
  for (const item of account ? await store.itemsOf(account) : []) if (item.status === "done") await store.drop(item.key);
  await show();
  await flush();
});
