// What lies on the device is encrypted. One data key (AES-GCM, 256 bits) is made on the device and is never extractable
// while it is in use; it is kept wrapped: by a key that the server gives to the signed-in person, and by a PIN. Each row
// has an initialisation vector of its own, and its id is authenticated with it, so that rows cannot be exchanged.
// Plain http has no Web Crypto: there rows lie unencrypted, and nothing can be taken offline.
import { fromBase64url, fromUtf8, utf8, uuid } from "./ids.js";

export const ROUNDS = 600_000;
export const SHORTEST_PIN = 6;
export const possible = () => Boolean(globalThis.crypto?.subtle);

const GCM = { name: "AES-GCM", length: 256 };
const USES = ["encrypt", "decrypt"];
const fresh = (size) => crypto.getRandomValues(new Uint8Array(size));

export class Sealed extends Error {}

/** Encrypts and decrypts rows with the keys that were opened. */
export class Cipher {
  constructor() { this.keys = new Map(); this.current = ""; }

  get open() { return !possible() || this.current !== ""; }

  async sealBytes(id, bytes) {
    if (!possible()) return { k: "", iv: null, body: bytes };
    if (!this.current) throw new Sealed();
    const iv = fresh(12);
    return { k: this.current, iv, body: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(id) }, this.keys.get(this.current), bytes) };
  }

  async openBytes(id, { k, iv, body }) {
    if (!iv) return body;
    const key = this.keys.get(k);
    if (!key) throw new Sealed();
    return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8(id) }, key, body);
  }

  async seal(id, value) { return this.sealBytes(id, utf8(JSON.stringify(value))); }

  async unseal(id, row) { return JSON.parse(fromUtf8(await this.openBytes(id, row))); }
}

async function byServer(storeKey) {
  return crypto.subtle.importKey("raw", fromBase64url(storeKey), "AES-GCM", false, ["wrapKey", "unwrapKey"]);
}

async function byPin(pin, { salt, rounds }) {
  const typed = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, typed, GCM, false, ["wrapKey", "unwrapKey"]);
}

async function wrap(key, by, more = {}) {
  const iv = fresh(12);
  return { ...more, iv, wrapped: await crypto.subtle.wrapKey("raw", key, by, { name: "AES-GCM", iv }) };
}

const unwrap = (kept, by, extractable = false) => crypto.subtle.unwrapKey("raw", kept.wrapped, by, { name: "AES-GCM", iv: kept.iv }, GCM, extractable, USES);

/** The wrapped keys of one store, oldest first; the last one is used for new rows. */
export class Keyring {
  constructor(store, cipher) { Object.assign(this, { store, cipher, kept: [] }); }

  async read() { this.kept = (await this.store.get("meta", "keys")) ?? []; return this; }

  get hasPin() { return Boolean(this.kept.at(-1)?.pin); }

  /** The device whose key of the server wraps the data key. */
  get device() { return this.kept.at(-1)?.device ?? null; }

  async #openAll(how) {
    let opened = 0;
    for (const kept of this.kept) {
      try { this.cipher.keys.set(kept.id, await how(kept)); opened += 1; } catch { /* another secret wrapped it */ }
    }
    if (this.kept.length && this.cipher.keys.has(this.kept.at(-1).id)) this.cipher.current = this.kept.at(-1).id;
    return opened;
  }

  /** Open with the server's key, or make the first data key. A server with another secret gets a new one beside the old. */
  async openByServer(storeKey, device) {
    const by = await byServer(storeKey);
    await this.#openAll((kept) => unwrap(kept.server, by));
    if (this.cipher.current || this.hasPin) return Boolean(this.cipher.current);
    const key = await crypto.subtle.generateKey(GCM, true, USES);
    const kept = { id: uuid(), device, server: await wrap(key, by) };
    await this.#write([...this.kept, kept]);
    return Boolean(await this.#openAll((each) => unwrap(each.server, by)));
  }

  async openByPin(pin) {
    return Boolean(await this.#openAll(async (kept) => unwrap(kept.pin, await byPin(pin, kept.pin))));
  }

  /** Let a PIN open the store too; needs the server's key, because only then the data key is known at all. */
  async setPin(storeKey, pin) {
    const by = await byServer(storeKey);
    const kept = await Promise.all(this.kept.map(async (each) => {
      const pinned = { salt: fresh(16), rounds: ROUNDS };
      const key = await unwrap(each.server, by, true).catch(() => null);
      return key ? { ...each, pin: await wrap(key, await byPin(pin, pinned), pinned) } : each;
    }));
    await this.#write(kept);
    return this.hasPin;
  }

  /** The PIN does not count any more; what lies here opens by signing in. */
  async dropPin() { await this.#write(this.kept.map(({ pin: _pin, ...kept }) => kept)); }

  async #write(kept) {
    // Two tabs may make the first key at the same moment: the one that is there first counts.
    this.kept = await this.store.write(["meta"], async (tx) => {
      const there = (await tx.objectStore("meta").get("keys")) ?? [];
      if (there.length && there.length >= kept.length && there.at(-1).id !== kept.at(-1).id) return there;
      await tx.objectStore("meta").put(kept, "keys");
      return kept;
    });
  }
}
