// One IndexedDB database per person. Nothing counts as kept before its transaction has completed with strict durability.
// iPads kill the connection in the background, and some browsers open none at all: every use can reopen it once, and who
// asks is told the truth.
import { deleteDB, openDB } from "../vendor/idb-8.0.4.js";

const STRICT = { durability: "strict" };
const PATIENCE = 8000;
const PREFIX = "fieldwork-";

export const nameOf = (person) => `${PREFIX}${person}`;

function build(db) {
  db.createObjectStore("meta");
  db.createObjectStore("records", { keyPath: "id" }).createIndex("state", "state");
  db.createObjectStore("files", { keyPath: "id" }).createIndex("state", "state");
  db.createObjectStore("blobs", { keyPath: "id" });
  db.createObjectStore("bundles", { keyPath: "audit" });
  db.createObjectStore("changes", { keyPath: ["audit", "seq"] });
  db.createObjectStore("halves", { keyPath: "id" });
}

function within(promise, milliseconds) {
  let timer;
  const late = new Promise((_resolve, reject) => { timer = setTimeout(() => reject(new Error("IndexedDB does not answer")), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Nothing more comes in this transaction: it can end without telling first how each request went. Its end tells. */
export function endNow(tx, requests) {
  for (const each of requests) each.catch(() => {});
  tx.commit?.();
}

export class Store {
  constructor(person, changed = () => {}) { Object.assign(this, { person, changed, name: nameOf(person), alive: false, db: null, opening: null }); }

  /** Whether it can be written to and read from; says so to `changed` when that is new. */
  async probe() {
    const before = this.alive;
    try {
      const mark = Math.random();
      await this.#try(async (db) => {
        const tx = db.transaction(["meta"], "readwrite", STRICT);
        await tx.objectStore("meta").put(mark, "probe");
        await tx.done;
        if (await db.get("meta", "probe") !== mark) throw new Error("what was written is not what is read");
      });
      this.alive = true;
    } catch (error) { this.alive = false; this.why = String(error); }
    if (this.alive !== before) this.changed(this.alive);
    return this.alive;
  }

  /** After sleep: the old handle may be dead without saying so. */
  async wake() { this.#drop(); return this.probe(); }

  async #handle() {
    if (this.db) return this.db;
    this.opening ??= within(openDB(this.name, 1, {
      upgrade: (db) => build(db),
      blocking: () => this.#drop(),
      terminated: () => this.#drop(),
    }), PATIENCE).finally(() => { this.opening = null; });
    this.db = await this.opening;
    return this.db;
  }

  #drop() {
    try { this.db?.close(); } catch { /* it was closed by the system */ }
    this.db = null;
  }

  async #try(act) {
    try { return await within(act(await this.#handle()), PATIENCE); } catch (error) {
      if (error?.name === "QuotaExceededError") throw error;
      this.#drop();
      return within(act(await this.#handle()), PATIENCE);
    }
  }

  async get(store, key) { return this.#try((db) => db.get(store, key)); }

  async all(store, index, value) { return this.#try((db) => index ? db.getAllFromIndex(store, index, value) : db.getAll(store, value)); }

  async count(store, index, value) { return this.#try((db) => db.countFromIndex(store, index, value)); }

  /** One transaction; resolves with the value of `act` after it has completed. `act` awaits nothing but the store. */
  async write(stores, act) {
    try {
      return await this.#try(async (db) => {
        const tx = db.transaction(stores, "readwrite", STRICT);
        const over = tx.done;
        over.catch(() => {}); // told below
        let result;
        try { result = await act(tx); } catch (error) { try { tx.abort(); } catch { /* it was aborted before */ } throw error; }
        await over;
        return result;
      });
    } catch (error) {
      if (error?.name !== "QuotaExceededError") await this.probe();
      throw error;
    }
  }

  async put(store, row, key) { return this.write([store], (tx) => tx.objectStore(store).put(row, key)); }

  async delete(store, key) { return this.write([store], (tx) => tx.objectStore(store).delete(key)); }

  /** Signing out with nothing waiting: whatever can be read offline goes; what was acknowledged stays sealed for a restore. */
  async tidyUp() {
    await this.write(["meta", "bundles", "changes", "halves"], async (tx) => {
      for (const name of ["bundles", "changes", "halves"]) await tx.objectStore(name).clear();
      const meta = tx.objectStore("meta");
      for (const key of await meta.getAllKeys()) if (String(key).startsWith("ticket:")) await meta.delete(key);
      const keys = (await meta.get("keys")) ?? [];
      await meta.put(keys.map(({ pin: _pin, ...kept }) => kept), "keys");
    });
  }

  async remove() { this.#drop(); await deleteDB(this.name); }
}

/** Numbers of the people who have a store on this device. */
export async function peopleHere() {
  try {
    const found = await indexedDB.databases();
    return found.map(({ name }) => name).filter((name) => name?.startsWith(PREFIX)).map((name) => Number(name.slice(PREFIX.length))).filter(Number.isInteger);
  } catch { return []; }
}

/** What waits in a store, without opening what is sealed in it. */
export async function waitingIn(person) {
  const store = new Store(person);
  const [records, files, name] = await Promise.all([store.count("records", "state", "waiting"), store.count("files", "state", "waiting"), store.get("meta", "person")]);
  return { records, files, name: name?.name ?? "" };
}
