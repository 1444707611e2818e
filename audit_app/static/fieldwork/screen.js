// Turning pages, fingers and keys: which question is shown, and what a tap or a word becomes.
import { afterFrame } from "./frames.js";
import { conflict, flaggedOf, noteOf, replyOf, valueOf } from "./heads.js";
import { answered } from "./lacking.js";
import { Replies, judge } from "./replies.js";

const PAUSE = 2000;
const at = (id) => document.getElementById(id);
const wanted = { all: () => true, open: (item) => !answered(item), flagged: (item) => flaggedOf(item) || conflict(item) };

export class Screen {
  constructor(core, view) {
    Object.assign(this, { core, view, data: core.data, model: core.model, note: at("fw-note"), frame: at("fw"), typing: null, halved: new Set(), others: [] }); // halved: nothing is written when nothing was typed; WebKit never ends a write begun while leaving
    this.data.filter = "all";
    this.replies = new Replies(this.data, { answer: (reply) => this.reply(reply), typed: () => this.input(), done: () => this.saveNote() });
    this.now = this.model.byId.get(Number(this.frame.dataset.shown)) ?? this.model.asked().find((item) => !answered(item)) ?? this.data.items[0];
  }

  // --- recording -------------------------------------------------------------------------------------------------------
  record(item, change) {
    const written = this.model.answer(item, change);
    if (written.value === "not_applicable" && !written.note.trim()) { this.keepHalf(item, written); return null; }
    this.model.halves.delete(item.id);
    this.model.notices.delete(item.id);
    this.core.outbox.dropHalf(item.id);
    const attachments = [...item.files, ...this.core.photos.of(item.id).filter((job) => job.state === "waiting")].map((file) => file.id);
    return this.core.issue("answer", { item: item.id, ...written, template_version: item.version }, { attachments });
  }

  keepHalf(item, written) {
    this.model.halves.set(item.id, written);
    this.core.outbox.keepHalf(item.id, written);
    this.paint();
    if (item === this.now && written.value === "not_applicable") this.note.focus();
  }

