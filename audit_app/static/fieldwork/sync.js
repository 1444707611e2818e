// Sending what waits and reading what others recorded. Only the leading page does it, only in the foreground, and what
// was not acknowledged by name stays.
import { Busy, Offline, PROTOCOL, Revoked, SignedOut, TooOld, Trouble, WrongUser } from "./door.js";

const LONGEST_PAUSE = 300_000;
const MOST = 200;
const LARGEST = 900_000;
const MOODS = [[SignedOut, "signIn"], [WrongUser, "wrongUser"], [TooOld, "old"], [Revoked, "revoked"], [Busy, "server"], [Trouble, "server"], [Offline, "offline"]];
const DONE = new Set(["accepted", "duplicate", "held", "id_reuse"]);

/** As many records as fit into one request. */
export function batchOf(entries, most = MOST) {
  const taken = [];
  let size = 500;
  for (const entry of entries) {
    size += JSON.stringify(entry.record).length * 1.5; // Chinese takes three bytes a letter, most of a record is not Chinese
    if (taken.length && (taken.length >= most || size > LARGEST || entry.device_id !== taken[0].device_id)) break;
    taken.push(entry);
  }
  return taken;
}

export class Sync {
  constructor({ door, outbox, store, files, leader, protocol, on }) {
    Object.assign(this, { door, outbox, store, files, leader, protocol, on, failures: 0, mood: "idle", most: MOST, notBefore: 0 });
  }

  /** Say that there is something to do. A page that does not lead passes the word on. */
  kick({ now = false } = {}) {
    if (now) this.notBefore = 0;
    if (!this.leader.mine) { this.leader.tell({ type: "written", now }); return Promise.resolve(); }
    return this.run();
  }

  async run() {
    if (this.busy) { this.again = true; return this.busy; }
    const wait = this.notBefore - Date.now();
    clearTimeout(this.timer);
    if (wait > 0) { this.timer = setTimeout(() => this.run(), wait); return undefined; }
    this.busy = this.#work().finally(() => { this.busy = null; if (this.again) { this.again = false; this.run(); } });
    return this.busy;
  }

  async #work() {
    try {
      await this.outbox.chain;
      if (this.failures || !this.greeted) await this.greet();
      while (this.#sendable().length) { this.#state("saving"); await this.#batch(); }
      await this.files.sendAll();
      this.failures = 0;
      this.#state("saved");
    } catch (error) { this.#failed(error); }
  }

  #sendable() { return this.outbox.waiting.filter((entry) => entry.record.device_seq); }

  #state(mood) { this.mood = mood; this.on.state(mood); this.leader.tell({ type: "state", mood }); }

  /** Hello: is it still the same server with the same memory, and does it have all that this tablet sent? */
  async greet() {
    const device = await this.outbox.device();
    const chain = this.store.alive ? await this.store.get("meta", "chain") : null;
    const told = await this.door.hello(device.id, chain);
    this.greeted = told;
    await this.on.hello(told, device.id);
    if (told.revoked) throw new Revoked();
    this.protocol = Math.min(PROTOCOL, told.protocol);
    if (!this.store.alive) return told;
    await this.#watermark(told.durable_seq);
    if (!told.chain_ok) { await this.older(null, chain); return told; }
    await this.outbox.sweep(told.durable_seq, Date.parse(told.server_time));
    await this.files.check();
    await this.#gap(device, told.seen?.[device.id]);
    return told;
  }

  async #watermark(seq) {
    const before = (await this.store.get("meta", "durable")) ?? 0;
    if (seq < before) this.on.notice("alarm", { before, seq });
    if (seq !== before) await this.store.put("meta", seq, "durable");
  }

