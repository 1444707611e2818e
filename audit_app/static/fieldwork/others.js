// What others record and where they are: read every half minute while the page is looked at, kept for offline use with the
// cursor in the same transaction.
import { PROTOCOL } from "./door.js";

export class Others {
  constructor(core) { Object.assign(this, { core, looking: false }); }

  async look() {
    if (this.looking || document.visibilityState !== "visible") return;
    this.looking = true;
    try {
      for (let more = true; more;) {
        const chain = this.core.store.alive ? await this.core.store.get("meta", "chain") : null;
        const asked = new URLSearchParams({ audit: this.core.data.audit, after: this.core.data.seq, protocol: PROTOCOL, ...(chain ? { seq: chain.seq, hash: chain.hash } : {}) });
        const { status, body } = await this.core.door.ask(`/changes?${asked}`);
        if (status !== 200) break;
        if (!body.chain_ok && this.core.store.alive) { await this.core.sync.older({ seq: body.server_seq, hash: body.row_hash }, chain); this.core.sync.kick(); break; }
        await this.#keepChanges(body.changes);
        for (const row of body.changes) this.core.data.seq = Math.max(this.core.data.seq, row.seq);
        const news = body.changes.filter((row) => this.core.model.take(row));
        if (news.length) this.core.emit("changes", news);
        more = body.more;
      }
    } catch { /* the next look comes in half a minute */ } finally { this.looking = false; }
  }

  /** The server was restored: what others did is read anew from the beginning. */
  async fromStart() {
    this.core.data.seq = 0;
    this.core.model.forgetOthers();
    this.core.emit("changed");
    setTimeout(() => this.look());
  }

  // The cursor moves in the same transaction as the rows it stands for.
  async #keepChanges(rows) {
    if (!rows.length || !this.core.outbox.storing || !await this.core.store.get("bundles", this.core.data.audit)) return;
    const sealed = await Promise.all(rows.map(async (row) => ({ audit: this.core.data.audit, seq: row.seq, ...await this.core.cipher.seal(`change:${row.seq}`, row) })));
    await this.core.store.write(["changes", "meta"], async (tx) => {
      for (const row of sealed) await tx.objectStore("changes").put(row);
      await tx.objectStore("meta").put(rows.at(-1).seq, `cursor:${this.core.data.audit}`);
    }).catch(() => {});
  }

  /** Keep the whole screen's data for opening it without a network; what the bundle already holds leaves the changes. */
  async keepBundle(bundle) {
    const { tablet: _key, filter: _filter, ...kept } = bundle;
    const sealed = await this.core.cipher.seal(`bundle:${bundle.audit}`, { ...kept, fromStore: true });
    await this.core.store.write(["bundles", "changes", "meta"], async (tx) => {
      await tx.objectStore("bundles").put({ audit: bundle.audit, at: Date.now(), ...sealed });
      await tx.objectStore("changes").delete(IDBKeyRange.bound([bundle.audit, 0], [bundle.audit, bundle.seq]));
      await tx.objectStore("meta").put(bundle.seq, `cursor:${bundle.audit}`);
    });
  }

  async presence(item) {
    if (!this.core.data.mayAnswer || document.visibilityState !== "visible") return;
    try {
      const { id } = await this.core.outbox.device();
      const { status, body } = await this.core.door.post("/presence", { audit: this.core.data.audit, device_id: id, item, waiting: this.core.outbox.waiting.length, photos: this.core.photos.waiting.length });
      if (status === 200) this.core.emit("others", body.others);
    } catch { this.core.emit("others", []); }
  }
}
