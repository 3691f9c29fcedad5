// What the browser keeps: the visitor's token for all tabs, and what is still to be sent for this one.

/** A named value in a storage. Storage may be forbidden, full or spoilt: then it lasts as long as the page. */
class Kept {
  constructor(storage, name) {
    this.storage = storage;
    this.name = name;
    this.here = null;
  }

  read() {
    try {
      return JSON.parse(this.storage().getItem(this.name)) ?? this.here;
    } catch {
      return this.here;
    }
  }

  write(value) {
    this.here = value;
    try {
      this.storage().setItem(this.name, JSON.stringify(value));
    } catch {
      // it is still here
    }
  }
}

export function stores(site) {
  const device = () => window.localStorage;
  const tab = () => window.sessionStorage;
  return {
    visitor: new Kept(device, `nightdesk:${site}:visitor`), // { token, visitor, identified, seen }
    queue: new Kept(tab, `nightdesk:${site}:queue`), // { visitor, messages }
    shown: new Kept(tab, `nightdesk:${site}:open`),
  };
}

/** An id by which the desk knows a message that comes twice. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Over plain http from another device, browsers withhold randomUUID.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
