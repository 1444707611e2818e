// What the screen knows: the questions with the heads of their answers, and the heads of everything else that was recorded.
import { notAsked } from "./conditions.js";
import { conflict, flaggedOf, noteOf, replyOf, sampleOf, valueOf } from "./heads.js";

export class Model {
  constructor(data) {
    this.data = data;
    this.items = data.items;
    this.byId = new Map(data.items.map((item) => [item.id, item]));
    this.halves = new Map();
    this.notices = new Map();
    this.rows = new Map();
    this.gone = new Set();
    for (const item of data.items) for (const head of item.heads) this.#know(head);
    for (const item of data.items) this.#beside(item);
    for (const row of data.records ?? []) this.take(row);
  }

  // What an answer is judged by beside its own heads: the day, the notes of the inbox, the same subject in other standards.
  #beside(item) {
    item.begins = this.data.begins;
    item.noted = () => this.records("note").some((note) => note.items.includes(item.id) && !note.gone);
    item.kin = item.topic ? this.items.filter((each) => each.topic === item.topic && each.checklist !== item.checklist) : [];
  }

  /** The questions that are asked, as the answers stand now. */
  asked() { const out = notAsked(this.items); return out.size ? this.items.filter((item) => !out.has(item.id)) : this.items; }

  #know(row) { for (const base of row.base ?? []) this.gone.add(base); }

  /** One row as the server tells it, or as it was just recorded here. Says whether that was news. */
  take(row) {
    const kind = row.kind ?? "answer";
    this.#know(row);
    if (kind !== "answer") {
      const known = this.rows.get(row.id);
      this.rows.set(row.id, { ...known, ...row });
      return !known || row.seq !== known.seq;
    }
    const item = this.byId.get(row.item);
    if (!item) return false;
    const before = item.heads.length;
    const known = item.heads.findIndex((head) => head.id === row.id);
    item.heads = item.heads.filter((head) => !this.gone.has(head.id));
    if (known >= 0) { const place = item.heads.findIndex((head) => head.id === row.id); if (place >= 0) item.heads[place] = row; return false; }
    if (this.gone.has(row.id)) return item.heads.length !== before;
    item.heads.push(row);
    return true;
  }

  /** After a restore of the server nothing is known of others but what it tells again. */
  forgetOthers() {
    const mine = (row) => row.mine || row.author_id === this.data.person.id;
    this.gone = new Set();
    this.rows = new Map([...this.rows].filter(([, row]) => mine(row)));
    for (const row of this.rows.values()) this.#know(row);
    for (const item of this.items) { item.heads = item.heads.filter(mine); for (const head of item.heads) this.#know(head); }
  }

  /** A record of this device as a row: the author by name, the time by the device. */
  rowOf(record, seq = null) { return { ...record, author: this.data.person.name, author_id: record.author, at: record.client_time, seq, mine: true }; }

  /** Heads of the notes, findings or signatures: what nobody has changed since. */
  records(kind) { return [...this.rows.values()].filter((row) => row.kind === kind && !this.gone.has(row.id)); }

  /** What a new answer is made from: the present one, what is half typed, and the change. */
  answer(item, change) {
    const written = { value: valueOf(item), note: noteOf(item), flagged: flaggedOf(item), sample: sampleOf(item), reply: replyOf(item), ...(this.halves.get(item.id) ?? {}), ...change };
    if (written.value === "open") Object.assign(written, { value: null, reply: "" });
    return written;
  }

  baseOf(kind, body) {
    if (kind === "answer") return (this.byId.get(body.item)?.heads ?? []).map((head) => head.id);
    return this.records(kind).filter((row) => row.thread === body.thread).map((row) => row.id);
  }

  disputed(item) { return conflict(item); }
}
