// Versions before the store kept answers in localStorage. They move over once; a key goes only after its rows are kept.

const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };

function keysOf(prefix) {
  try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; }
}

/** Move one person's old entries into the store. Records keep their id, and the number their old device gave them. */
export async function migrate(person, store, cipher, outbox) {
  for (const key of keysOf(`answers:${person}:`)) {
    const { revision, refused } = read(key) ?? {};
    if (!revision?.id) continue;
    const device = read(`device:${person}`)?.id;
    const record = { kind: "answer", sample: null, ...revision };
    const { device_seq, ...body } = record;
    const row = { id: record.id, kind: "answer", audit: record.audit, item: record.item, thread: null, state: refused ? "refused" : "waiting", reason: refused ?? "", device_id: device, device_seq };
    const sealed = await cipher.seal(record.id, body);
    await store.write(["records"], async (tx) => { if (!await tx.objectStore("records").get(row.id)) await tx.objectStore("records").put({ ...row, ...sealed }); });
    localStorage.removeItem(key);
  }
  for (const key of keysOf(`half:${person}:`)) {
    await outbox.keepHalf(key.split(":").at(-1), read(key));
    localStorage.removeItem(key);
  }
  const old = read(`device:${person}`);
  if (!old) return;
  await store.write(["meta"], async (tx) => {
    const now = await tx.objectStore("meta").get("device");
    if (!now?.seq) await tx.objectStore("meta").put({ id: old.id, seq: old.seq }, "device");
  });
  localStorage.removeItem(`device:${person}`);
}
