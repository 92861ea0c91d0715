"use strict";
// What the phone keeps: the queue of each person, who was logged in last, and the tasks as last seen. Without IndexedDB there is no
// queue, and the page works by its forms.
const field = {};

field.store = (() => {
  let database = null;

  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const open = async () => {
    try {
      const request = indexedDB.open("hotline-field", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("items", { keyPath: "key" });
        request.result.createObjectStore("notes", { keyPath: "name" });
      };
      database = await asked(request);
    } catch {
      database = null; // private windows and some in-app browsers
    }
    return database !== null;
  };

  // Written is written only once the transaction is over.
  const write = (store, act) =>
    new Promise((resolve, reject) => {
      const under = database.transaction(store, "readwrite");
      act(under.objectStore(store));
      under.oncomplete = () => resolve();
      under.onabort = under.onerror = () => reject(under.error);
    });
  const read = (store, act) => asked(act(database.transaction(store).objectStore(store)));

  return {
    open,
    isReady: () => database !== null,
    put: (item) => write("items", (store) => store.put(item)),
    drop: (key) => write("items", (store) => store.delete(key)),
    get: (key) => read("items", (store) => store.get(key)),
    // Nobody sees or sends what another person has typed on the same phone.
    itemsOf: async (account) => {
      const all = await read("items", (store) => store.getAll());
      return all.filter((item) => item.account === account).sort((a, b) => a.at - b.at);
    },
    note: async (name) => (await read("notes", (store) => store.get(name)))?.value,
    keepNote: (name, value) => write("notes", (store) => store.put({ name, value })),
    forget: () => write("notes", (store) => store.clear()),
  };
})();

// A key that no other phone makes; crypto.randomUUID exists on safe origins alone.
field.newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
