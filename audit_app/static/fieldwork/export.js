// "Save unsent answers to a file": what is kept here, readable, for the lead auditor to import. What was sent goes along:
// who is shut out hears nothing of a restored server, and what the server has already it knows again.
import { base64 } from "./ids.js";

/** Build the file and hand it to the browser. Resolves with its name. */
export async function saveToFile(core) {
  const { data, outbox, photos } = core;
  const device = await outbox.device();
  const items = await outbox.everythingOf(data.audit);
  const attachments = [];
  for (const job of photos.jobs.values()) {
    const bytes = job.audit === data.audit ? await photos.bytesOf(job) : null;
    if (bytes) attachments.push({ id: job.id, name: job.name, type: job.type, sha256: job.sha256, item: job.item, taken_at: job.taken_at, base64: base64(bytes) });
  }
  const made = new Date();
  const file = { format: "fieldwork-unsent", version: 1, audit: data.audit, device_id: outbox.all()[0]?.device_id ?? device.id, person: data.person, made_at: made.toISOString(), items, attachments };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file)], { type: "application/json" }));
  link.download = `fieldwork-${data.code ?? data.audit}-${made.toISOString().slice(0, 16).replaceAll(":", "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return link.download;
}
