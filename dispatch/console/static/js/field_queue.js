"use strict";
// The queue goes up one thing after the other, each under its own key, each photo in parts: a cut costs one part, and what is sent
// twice is done once.
field.queue = (() => {
  const PART = 64 * 1024;
  const PART_SECONDS = 60;
  const { store } = field;

  class Cut extends Error {} // no network, or the server is away: later
  class NotIn extends Error {} // nobody is logged in, or somebody else
  class Refused extends Error {}
  class Missing extends Error {} // the server no longer has the photos

  const call = async (address, options = {}) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PART_SECONDS * 1000);
    const headers = { Accept: "application/json", ...options.headers };
    try {
      const settings = { ...options, headers, signal: patience.signal, redirect: "manual", cache: "no-store" };
      const answer = await fetch(address, settings);
      if (answer.type === "opaqueredirect" || answer.status === 401) throw new NotIn();
      if (answer.status >= 500 || answer.status === 429) throw new Cut();
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      const body = isJson ? await answer.json() : {};
      if (answer.ok && isJson) return body;
      if (!isJson && answer.status === 400) throw new Cut(); // the token was another log-in's: the next round asks for a new one
      if (body.code === "field.photo_incomplete") throw new Missing();
      if (body.code === "idempotency.still_running") throw new Cut();
      throw new Refused(body.detail || String(answer.status));
    } catch (error) {
      if (error instanceof NotIn || error instanceof Refused || error instanceof Missing) throw error;
      throw new Cut();
    } finally {
      clearTimeout(timer);
    }
  };

  const sendPhoto = async (item, photo, csrf, told) => {
    const address = `/field/uploads/${photo.key}`;
    let { received } = await call(address);
    while (received < photo.size) {
      told(item, photo, received);
      const body = photo.body.slice(received, received + PART);
      const headers = { "Content-Type": "application/octet-stream", "X-CSRFToken": csrf };
      const before = received;
      ({ received } = await call(`${address}?begins=${received}&size=${photo.size}`, { method: "PUT", body, headers }));
      if (received === before) throw new Cut();
    }
    photo.isSent = true;
    await store.put(item);
  };

  const post = (item, csrf) => {
    const form = new FormData();
    item.fields.forEach(([name, value]) => form.append(name, value));
    item.photos.forEach((photo) => form.append(`${photo.name}.upload`, photo.key));
    const headers = { "X-CSRFToken": csrf, "Idempotency-Key": item.key };
    return call(item.address, { method: "POST", body: form, headers });
  };

  const send = async (item, csrf, told) => {
    // First as if all photos were there: they may be, and the thing may be done already.
    for (const isSecond of [false, true]) {
      for (const photo of item.photos.filter((one) => !one.isSent)) await sendPhoto(item, photo, csrf, told);
      try {
        return await post(item, csrf);
      } catch (error) {
        if (!(error instanceof Missing) || isSecond) throw error instanceof Missing ? new Cut() : error;
        item.photos.forEach((photo) => (photo.isSent = false));
      }
    }
    return null;
  };

  // Sends what waits of ``account``; returns why it stopped: "", "offline", "login", "later".
  const flush = async (account, { told, changed, met }) => {
    try {
      const who = await call("/field/who");
      met(who);
      if (who.account !== account) return "login";
      for (const { key, status } of await store.itemsOf(account)) {
        const item = status === "waiting" ? await store.get(key) : null; // another window may have sent it meanwhile
        if (!item || item.status !== "waiting") continue;
        try {
          const answer = await send(item, who.csrf, told);
          Object.assign(item, { status: "done", said: answer.told, photos: [] });
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          Object.assign(item, { status: "refused", said: error.message });
        }
        if (await store.get(key)) await store.put(item); // not if it was deleted meanwhile
        await changed(item);
      }
      return "";
    } catch (error) {
      if (error instanceof NotIn) return "login";
      if (error instanceof Cut) return navigator.onLine ? "later" : "offline";
      throw error;
    }
  };

  // What a form says, as the queue keeps it.
  const itemOf = async (form, button, account) => {
    const isSaid = ([name, value]) => typeof value === "string" && name !== "csrf_token" && name !== "key";
    const fields = [...new FormData(form)].filter(isSaid);
    if (button?.name) fields.push([button.name, button.value]);
    const what = { address: form.getAttribute("action"), label: form.dataset.queue, fields, photos: [] };
    const item = { key: field.newKey(), account, at: Date.now(), status: "waiting", said: "", ...what };
    for (const box of field.photos.boxes(form)) {
      for (const file of field.photos.of(box)) {
        const body = await field.photos.smaller(file);
        const key = `${item.key}-${item.photos.length}`;
        item.photos.push({ key, name: box.dataset.photos, body, size: body.byteLength, isSent: false });
      }
    }
    return item;
  };

  return { flush, itemOf };
})();