  /** The server was restored from a backup: everything that is kept here is offered again, what it told is void. */
  older(chain, quoted) {
    const done = (this.turning ?? Promise.resolve()).then(() => this.#older(chain, quoted));
    this.turning = done.catch(() => {});
    return done;
  }

  // Several questions may be under way when the chain breaks: the first reply that says so is enough, one after the other.
  async #older(chain, quoted) {
    const now = await this.store.get("meta", "chain");
    if (now?.hash !== quoted?.hash) return;
    const count = await this.outbox.offerAgain();
    await this.files.offerAgain();
    await this.store.write(["meta", "changes"], async (tx) => {
      await tx.objectStore("changes").clear();
      await tx.objectStore("meta").put(chain, "chain");
      await tx.objectStore("meta").delete("offered");
    });
    this.on.notice("restored", { count });
    this.on.fromStart();
  }

  async #gap(device, seen) {
    if (seen === undefined) return;
    const offered = (await this.store.get("meta", "offered")) ?? -1;
    if (seen < device.seq && seen !== offered) {
      const again = await this.outbox.offerAgain(seen);
      if (again) { await this.store.put("meta", seen, "offered"); this.again = true; }
    }
    const { lost } = await this.outbox.lostAfter(seen);
    if (lost) this.on.notice("lost", { seen, count: lost });
  }

  async #batch() {
    const entries = batchOf(this.#sendable(), this.most);
    const chain = this.store.alive ? await this.store.get("meta", "chain") : null;
    const { status, body } = await this.door.post("", {
      protocol: this.protocol, device_id: entries[0].device_id, outbox_count: this.outbox.waiting.length,
      ...(chain ? { last_seq: chain.seq, last_hash: chain.hash } : {}), items: entries.map(({ record }) => record),
    });
    if (status === 413 && this.most > 1) { this.most = Math.ceil(entries.length / 2); return; }
    if (status !== 200 || typeof body.results !== "object" || body.results === null) throw new Trouble(`status ${status}`);
    this.door.clock(body.server_time);
    await this.take(entries, body, { quoted: chain });
  }

  /** Give every record the outcome the server named for it; what it did not name waits on. */
  async take(entries, body, { handed = false, quoted = null } = {}) {
    const outcomes = [], told = [];
    for (const entry of entries) {
      const result = body.results[entry.id];
      if (!result || result.status === "retry") continue;
      if (result.status === "wrong_user") throw new WrongUser("");
      if (DONE.has(result.status)) outcomes.push({ id: entry.id, state: "sent", held: result.reason ?? "", server_seq: result.server_seq ?? null, sent_at: Date.now() });
      else if (result.status === "invalid") outcomes.push({ id: entry.id, state: "refused", reason: result.reason ?? "" });
      else continue;
      told.push({ id: entry.id, record: entry.record, result, at: body.server_time });
    }
    if (!outcomes.length) throw new Trouble("nothing was acknowledged");
    const broken = body.chain_ok === false && !handed && this.store.alive;
    await this.outbox.settle(outcomes, handed || broken || !body.row_hash ? null : { seq: body.server_seq, hash: body.row_hash });
    if (told.some(({ result }) => result.warnings?.includes("device_forked")) && this.store.alive) { await this.outbox.becomeAnother(); this.greeted = null; }
    for (const each of told) await this.on.result(each, true);
    this.leader.tell({ type: "results", told });
    if (broken) await this.older({ seq: body.server_seq, hash: body.row_hash }, quoted);
  }

  #failed(error) {
    const mood = MOODS.find(([kind]) => error instanceof kind)?.[1] ?? "server";
    if (mood === "server" && !(error instanceof Busy || error instanceof Trouble)) console.warn(error);
    this.failures += 1;
    this.#state(mood);
    if (error instanceof WrongUser) this.on.notice("wrongUser", { name: error.person });
    if (error instanceof Revoked) this.on.revoked();
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.notBefore = Date.now() + Math.max(pause, (error.seconds ?? 0) * 1000);
    this.timer = setTimeout(() => this.run(), this.notBefore - Date.now());
  }
}
