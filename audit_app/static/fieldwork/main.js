// Fieldwork: turns taps and words into revisions, keeps them until the server has them, and shows what is so.
import { Door } from "./door.js";
import { Outbox, uuid } from "./outbox.js";
import { Photos } from "./photos.js";
import { View, answered, conflict, flaggedOf, noteOf, valueOf } from "./view.js";

const PAUSE = 2000;
const LOOK_EVERY = 30_000;
const data = JSON.parse(document.getElementById("fw-data").textContent);
const at = (id) => document.getElementById(id);
const frame = at("fw"), note = at("fw-note");
const byId = new Map(data.items.map((item) => [item.id, item]));
const halves = new Map(), notices = new Map();
const outbox = new Outbox(data.person.id);
const view = new View(data);
let now = byId.get(Number(frame.dataset.shown)) ?? data.items[0];
let mood = "idle", savedAt = null, typing = null;
data.filter = "all";

const door = new Door(data, outbox, { state, result, changes });
const photos = new Photos(door, data.words, (item) => { if (item === now) paint(); });

// --- recording --------------------------------------------------------------------------------------------------------
function record(item, change) {
  const written = { value: valueOf(item), note: noteOf(item), flagged: flaggedOf(item), ...change };
  const half = halves.get(item.id);
  if (half) Object.assign(written, half, change);
  written.note = tidy(written.note);
  if (written.value === "open") written.value = null;
  if (written.value === "not_applicable" && !written.note.trim()) { keepHalf(item, written); return; }
  for (const entry of outbox.all()) if (entry.refused && entry.revision.item === item.id) outbox.drop(entry.revision.id);
  halves.delete(item.id);
  outbox.dropHalf(item.id);
  notices.delete(item.id);
  issue(item, written, item.heads.map((head) => head.id));
  paint();
  door.send();
}

function issue(item, written, base) {
  const device = outbox.device();
  const moment = new Date();
  const revision = {
    id: uuid(), audit: data.audit, item: item.id, base: base.slice(-50), ...written, author: data.person.id, device_seq: device.seq,
    client_time: moment.toISOString(), tz_offset: -moment.getTimezoneOffset(), clock_offset_ms: Math.round(door.offset),
    template_version: item.version, attachment_ids: item.files.map((file) => file.id).slice(-100),
  };
  outbox.put({ revision });
  putOnTop(item, revision);
}

function putOnTop(item, revision) {
  item.heads = item.heads.filter((head) => !revision.base.includes(head.id) && head.id !== revision.id);
  item.heads.push({ ...revision, author: data.person.name, at: revision.client_time });
}

// No NUL and no half of a surrogate pair: no database keeps them, and an answer must not fail for them.
function tidy(text) {
  const clean = text.replaceAll("\u0000", "");
  return clean.toWellFormed ? clean.toWellFormed() : clean;
}

function keepHalf(item, written) {
  halves.set(item.id, written);
  outbox.keepHalf(item.id, written);
  paint();
  if (item === now) note.focus();
}

function saveNote() {
  clearTimeout(typing);
  typing = null;
  if (!data.mayAnswer || note.value === (halves.get(now.id)?.note ?? noteOf(now))) return;
  if (conflict(now) && valueOf(now) === null) { const written = { note: note.value }; halves.set(now.id, written); outbox.keepHalf(now.id, written); return; }
  record(now, { note: note.value });
}

// --- what comes back --------------------------------------------------------------------------------------------------
function state(kind) {
  mood = kind;
  view.state(mood, outbox.waiting().length, savedAt, outbox.durable);
}

function result({ revision }, { status, reason }, serverTime) {
  const item = byId.get(revision.item);
  if (status === "invalid") {
    outbox.put({ revision, refused: reason });
    if (item) notices.set(item.id, data.words.refused);
  } else {
    outbox.drop(revision.id);
    if (status === "id_reuse") { const { value, note: words, flagged, base } = revision; if (item) issue(item, { value, note: words, flagged }, base); }
    if (status === "held" && item) notices.set(item.id, { closed: data.words.heldClosed, not_assigned: data.words.heldAssigned }[reason] ?? data.words.heldTemplate);
    if (status === "accepted" || status === "duplicate") savedAt = new Date(serverTime);
  }
  if (item === now) paint();
}

function changes(rows) {
  const mine = typing !== null || document.activeElement === note;
  for (const row of rows) {
    const item = byId.get(row.item);
    if (!item) continue;
    const known = item.heads.some((head) => head.id === row.id || head.base.includes(row.id));
    if (known) continue;
    item.heads = item.heads.filter((head) => !row.base.includes(head.id));
    item.heads.push(row);
    view.row(item);
  }
  paint(!mine);
}

// --- turning pages ----------------------------------------------------------------------------------------------------
const wanted = { all: () => true, open: (item) => !answered(item), flagged: (item) => flaggedOf(item) || conflict(item) };
const shown = () => data.items.filter((item) => wanted[data.filter](item) || item === now);

