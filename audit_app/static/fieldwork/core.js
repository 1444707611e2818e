// Everything under the screen: the store with its key, what waits in it, the one page that sends, and what comes back.
import { Cipher, Keyring } from "./crypto.js";
import { Door, PROTOCOL } from "./door.js";
import { tidy, uuid } from "./ids.js";
import { Leader } from "./leader.js";
import { migrate } from "./migrate.js";
import { Model } from "./model.js";
import { Outbox } from "./outbox.js";
import { Others } from "./others.js";
import { Photos } from "./photos.js";
import { afterFrame, pause } from "./frames.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";

// A store that needs longer than this is not waited for: the screen says "saving" and shows what was touched.
const SLOW = 50;

export class Core {
  constructor(data, { store = null, cipher = null, keyring = null } = {}) {
    this.data = data;
    this.model = new Model(data);
    for (const row of data.later ?? []) this.model.take(row);
    this.store = store ?? new Store(data.person.id);
    this.store.changed = () => this.emit("state");
    this.cipher = cipher ?? new Cipher();
    this.keyring = keyring ?? new Keyring(this.store, this.cipher);
    this.outbox = new Outbox(this.store, this.cipher);
    this.door = new Door(data.urls.sync, data.person.id);
    this.door.offset = Date.parse(data.now) - Date.now();
    this.photos = new Photos({ store: this.store, cipher: this.cipher, door: this.door, outbox: this.outbox, author: data.person.id, changed: (job) => this.#file(job) });
    this.leader = new Leader(data.person.id, { lead: () => this.sync.run(), heard: (message) => this.#heard(message) });
    this.sync = new Sync({
      door: this.door, outbox: this.outbox, store: this.store, files: this.photos, leader: this.leader, protocol: PROTOCOL,
      on: {
        state: () => this.emit("state"), hello: (told, device) => this.#hello(told, device), result: (each, first) => this.#result(each, first),
        notice: (kind, facts) => this.emit("notice", kind, facts), revoked: () => this.emit("revoked"), fromStart: () => this.others.fromStart(),
      },
    });
    this.others = new Others(this);
    this.listeners = new Map();
    this.savedAt = null;
  }

  on(event, act) { this.listeners.set(event, [...(this.listeners.get(event) ?? []), act]); }

  emit(event, ...facts) { for (const act of this.listeners.get(event) ?? []) act(...facts); }

  get mood() { return this.sync.mood; }

  // --- opening ---------------------------------------------------------------------------------------------------------
  /** Open the store; the page can be used meanwhile, what is recorded waits in memory until there is a key. */
  async start() {
    if (await this.store.probe()) {
      const { id, name } = this.data.person;
      const device = await this.store.write(["meta"], async (tx) => {
        const meta = tx.objectStore("meta");
        await meta.put({ id, name }, "person");
        const kept = await meta.get("device");
        if (kept) return kept;
        const made = { id: uuid(), seq: 0 };
        await meta.put(made, "device");
        return { ...made, fresh: true };
      });
      await this.keyring.read();
      const [tablet, key] = (this.data.tablet ?? "").split(" ");
      if (device.fresh && tablet) this.gone = tablet;
      this.#remember(this.keyring.device ?? device.id);
      if (!this.cipher.open && key && tablet === (this.keyring.device ?? device.id)) await this.keyring.openByServer(key, tablet);
    }
    if (this.cipher.open || !this.store.alive) await this.opened();
    else await this.unlock();
  }

  // The server renews this cookie, so that it outlives a store that the system threw away, and can say what is missing.
  #remember(device) { document.cookie = `${this.data.tablet_cookie ?? `tablet-${this.data.person.id}`}=${device}; path=/; max-age=34560000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`; }

  /** Ask the server for the key until it answers, unless a PIN opens the store first. */
  async unlock() {
    if (this.cipher.open) return;
    try { await this.sync.greet(); } catch (error) { this.sync.mood = error.constructor.name === "SignedOut" ? "signIn" : this.sync.mood === "idle" ? "offline" : this.sync.mood; }
    if (!this.cipher.open) setTimeout(() => this.unlock(), 4000);
    this.emit("state");
  }

  async #hello(told, device) {
    if (this.cipher.open || !this.store.alive) return;
    const wanted = this.keyring.device ?? device;
    const key = wanted === device ? told.store_key : (await this.door.hello(wanted)).store_key;
    if (key && await this.keyring.openByServer(key, wanted)) await this.opened();
  }

  async openByPin(pin) {
    if (!await this.keyring.openByPin(pin)) return false;
    await this.opened();
    return true;
  }

  async opened() {
    if (this.ready) return;
    this.ready = true;
    if (this.store.alive) {
      await migrate(this.data.person.id, this.store, this.cipher, this.outbox).catch((error) => console.warn(error));
      await this.reload();
      for (const [id, half] of await this.outbox.halves()) if (!this.model.halves.has(id)) this.model.halves.set(id, half);
      await this.outbox.keepAll();
      if (await this.store.get("bundles", this.data.audit) && !this.data.fromStore) await this.others.keepBundle(this.data);
    }
    this.emit("opened");
    this.leader.start();
    this.others.look();
    if (this.gone) this.#missed(this.gone);
  }

  // The cookie remembers a tablet whose store is not there any more: the server knows how far it had come.
  async #missed(device) {
    try {
      const seen = (await this.door.hello(device)).seen?.[device];
      if (seen) this.emit("notice", "gone", { seen });
    } catch { /* without an answer there is nothing to say */ }
  }

  /** Read again what waits: another page, or an earlier visit, may have written it. */
  async reload() {
    await this.outbox.load();
    await this.photos.load();
    if (this.data.fromStore) await this.#sentSince(this.data.seq);
    for (const entry of this.outbox.all()) {
      if (entry.record.audit === this.data.audit) this.model.take(this.model.rowOf(entry.record));
      if (entry.state === "refused" && entry.record.item) this.model.notices.set(entry.record.item, this.data.words.refused);
    }
  }

  // Without a network nobody tells this page what it sent itself after it last read the changes.
  async #sentSince(seq) {
    const rows = (await this.store.all("records", "state", "sent")).filter((row) => row.audit === this.data.audit && !row.held && row.server_seq > seq);
    for (const row of rows.sort((a, b) => a.server_seq - b.server_seq)) {
      try { this.model.take(this.model.rowOf(await this.outbox.read(row), row.server_seq)); } catch { /* sealed under another key */ }
    }
  }

  async wake() {
    if (this.waking) return;
    this.waking = true;
    await this.store.wake();
    if (this.store.alive && this.cipher.open) { await this.outbox.keepAll(); }
    this.waking = false;
    this.emit("state");
  }

  // --- recording -------------------------------------------------------------------------------------------------------
  /** Record something of any kind. Resolves with the record once it is kept on the device, or known not to be. */
  async issue(kind, body, { attachments = [], base = null } = {}) {
    const files = attachments.filter((each) => typeof each !== "string");
    const ids = attachments.filter((each) => typeof each === "string");
    if (files.length) ids.push(...(await this.photos.add(files, { audit: this.data.audit, item: body.item ?? null })).map((job) => job.id));
    const clean = tidy(body);
    const moment = new Date();
    const record = {
      id: uuid(), kind, audit: this.data.audit, base: (base ?? this.model.baseOf(kind, clean)).slice(-50), ...clean, author: this.data.person.id,
      client_time: moment.toISOString(), tz_offset: -moment.getTimezoneOffset(), clock_offset_ms: Math.round(this.door.offset), attachment_ids: ids.slice(-100),
    };
    const { kept } = this.outbox.add(record);
    this.model.take(this.model.rowOf(record));
    this.emit("begun");
    const told = Promise.race([kept, pause(SLOW)]).then(() => { this.emit("records", kind, [record]); this.emit("state"); });
    await kept;
    await this.outbox.replace((old) => old.kind === kind && (kind === "answer" ? old.item === record.item : old.thread === record.thread) && old.id !== record.id);
    await told;
    this.emit("state");
    afterFrame().then(() => this.sync.kick()); // "saved" is on the screen before anything else is done
    return record;
  }

  // --- what comes back -------------------------------------------------------------------------------------------------
  async #result({ id, record, result, at }, first = false) {
    const { status, reason, warnings = [] } = result;
    if (status === "id_reuse" && first) {
      const { id: _id, device_seq: _seq, kind, audit: _audit, base, author: _author, client_time: _time, tz_offset: _zone, clock_offset_ms: _offset, attachment_ids, ...body } = record;
      await this.issue(kind, body, { attachments: attachment_ids, base: base.filter((each) => each !== id) });
    }
    if (status === "accepted" || status === "duplicate") this.savedAt = new Date(at);
    if (warnings.includes("clock_suspect")) this.emit("notice", "clock", {});
    this.emit("result", record, status, reason);
  }

  async #heard(message) {
    if (message.type === "written") { await this.outbox.load(); if (this.leader.mine) this.sync.kick({ now: message.now }); await this.reload(); this.emit("changed"); }
    if (message.type === "state") { this.sync.mood = message.mood; this.emit("state"); }
    if (message.type === "results") {
      for (const each of message.told) { this.outbox.entries.delete(each.id); await this.#result(each); }
      await this.reload();
      this.emit("changed");
    }
    if (message.type === "file") { this.#stored(message.job); this.photos.jobs.delete(message.job.id); await this.photos.load(); this.emit("changed"); }
  }

  #file(job) {
    if (job.state === "sent") { this.#stored(job); this.leader.tell({ type: "file", job: { id: job.id, item: job.item, file: job.file ?? null } }); }
    this.emit("file", job);
    this.emit("state");
  }

  #stored(job) {
    const item = this.model.byId.get(job.item);
    if (item && job.file && !item.files.some((file) => file.id === job.file.id)) item.files.push(job.file);
  }
}
