// Fieldwork: puts the parts together. Taps become records, records are kept and sent, and the screen says what is so.
import { Core } from "./core.js";
import { saveToFile } from "./export.js";
import { offerOffline } from "./offline.js";
import { panels } from "./panels.js";
import { askPin } from "./pin.js";
import { Screen } from "./screen.js";
import { othersWaitHere } from "./sealed.js";
import { say } from "./heads.js";
import { fromStore } from "./shell.js";
import { Status } from "./status.js";
import { deposit } from "./deposit.js";
import { watchForUpdates } from "./update.js";
import { View } from "./view.js";

const EVERY = 30_000;
const at = (id) => document.getElementById(id);

function noticeOf(core, status, kind, facts) {
  const { words } = core.data;
  const tones = { restored: "warning", alarm: "danger", lost: "danger", gone: "danger", clock: "warning" };
  if (tones[kind]) status.note(kind, tones[kind], say(words[`notice_${kind}`], facts));
}

function heldWords(words, reason) {
  return { closed: words.heldClosed, not_assigned: words.heldAssigned, template: words.heldTemplate, file: words.heldFile, issued: words.heldIssued }[reason] ?? words.heldOther;
}

function listen(core, screen, status) {
  const { model, data } = core;
  core.on("state", () => status.paint());
  core.on("notice", (kind, facts) => noticeOf(core, status, kind, facts));
  core.on("begun", () => status.begun());
  core.on("records", () => screen.soon());
  core.on("changes", (rows) => { for (const row of rows) if (row.item && model.byId.has(row.item)) screen.view.row(model.byId.get(row.item)); screen.refresh(); });
  core.on("changed", () => { screen.refresh(); status.paint(); });
  core.on("file", (job) => { if (job.item === screen.now.id) screen.paint(); });
  core.on("opened", () => { screen.recordHalves(); screen.refresh(); screen.paint(document.activeElement !== screen.note); status.paint(); });
  core.on("others", (others) => { screen.others = others; screen.view.others(others, screen.now); });
  core.on("item", (item) => core.others.presence(item.id));
  core.on("revoked", () => deposit(core, status));
  core.on("result", (record, result, reason) => {
    if (record.audit !== data.audit) return;
    if (record.kind === "finding" && result === "accepted") core.others.look(); // its code comes with the changes
    if (record.item && result === "invalid") model.notices.set(record.item, data.words.refused);
    if (record.item && result === "held") model.notices.set(record.item, heldWords(data.words, reason));
    if (record.item === screen.now.id) screen.paint();
  });
}

function clockwork(core, screen) {
  window.addEventListener("online", () => { core.sync.kick({ now: true }); core.others.look(); });
  window.addEventListener("pagehide", () => screen.saveNote());
  window.addEventListener("beforeunload", (event) => { if (core.outbox.unsaved || core.photos.waiting.some((job) => !job.stored)) event.preventDefault(); });
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "hidden") { screen.saveNote(); return; }
    await core.wake();
    core.sync.kick({ now: true });
    core.others.look();
    core.others.presence(screen.now.id);
  });
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    if (core.outbox.waiting.length || core.photos.waiting.length) core.sync.kick();
    core.others.look();
    core.others.presence(screen.now.id);
  }, EVERY);
}

/** What panels of their own get; see docs/offline.md. */
function fieldOf(core, screen) {
  return {
    data: core.data, words: core.data.words,
    get item() { return screen.now; },
    issue: async (kind, body, more) => { const { id } = await core.issue(kind, body, more); return { id, kept: core.outbox.isKept(id) }; },
    asked: () => core.model.asked(),
    answer: (item, change) => screen.record(item, change),
    show: (item) => screen.show(item),
    addPhoto: async (files, { item = null } = {}) => Promise.all((await core.photos.add(files, { audit: core.data.audit, item })).map(async (job) => ({ id: job.id, name: job.name, url: await core.photos.preview(job) }))),
    on: (event, act) => core.on(event, act),
    records: (kind) => core.model.records(kind),
  };
}

async function begin() {
  const written = at("fw-data");
  const opened = written ? { data: JSON.parse(written.textContent) } : await fromStore();
  const core = new Core(opened.data, opened);
  const view = new View(core.data);
  if (!written) view.build();
  const screen = new Screen(core, view);
  const save = () => saveToFile(core);
  const status = new Status(core, { exportFile: save, handOver: () => deposit(core, status), unlock: () => askPin(core.data.words, (pin) => core.openByPin(pin)) });
  listen(core, screen, status);
  screen.listen();
  clockwork(core, screen);
  offerOffline(core, status, save);
  if (/^#item-\d+$/.test(location.hash)) screen.fromAddress(); else screen.paint(true);
  view.rows.get(screen.now.id).scrollIntoView({ block: "center" });
  const field = fieldOf(core, screen);
  for (const setup of panels) setup(field);
  status.paint();
  watchForUpdates(core, status);
  await core.start();
  at("fw").dataset.ready = "yes";
  core.emit("ready");
  othersWaitHere(core, status);
  core.others.presence(screen.now.id);
}

begin();
