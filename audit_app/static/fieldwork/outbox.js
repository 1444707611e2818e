// Everything this person recorded on this device: what waits, what was refused, and (sealed in the store, until 30 days
// past the server's last backup) what was acknowledged. A record counts as kept only after its transaction has completed;
// while no store can be written to it lives in memory, and the screen says so.
import { uuid } from "./ids.js";
import { endNow } from "./store.js";

const KEEP_FOR = 30 * 24 * 3600 * 1000;

export class Outbox {
  constructor(store, cipher) {
    Object.assign(this, { store, cipher, entries: new Map(), sealed: 0, unstorable: false, chain: Promise.resolve(), loose: { id: uuid(), seq: 0 } });
  }

  /** Read what waits and what was refused. Rows that no open key fits are counted, never dropped. */
  async load() {
    const rows = [...await this.store.all("records", "state", "waiting"), ...await this.store.all("records", "state", "refused")];
    let sealed = 0;
    const found = new Map();
    for (const row of rows) {
      try {
        const known = this.entries.get(row.id);
        found.set(row.id, { id: row.id, state: row.state, reason: row.reason, stored: true, record: known?.record ?? await this.read(row), device_id: row.device_id });
      } catch { sealed += 1; }
    }
    for (const entry of this.entries.values()) if (!entry.stored && !found.has(entry.id)) found.set(entry.id, entry);
    this.entries = found;
    this.sealed = sealed;
  }

  async read(row) { return { ...await this.cipher.unseal(row.id, row), device_seq: row.device_seq }; }

  all() { return [...this.entries.values()].sort((a, b) => (a.record.device_seq ?? 1e9) - (b.record.device_seq ?? 1e9)); }

  get waiting() { return this.all().filter((entry) => entry.state === "waiting"); }

  get unsaved() { return this.all().filter((entry) => !entry.stored).length; }

  /** Whether a record of this page lies on the device, or has reached the server already. */
  isKept(id) { return this.entries.get(id)?.stored ?? true; }

  get storing() { return this.store.alive && this.cipher.open && !this.unstorable; }

  async device() {
    const kept = this.store.alive ? await this.store.get("meta", "device").catch(() => null) : null;
    return kept ?? this.loose;
  }

  /** Take a finished record in. The promise says whether it is kept on the device. */
  add(record) {
    const entry = { id: record.id, state: "waiting", record, stored: false };
    this.entries.set(entry.id, entry);
    this.chain = this.chain.then(() => this.#keep(entry));
    return { entry, kept: this.chain };
  }

  /** What lives in memory only is tried again: the store may have come back, or been opened. */
  async keepAll() {
    this.unstorable = false;
    for (const entry of this.all()) if (!entry.stored) this.chain = this.chain.then(() => this.#keep(entry));
    await this.chain;
  }

  async #keep(entry) {
    if (entry.stored) return true;
    if (!this.storing) {
      if (!this.store.alive && !entry.record.device_seq) this.#number(entry);
      return false;
    }
    try {
      const { device_seq: _old, ...body } = entry.record;
      const row = { id: entry.id, kind: body.kind, audit: body.audit, item: body.item ?? null, thread: body.thread ?? null, state: entry.state, reason: entry.reason ?? "", ...await this.cipher.seal(entry.id, body) };
      const device = await this.store.write(["meta", "records"], async (tx) => {
        const records = tx.objectStore("records"), meta = tx.objectStore("meta");
        const [there, device] = await Promise.all([records.get(entry.id), meta.get("device")]);
        if (there) return { id: there.device_id, seq: there.device_seq };
        const kept = device ?? { id: uuid(), seq: 0 };
        const next = entry.number ?? { id: kept.id, seq: kept.seq + 1 };
        const written = [records.put({ ...row, device_id: next.id, device_seq: next.seq })];
        if (!entry.number) written.push(meta.put(next, "device"));
        endNow(tx, written);
        return next;
      });
      Object.assign(entry, { stored: true, device_id: device.id });
      entry.record.device_seq = device.seq;
      return true;
    } catch {
      this.unstorable = true;
      if (!entry.record.device_seq) this.#number(entry);
      return false;
    }
  }

  // A number of this page alone: a store that cannot be written to cannot count for several pages.
  #number(entry) {
    this.loose.seq += 1;
    entry.number = { id: this.loose.id, seq: this.loose.seq };
    entry.device_id = this.loose.id;
    entry.record.device_seq = this.loose.seq;
  }

