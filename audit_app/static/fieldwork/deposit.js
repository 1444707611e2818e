// A tablet that was shut out, or a person who cannot sign in any more: the ticket of "Take offline" hands the work to the
// lead auditor. It can write and nothing else.
import { PROTOCOL } from "./door.js";
import { batchOf } from "./sync.js";

/** Hand over everything of this audit that waits. Says on the screen how it went. */
export async function deposit(core, status) {
  const { data, store, cipher, outbox, photos, sync, door } = core;
  if (core.depositing || !(outbox.waiting.length + photos.waiting.length)) return false;
  core.depositing = true;
  try {
    const kept = store.alive ? await store.get("meta", `ticket:${data.audit}`) : null;
    if (!kept) { status.note("handed", "danger", data.words.noTicket); return false; }
    const { ticket, device } = await cipher.unseal(`ticket:${data.audit}`, kept);
    const headers = { Authorization: `Bearer ${ticket}` };
    const mine = () => outbox.waiting.filter((entry) => entry.record.audit === data.audit && entry.device_id === device && entry.record.device_seq);
    const chain = await store.get("meta", "chain");
    const asked = await door.post("/deposit", { protocol: PROTOCOL, device_id: device, outbox_count: outbox.waiting.length, items: [], ...(chain ? { last_seq: chain.seq, last_hash: chain.hash } : {}) }, headers);
    if (asked.body.chain_ok === false) await sync.older({ seq: asked.body.server_seq, hash: asked.body.row_hash }, chain);
    let handed = 0;
    while (mine().length) {
      const entries = batchOf(mine());
      const { status: code, body } = await door.post("/deposit", { protocol: PROTOCOL, device_id: device, outbox_count: outbox.waiting.length, items: entries.map(({ record }) => record) }, headers);
      if (code !== 200) throw new Error(`status ${code}`);
      await sync.take(entries, body, { handed: true });
      handed += entries.length;
    }
    for (const job of photos.waiting) if (job.audit === data.audit) await photos.send(job, { path: "/deposit/attachments", headers, device });
    if (handed) status.note("handed", "success", data.words.handed);
    return true;
  } catch { status.note("handed", "danger", data.words.handFailed); return false; } finally { core.depositing = false; status.paint(); }
}
