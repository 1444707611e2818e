// Files on their way to the server. The bytes are written once, read back and hashed before any record may refer to them;
// they go in pieces, go on where they were cut off, and stay until the server has them or says why it does not take them.
import { hash, uuid } from "./ids.js";
import { shrink } from "./shrink.js";

const PIECE = 512 * 1024;
export const RESERVE = 20 * 1024 * 1024;

export class TooFull extends Error {}

export class Photos {
  constructor({ store, cipher, door, outbox, author, changed }) {
    Object.assign(this, { store, cipher, door, outbox, author, changed, jobs: new Map(), urls: new Map() });
  }

  async load() {
    if (!this.store.alive) return;
    for (const row of [...await this.store.all("files", "state", "waiting"), ...await this.store.all("files", "state", "refused")]) {
      if (this.jobs.has(row.id)) continue;
      try { this.jobs.set(row.id, { ...await this.cipher.unseal(row.id, row), id: row.id, state: row.state, next: row.next, why: row.why ?? "", stored: true }); } catch { /* sealed under another key */ }
    }
  }

  get waiting() { return [...this.jobs.values()].filter((job) => job.state === "waiting"); }

  of(item) { return [...this.jobs.values()].filter((job) => job.item === item); }

  /** Keep files of an item, or of a note. Resolves with the jobs that were kept; the others say why on the screen. */
  async add(files, { audit, item = null, template = null }) {
    const kept = [];
    for (const file of files) {
      const job = { id: uuid(), audit, item, template, name: file.name || "photo", type: file.type, taken_at: new Date().toISOString(), state: "keeping", next: 0, why: "", author: this.author };
      this.jobs.set(job.id, job);
      this.changed(job);
      try { await this.#keep(job, file); kept.push(job); } catch (error) {
        Object.assign(job, { state: "lost", why: error instanceof TooFull || error?.name === "QuotaExceededError" ? "full" : "failed" });
      }
      this.changed(job);
    }
    return kept;
  }

  async #keep(job, file) {
    const small = await shrink(file);
    Object.assign(job, { name: small.name, type: small.type, size: small.bytes.byteLength, sha256: await hash(small.bytes) });
    if (this.outbox.storing) {
      await this.#room(job.size);
      const sealed = await this.cipher.sealBytes(job.id, small.bytes);
      await this.store.write(["blobs"], (tx) => tx.objectStore("blobs").add({ id: job.id, ...sealed }));
      if (await hash(await this.#bytes(job)) !== job.sha256) { await this.store.delete("blobs", job.id); throw new Error("what was written is not what is read"); }
      await this.#write(job, "waiting");
      job.stored = true;
    } else job.bytes = small.bytes; // in this page only; the red bar says so
    job.state = "waiting";
  }

  async #bytes(job) {
    if (job.bytes) return job.bytes;
    const row = await this.store.get("blobs", job.id);
    return row ? this.cipher.openBytes(job.id, row) : null;
  }

  async #write(job, state, facts = {}) {
    const { name, type, taken_at, sha256, template, author } = job;
    const sealed = await this.cipher.seal(job.id, { audit: job.audit, item: job.item, size: job.size, name, type, taken_at, sha256, template, author });
    await this.store.put("files", { id: job.id, audit: job.audit, state, next: job.next, why: job.why, ...facts, ...sealed });
  }

  /** Words go before pictures: 20 MB stay free for them, and acknowledged photos make room first. */
  async #room(size) {
    const free = async () => { const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {}; return quota - usage; };
    if (await free() >= size + RESERVE) return;
    for (const row of await this.store.all("files", "state", "sent")) if (await this.#arrived(row.id).catch(() => false)) await this.store.delete("blobs", row.id);
    if (await free() < size + RESERVE) throw new TooFull();
  }

  async #arrived(id) {
    const { status, body } = await this.door.ask(`/attachments/${id}`);
    if (status !== 200) throw new Error(`status ${status}`);
    return body.state === "stored" || body.state === "held";
  }

  /** Photos are in no chain: a restored server may have lost one without saying so. Each one that is kept is asked for, once a visit. */
  async check() {
    if (this.checked || !this.outbox.storing) return;
    this.checked = true;
    for (const row of await this.store.all("files", "state", "sent")) {
      if (await this.store.get("blobs", row.id) && !await this.#arrived(row.id)) await this.store.put("files", { ...row, state: "waiting", next: 0 });
    }
    await this.load();
  }

  /** After a restore of the server: what is still here is offered again. */
  async offerAgain() {
    for (const row of await this.store.all("files", "state", "sent")) {
      if (await this.store.get("blobs", row.id)) await this.store.put("files", { ...row, state: "waiting", next: 0 });
    }
    await this.load();
  }

  async again(job) {
    Object.assign(job, { state: "waiting", why: "", next: 0 });
    if (job.stored) await this.#write(job, "waiting");
    this.changed(job);
  }

  /** Take a file that cannot be sent out of the list; its bytes go with it. */
  async drop(job) {
    this.jobs.delete(job.id);
    if (job.stored) await this.store.write(["files", "blobs"], async (tx) => { await tx.objectStore("files").delete(job.id); await tx.objectStore("blobs").delete(job.id); });
    this.changed(job);
  }

  async sendAll() { for (const job of this.waiting) await this.send(job); }

  async send(job, { path = "/attachments", headers = {}, device = null } = {}) {
    const bytes = await this.#bytes(job);
    if (!bytes) { await this.#over(job, "refused", { why: "gone" }); return; }
    const told = new URLSearchParams({ audit: job.audit, size: job.size, sha256: job.sha256, name: job.name, taken_at: job.taken_at, device: device ?? (await this.outbox.device()).id });
    if (job.item) told.set("item", job.item);
    for (let turn = 0, stuck = 0; stuck < 4; turn += 1) {
      told.set("offset", job.next);
      const { status, body } = await this.door.put(`${path}/${job.id}?${told}`, bytes.slice(job.next, job.next + PIECE), headers);
      if (status === 201) { await this.#over(job, "sent", { file: body.file, held: body.state === "held" }); return; }
      if (status === 422 && body.error !== "checksum") { await this.#over(job, "refused", { why: body.message || body.reason || body.field || body.error }); return; }
      if (status === 403 || status === 404 || status === 413) { await this.#over(job, "refused", { why: body.message || String(status) }); return; }
      const next = Number(body.next ?? 0);
      stuck = next > job.next && status === 200 ? 0 : stuck + 1;
      job.next = next;
      if (job.stored) await this.#write(job, "waiting");
      this.changed(job);
    }
    throw new Error("the file does not arrive");
  }

  async #over(job, state, { why = "", file = null, held = false }) {
    Object.assign(job, { state, why, held });
    if (state === "sent") { this.jobs.delete(job.id); if (file) job.file = { ...file }; }
    if (job.stored) await this.#write(job, state, { sent_at: Date.now() });
    this.changed(job);
  }

  /** A picture that waits can be looked at too. */
  async preview(job) {
    if (!/^image\/(jpeg|png|webp)$/.test(job.type)) return "";
    if (!this.urls.has(job.id)) {
      const bytes = await this.#bytes(job);
      if (!bytes) return ""; // it is still being kept; asked again once it is
      this.urls.set(job.id, URL.createObjectURL(new Blob([bytes], { type: job.type })));
    }
    return this.urls.get(job.id);
  }

  async sentOf(audit) {
    if (!this.store.alive) return 0;
    return (await this.store.all("files", "state", "sent")).filter((row) => row.audit === audit).length;
  }

  /** The bytes of what waits, for the file that the lead auditor can import. */
  async bytesOf(job) { return this.#bytes(job); }
}
