"use strict";
// Keeps the phone's page at hand for times without a network. Nothing of anybody is kept here: the page is the empty one, and what a
// person has typed lies in their own queue (field_store.js).
const KEPT = "field-1";
const LANGUAGE = new URL(self.location).searchParams.get("language") || "";
const SHELL = `/field/offline?language=${encodeURIComponent(LANGUAGE)}`;
const DAY = 86400000;
const PATIENCE = 6000; // so long does a page wait for a network that says it is there

const fresh = (address) => fetch(new Request(address, { credentials: "omit", cache: "no-cache" }));

// The page itself says what it needs; so do its style sheets.
const needed = (text, base, pattern) => [...text.matchAll(pattern)].map((found) => new URL(found[1], base).pathname);

const keepShell = async () => {
  const cache = await caches.open(KEPT);
  const page = await fresh(SHELL);
  if (!page.ok) throw new Error(String(page.status));
  const html = await page.clone().text();
  const assets = needed(html, self.location, /(?:src|href)="(\/static\/[^"]+)"/g);
  for (const address of [...assets]) {
    if (!address.endsWith(".css")) continue;
    const sheet = await (await fresh(address)).text();
    const base = new URL(address, self.location);
    assets.push(...needed(sheet, base, /url\("?([^")]+\.woff2[^")]*)"?\)/g));
  }
  await Promise.all(
    assets.map(async (address) => {
      const answer = await fresh(address);
      if (answer.ok) await cache.put(address, answer);
    }),
  );
  await cache.put(SHELL, page);
};

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

const inTime = (request) =>
  Promise.race([fetch(request), new Promise((_resolve, reject) => setTimeout(reject, PATIENCE))]);

const kept = async (address) => (await caches.match(address, { ignoreVary: true })) || Response.error();

// A new release reaches the kept page within a day.
const renew = async () => {
  const shell = await kept(SHELL);
  if (Date.now() - Date.parse(shell.headers.get("Date") || "") < DAY) return;
  await keepShell().catch(() => {});
};

const page = async (event) => {
  try {
    const answer = await inTime(event.request);
    event.waitUntil(renew());
    return answer;
  } catch {
    return kept(SHELL);
  }
};

const asset = async (request) => {
  try {
    const answer = await inTime(request);
    if (answer.ok) {
      const cache = await caches.open(KEPT);
      if (await cache.match(new URL(request.url).pathname)) await cache.put(new URL(request.url).pathname, answer.clone());
    }
    return answer;
  } catch {
    return kept(new URL(request.url).pathname);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (address.pathname.startsWith("/static/")) event.respondWith(asset(request));
});
