// Answers that the server has not acknowledged yet. Each is one entry of localStorage under its author's number, written
// and read back before it counts as kept; nothing expires, and nobody else's entries are ever touched.

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outbox {
  constructor(person) {
    this.mine = `answers:${person}:`;
    this.half = `half:${person}:`;
    this.own = `device:${person}`;
    this.kept = new Map();
    this.durable = true;
    this.load();
  }

  load() {
    try {
      for (let n = 0; n < localStorage.length; n += 1) {
        const key = localStorage.key(n);
        if (!key.startsWith(this.mine)) continue;
        const entry = JSON.parse(localStorage.getItem(key));
        this.kept.set(entry.revision.id, entry);
      }
    } catch { this.durable = false; }
  }

  device() {
    try {
      let state = JSON.parse(localStorage.getItem(this.own) || "null");
      state ??= { id: uuid(), seq: 0 };
      state.seq += 1;
      localStorage.setItem(this.own, JSON.stringify(state));
      return state;
    } catch {
      this.durable = false;
      this.loose ??= { id: uuid(), seq: 0 };
      this.loose.seq += 1;
      return { ...this.loose };
    }
  }

  deviceId() {
    try { return JSON.parse(localStorage.getItem(this.own) || "null")?.id ?? this.loose?.id ?? uuid(); } catch { return this.loose?.id ?? uuid(); }
  }

  put(entry) {
    this.kept.set(entry.revision.id, entry);
    const key = this.mine + entry.revision.id;
    const text = JSON.stringify(entry);
    try {
      localStorage.setItem(key, text);
      if (localStorage.getItem(key) !== text) this.durable = false;
    } catch { this.durable = false; }
  }

  drop(id) {
    this.kept.delete(id);
    try { localStorage.removeItem(this.mine + id); } catch { /* it was only in memory */ }
  }

  all() {
    return [...this.kept.values()].sort((a, b) => a.revision.device_seq - b.revision.device_seq);
  }

  waiting() { return this.all().filter((entry) => !entry.refused); }

  // What is typed but not yet a whole answer (N.A. without its reason, a note on a disputed question).
  keepHalf(item, typed) { try { localStorage.setItem(this.half + item, JSON.stringify(typed)); } catch { /* only in the page */ } }

  takeHalf(item) { try { return JSON.parse(localStorage.getItem(this.half + item) || "null"); } catch { return null; } }

  dropHalf(item) { try { localStorage.removeItem(this.half + item); } catch { /* nothing was kept */ } }
}