  /** A reply that was tapped: it proposes the verdict, where its author said what is in order. */
  reply(reply) {
    clearTimeout(this.typing);
    this.typing = null;
    this.record(this.now, { ...this.#replied(reply), note: this.note.value });
  }

  #replied(reply) { const value = judge(this.now, reply, this.data.begins); return value ? { reply, value } : { reply }; }

  /** Note and reply as they stand in the fields; undefined when neither says anything new. */
  #fresh() {
    const now = this.now, { written } = this.replies;
    const reply = written !== undefined && written !== (this.model.halves.get(now.id)?.reply ?? replyOf(now)) ? this.#replied(written) : {};
    return this.note.value === this.typed() && !("reply" in reply) ? undefined : { note: this.note.value, ...reply };
  }

  typed() { return this.model.halves.get(this.now.id)?.note ?? noteOf(this.now); }

  saveNote() {
    clearTimeout(this.typing);
    this.typing = null;
    const item = this.now;
    if (!this.data.mayAnswer) return;
    const fresh = this.#fresh();
    if (!fresh) { if (!this.model.halves.has(item.id) && this.halved.delete(item.id)) this.core.outbox.dropHalf(item.id); return; }
    if (conflict(item) && valueOf(item) === null) { this.keepHalf(item, fresh); return; }
    this.record(item, fresh);
  }

  // A word that is being typed is kept at once as half an answer; it becomes a record after a pause.
  input() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.saveNote(), PAUSE);
    const { id } = this.now;
    const half = { ...(this.model.halves.get(id) ?? {}), ...this.#fresh() };
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => { if (this.typing) { this.halved.add(id); this.core.outbox.keepHalf(id, half); } }, 250);
  }

  /** Words that were typed when the page ended, and not yet recorded: now they are. */
  recordHalves() {
    if (!this.data.mayAnswer) return;
    for (const [id, half] of this.model.halves) {
      const item = this.model.byId.get(id);
      if (!item || half.value === "not_applicable" || conflict(item)) continue;
      if ((half.note ?? noteOf(item)) === noteOf(item) && (half.reply ?? replyOf(item)) === replyOf(item)) { this.model.halves.delete(id); this.core.outbox.dropHalf(id); }
      else this.record(item, {});
    }
  }

  async attach(files) {
    const item = this.now;
    const kept = await this.core.photos.add(files, { audit: this.data.audit, item: item.id, template: item.version });
    const half = this.model.halves.get(item.id);
    if (kept.length && !half && !conflict(item)) this.record(item, item === this.now && this.data.mayAnswer ? { note: this.note.value } : {});
    else if (kept.length) this.core.sync.kick();
  }

  // --- painting --------------------------------------------------------------------------------------------------------
  shown() { return this.model.asked().filter((item) => wanted[this.data.filter](item) || item === this.now); }

  paint(withNote = false) {
    const { now, model, core } = this, asked = model.asked();
    this.replies.show(now, model.halves.get(now.id)?.reply ?? replyOf(now));
    this.view.item(now, {
      place: asked.indexOf(now), total: asked.length, half: model.halves.get(now.id), notice: model.notices.get(now.id),
      files: { done: now.files, sending: core.photos.of(now.id), again: async (job) => { await core.photos.again(job); core.sync.kick({ now: true }); }, drop: (job) => core.photos.drop(job), preview: (job) => core.photos.preview(job) },
      pick: (head) => { model.halves.delete(now.id); this.record(now, { value: head.value, note: head.note, flagged: head.flagged, sample: head.sample ?? null, reply: head.reply ?? "" }); this.paint(true); },
    });
    if (withNote) this.note.value = this.typed();
    this.view.row(now);
    this.view.counts(asked);
    this.view.filter(this.data.items, asked.filter(wanted[this.data.filter]));
    this.view.others(this.others, now);
    const list = this.shown();
    this.#mark("fw-prev", list.indexOf(now) > 0);
    this.#mark("fw-next", list.indexOf(now) < list.length - 1);
    this.#mark("fw-unanswered", Boolean(this.nextOpen()));
    core.emit("paint");
  }

  /** What was touched changes with the next frame, beside the word whether it is kept; all the rest in the frame after. */
  soon() {
    this.view.pressed(this.now, this.model.halves.get(this.now.id));
    this.replies.show(this.now, replyOf(this.now));
    if (this.due) return;
    this.due = true;
    afterFrame().then(() => { this.due = false; this.paint(); });
  }

  /** Something came from elsewhere: everything but what is being typed is drawn anew. */
  refresh() {
    for (const item of this.data.items) this.view.row(item);
    this.paint(this.typing === null && document.activeElement !== this.note);
  }

  #mark(id, possible) { at(id).setAttribute("aria-disabled", String(!possible)); }

  // --- turning pages ---------------------------------------------------------------------------------------------------
  show(item, { push = true } = {}) {
    if (!item) return;
    this.saveNote();
    this.now = item;
    this.frame.classList.remove("show-list");
    if (push) history.pushState(null, "", `#item-${item.id}`);
    this.paint(true);
    at("fw-item").scrollTop = 0;
    this.view.rows.get(item.id).scrollIntoView({ block: "nearest" });
    this.core.emit("item", item);
  }

  step(by) { const list = this.shown(); this.show(list[list.indexOf(this.now) + by]); }

  nextOpen() {
    const items = this.model.asked(), start = items.indexOf(this.now) + 1;
    return [...items.slice(start), ...items.slice(0, start)].find((item) => item !== this.now && !answered(item));
  }

  fromAddress() {
    const id = Number(/^#item-(\d+)$/.exec(location.hash)?.[1]);
    if (this.model.byId.has(id)) this.show(this.model.byId.get(id), { push: false });
  }

  // --- fingers and keys ------------------------------------------------------------------------------------------------
  listen() {
    const tap = (id, act) => at(id).addEventListener("click", (event) => { event.preventDefault(); act(event); });
    tap("fw-prev", () => this.step(-1));
    tap("fw-next", () => this.step(1));
    tap("fw-unanswered", () => this.show(this.nextOpen()));
    tap("fw-open-list", () => { this.frame.classList.toggle("show-list"); this.view.rows.get(this.now.id).scrollIntoView({ block: "center" }); });
    at("fw-flag").addEventListener("click", () => conflict(this.now) ? at("fw-conflict").scrollIntoView({ block: "nearest" }) : this.record(this.now, { flagged: !flaggedOf(this.now), note: this.note.value }));
    at("fw-form").addEventListener("submit", (event) => event.preventDefault());
    at("fw-verdicts").addEventListener("click", (event) => this.#verdict(event));
    at("fw-list").addEventListener("click", (event) => {
      const row = event.target.closest(".fw-row"), filter = event.target.closest("[data-filter]");
      if (row) { event.preventDefault(); this.show(this.model.byId.get(Number(row.dataset.item))); }
      if (filter) { this.data.filter = filter.dataset.filter; this.paint(); }
    });
    this.note.addEventListener("input", () => this.input());
    this.note.addEventListener("blur", () => this.saveNote());
    for (const id of ["fw-camera", "fw-attach"]) {
      at(id).addEventListener("change", (event) => { this.attach([...event.target.files]); event.target.value = ""; });
    }
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("textarea, input, select, dialog") || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "ArrowRight") this.step(1);
      if (event.key === "ArrowLeft") this.step(-1);
      if (event.key === "Escape") this.frame.classList.remove("show-list");
    });
    at("fw-write").addEventListener("click", () => this.saveNote());
    window.addEventListener("popstate", () => this.fromAddress());
  }

  #verdict(event) {
    const button = event.target.closest(".fw-verdict");
    if (!button) return;
    event.preventDefault();
    clearTimeout(this.typing);
    this.typing = null;
    this.record(this.now, { ...this.#fresh(), value: button.value, note: this.note.value });
  }
}