  /** What became of several records, with the place in the server's chain, in one transaction. */
  async settle(outcomes, chain = null) {
    for (const { id, state, reason } of outcomes) {
      const entry = this.entries.get(id);
      if (!entry) continue;
      if (state === "refused") Object.assign(entry, { state, reason }); else this.entries.delete(id);
    }
    if (!this.store.alive) return;
    await this.store.write(["meta", "records"], async (tx) => {
      const records = tx.objectStore("records");
      for (const { id, ...facts } of outcomes) {
        const row = await records.get(id);
        if (row) await records.put({ ...row, ...facts });
      }
      if (chain) await tx.objectStore("meta").put(chain, "chain");
    });
  }

  /** Refused records of a place that was answered anew are done with; their numbers stay used. */
  async replace(test) {
    const old = this.all().filter((entry) => entry.state === "refused" && test(entry.record));
    if (old.length) await this.settle(old.map(({ id }) => ({ id, state: "replaced" })));
  }

  /** Offer again what was acknowledged after a number of this device (all of it after a restore of the server). */
  async offerAgain(after = 0) {
    const device = await this.device();
    const count = await this.store.write(["records"], async (tx) => {
      const records = tx.objectStore("records");
      const rows = (await records.index("state").getAll("sent")).filter((row) => !after || (row.device_id === device.id && row.device_seq > after));
      for (const row of rows) await records.put({ ...row, state: "waiting", server_seq: null, durable_at: null });
      return rows.length;
    });
    await this.load();
    return count;
  }

  /** Numbers of this device above `after` of which no row is left here: nobody can send them any more. */
  async lostAfter(after) {
    const device = await this.device();
    const [rows, purged] = [await this.store.all("records"), await this.store.get("meta", "purged") ?? 0];
    const here = new Set(rows.filter((row) => row.device_id === device.id).map((row) => row.device_seq));
    let lost = 0;
    for (let seq = Math.max(after, purged) + 1; seq <= device.seq; seq += 1) if (!here.has(seq)) lost += 1;
    return { lost, seq: device.seq };
  }

  /** Another copy of this tablet uses the same number: from now on this is a device of its own. */
  async becomeAnother() { await this.store.put("meta", { id: uuid(), seq: 0 }, "device"); }

  /** Acknowledged records go 30 days after they were first known to be in a backup, by the server's clock and never offline. */
  async sweep(durable, today) {
    if (!durable || !this.store.alive) return;
    await this.store.write(["meta", "records"], async (tx) => {
      const records = tx.objectStore("records"), meta = tx.objectStore("meta");
      let purged = (await meta.get("purged")) ?? 0;
      const device = await meta.get("device");
      for (const row of await records.index("state").getAll("sent")) {
        if (!row.server_seq || row.server_seq > durable) continue;
        if (!row.durable_at) await records.put({ ...row, durable_at: today });
        else if (today - row.durable_at > KEEP_FOR) {
          await records.delete(row.id);
          if (row.device_id === device?.id) purged = Math.max(purged, row.device_seq);
        }
      }
      await meta.put(purged, "purged");
    });
  }

  /** How many records of an audit the server has acknowledged to this device. */
  async sentOf(audit) {
    if (!this.store.alive) return 0;
    return (await this.store.all("records", "state", "sent")).filter((row) => row.audit === audit).length;
  }

  /** Everything of an audit that lies here, sent or not, readable: for the saved file. */
  async everythingOf(audit) {
    const found = new Map(this.all().filter((entry) => entry.record.audit === audit).map((entry) => [entry.id, entry.record]));
    if (this.store.alive) {
      for (const row of await this.store.all("records", "state", "sent")) {
        if (row.audit === audit && !found.has(row.id)) try { found.set(row.id, await this.read(row)); } catch { /* sealed under another key */ }
      }
    }
    return [...found.values()].sort((a, b) => (a.device_seq ?? 1e9) - (b.device_seq ?? 1e9));
  }

  // Words that are typed but no record yet: an N.A. without its reason, a note in the middle of a sentence.
  // One after the other, so that an old half never comes after its own end.
  #half(act) { if (this.storing) this.halfway = (this.halfway ?? Promise.resolve()).then(act).catch(() => {}); return this.halfway; }

  keepHalf(id, typed) { return this.#half(async () => this.store.put("halves", { id: Number(id), ...await this.cipher.seal(`half:${id}`, typed) })); }

  dropHalf(id) { return this.#half(() => this.store.delete("halves", id)); }

  async halves() {
    const found = new Map();
    if (!this.storing) return found;
    for (const row of await this.store.all("halves")) {
      try { found.set(row.id, await this.cipher.unseal(`half:${row.id}`, row)); } catch { /* typed under another key */ }
    }
    return found;
  }
}