function paint(withNote = false) {
  const place = data.items.indexOf(now);
  view.item(now, {
    place, total: data.items.length, half: halves.get(now.id), notice: notices.get(now.id),
    files: { sending: photos.of(now), again: (job) => photos.send(now, job) },
    pick: (head) => { halves.delete(now.id); record(now, { value: head.value, note: head.note, flagged: head.flagged }); paint(true); },
  });
  if (withNote) note.value = halves.get(now.id)?.note ?? noteOf(now);
  view.row(now);
  view.counts(data.items);
  view.filter(data.items, data.items.filter(wanted[data.filter]));
  const list = shown();
  mark("fw-prev", list.indexOf(now) > 0);
  mark("fw-next", list.indexOf(now) < list.length - 1);
  mark("fw-unanswered", Boolean(nextOpen()));
  state(mood);
}

function mark(id, possible) { at(id).setAttribute("aria-disabled", String(!possible)); }

function show(item, { push = true } = {}) {
  if (!item) return;
  saveNote();
  now = item;
  frame.classList.remove("show-list");
  if (push) history.pushState(null, "", `#item-${item.id}`);
  paint(true);
  at("fw-item").scrollTop = 0;
  view.rows.get(item.id).scrollIntoView({ block: "nearest" });
}

function step(by) {
  const list = shown();
  show(list[list.indexOf(now) + by]);
}

function nextOpen() {
  const start = data.items.indexOf(now) + 1;
  return [...data.items.slice(start), ...data.items.slice(0, start)].find((item) => item !== now && !answered(item));
}

function fromAddress() {
  const id = Number(/^#item-(\d+)$/.exec(location.hash)?.[1]);
  if (byId.has(id)) show(byId.get(id), { push: false });
}

// --- fingers and keys -------------------------------------------------------------------------------------------------
const tap = (id, act) => at(id).addEventListener("click", (event) => { event.preventDefault(); act(); });
tap("fw-prev", () => step(-1));
tap("fw-next", () => step(1));
tap("fw-unanswered", () => show(nextOpen()));
tap("fw-open-list", () => { frame.classList.toggle("show-list"); view.rows.get(now.id).scrollIntoView({ block: "center" }); });
at("fw-flag").addEventListener("click", () => conflict(now) ? at("fw-conflict").scrollIntoView({ block: "nearest" }) : record(now, { flagged: !flaggedOf(now), note: note.value }));
at("fw-form").addEventListener("submit", (event) => event.preventDefault());
at("fw-verdicts").addEventListener("click", (event) => {
  const button = event.target.closest(".fw-verdict");
  if (!button) return;
  event.preventDefault();
  clearTimeout(typing);
  typing = null;
  record(now, { value: button.value, note: note.value });
});
at("fw-list").addEventListener("click", (event) => {
  const row = event.target.closest(".fw-row"), filter = event.target.closest("[data-filter]");
  if (row) { event.preventDefault(); show(byId.get(Number(row.dataset.item))); }
  if (filter) { data.filter = filter.dataset.filter; paint(); }
});
note.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(saveNote, PAUSE); });
note.addEventListener("blur", saveNote);
for (const id of ["fw-camera", "fw-attach"]) {
  at(id).addEventListener("change", (event) => { photos.add(now, [...event.target.files]); event.target.value = ""; });
}
document.addEventListener("keydown", (event) => {
  if (event.target.closest("textarea, input, select") || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "ArrowRight") step(1);
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "Escape") frame.classList.remove("show-list");
});
at("fw-write").addEventListener("click", saveNote);
window.addEventListener("popstate", fromAddress);
window.addEventListener("online", () => door.send());
window.addEventListener("pagehide", saveNote);
window.addEventListener("beforeunload", (event) => { if (photos.open || (!outbox.durable && outbox.waiting().length)) event.preventDefault(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") saveNote();
  else { if (outbox.waiting().length) door.send(); door.look(); }
});
setInterval(() => door.look(), LOOK_EVERY);

// --- begin: what waited on this device goes on top of what the server knows ------------------------------------------
for (const { revision, refused } of outbox.all()) {
  const item = revision.audit === data.audit ? byId.get(revision.item) : null;
  if (!item || item.heads.some((head) => head.id === revision.id)) continue;
  putOnTop(item, revision);
  if (refused) notices.set(item.id, data.words.refused);
  view.row(item);
}
for (const item of data.items) { const half = outbox.takeHalf(item.id); if (half) halves.set(item.id, half); }
if (/^#item-\d+$/.test(location.hash)) fromAddress(); else paint(true);
view.rows.get(now.id).scrollIntoView({ block: "center" });
if (outbox.waiting().length) door.send();
at("fw").dataset.ready = "yes";
