// Notes first: jot down what is said and seen, assign it to one or several questions later. A note is kept after a pause in
// typing, when its sheet closes and when the page goes out of sight; nobody has to press anything.
import { Sheet, at, el, icon } from "./sheet.js";
import { newThread, noteOf, notesOf } from "./threads.js";
import { say } from "./heads.js";

const PAUSE = 2000;
const FOUND = 30;
const short = (text, most = 180) => (text.length > most ? `${text.slice(0, most).trimEnd()}…` : text);

export function setup(field) {
  const { data, words } = field;
  const text = at("fw-jot-text"), quote = at("fw-jot-quote"), speaker = at("fw-jot-speaker"), search = at("fw-jot-search");
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const byId = new Map(data.items.map((item) => [item.id, item]));
  const names = new Map(); // what this page knows of the files it was given: id → {name, url}
  const inbox = new Sheet("fw-inbox");
  const jotter = new Sheet("fw-jotter", { closed: () => { keep(); if (back) inbox.show(); back = false; } });
  let note = null, items = [], files = [], pause = null, back = false, keeping = Promise.resolve();

  const named = (item) => `${item.clause} ${item.title || short(item.prompt, 80)}`.trim();
  const live = () => notesOf(field).filter((each) => !each.gone);

  // --- one note ---
  function open(given = null, { fromInbox = false } = {}) {
    note = given ?? { ...noteOf(newThread(), []), fresh: true };
    back = fromInbox;
    [text.value, quote.checked, speaker.value, search.value] = [note.text, note.quote, note.speaker, ""];
    [items, files] = [[...note.items], [...note.files]];
    at("fw-jot-gone").hidden = !data.mayAnswer || note.fresh;
    for (const each of [text, quote, speaker, search, at("fw-jot-photo")]) each.disabled = !data.mayAnswer;
    at("fw-jot-state").textContent = note.fresh ? "" : whoWhen(note);
    shape();
    inbox.close();
    jotter.show({ focus: note.fresh ? text : undefined });
  }

  const whoWhen = ({ last }) => (last ? `${last.author} · ${time.format(new Date(last.at))}` : "");

  function shape() {
    at("fw-jot-speaker-box").hidden = !quote.checked;
    at("fw-jot-files").replaceChildren(...files.map((id) => el("li", {}, icon(data, "photo"), fileName(id))));
    at("fw-jot-items").replaceChildren(...items.map((id) => byId.get(id)).filter(Boolean).map((item) => el("li", {}, el("span", { textContent: named(item) }),
      data.mayAnswer && el("button", { type: "button", className: "btn-quiet", on: { click: () => assign(item, false) } }, icon(data, "x", say(words.unassign, { name: item.clause || named(item) }))))));
    const here = at("fw-jot-here"), now = field.item;
    here.hidden = items.includes(now.id) || !data.mayAnswer;
    here.replaceChildren(icon(data, "plus"), say(words.assignHere, { name: named(now) }));
    find();
  }

  const fileName = (id) => {
    const known = names.get(id) ?? data.files?.[id];
    return known?.url ? el("a", { href: known.url, target: "_blank", rel: "noopener", textContent: known.name }) : el("span", { textContent: known?.name ?? words.aPhoto });
  };

  function find() {
    const asked = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const hits = asked.length ? data.items.filter((item) => !items.includes(item.id) && asked.every((word) => `${item.clause} ${item.title} ${item.prompt}`.toLowerCase().includes(word))) : [];
    const rows = hits.slice(0, FOUND).map((item) => el("li", {}, el("button", { type: "button", className: "jot-hit", on: { click: () => assign(item, true) } },
      icon(data, "plus"), el("span", {}, el("strong", { textContent: item.clause }), ` ${item.title || short(item.prompt, 90)}`))));
    if (hits.length > FOUND) rows.push(el("li", { className: "sheet-hint", textContent: say(words.moreFound, { count: hits.length - FOUND }) }));
    if (asked.length && !hits.length) rows.push(el("li", { className: "sheet-hint", textContent: words.nothingFound }));
    at("fw-jot-found").replaceChildren(...rows);
  }

  function assign(item, on) {
    items = on ? [...items, item.id].slice(-50) : items.filter((id) => id !== item.id);
    if (on) search.value = "";
    shape();
    keep();
    (on ? search : at("fw-jot-here")).focus({ preventScroll: true });
  }

  const changed = () => note.text !== text.value || note.quote !== quote.checked || note.speaker !== said()
    || String(note.items) !== String(items) || String(note.files) !== String(files);
  const said = () => (quote.checked ? speaker.value : "");
  const empty = () => !text.value.trim() && !files.length;

  function keep(more = {}) {
    clearTimeout(pause);
    if (!note || !data.mayAnswer || (!changed() && !("gone" in more)) || (empty() && note.fresh)) return keeping;
    const state = { text: text.value, quote: quote.checked, speaker: said(), items: [...items], gone: false, ...more };
    const mine = note, kept = [...files];
    keeping = keeping.then(() => put(mine, state, kept));
    return keeping;
  }

  async function put(mine, state, attachments) {
    at("fw-jot-state").textContent = words.keeping;
    try {
      const { id, kept } = await field.issue("note", { thread: mine.thread, ...state }, { base: mine.base, attachments });
      Object.assign(mine, state, { files: attachments, fresh: false, base: [id] });
      at("fw-jot-gone").hidden = false;
      at("fw-jot-state").textContent = kept ? words.kept : words.notKept;
    } catch { at("fw-jot-state").textContent = words.notKept; }
    paint();
  }

  async function photos(list) {
    const added = await field.addPhoto(list, { item: null });
    for (const each of added) { files.push(each.id); names.set(each.id, each); }
    shape();
    keep();
  }

  async function gone(mine, away) {
    if (mine === note) { await keep({ gone: away }); jotter.close(); return; }
    await field.issue("note", { thread: mine.thread, text: mine.text, quote: mine.quote, speaker: mine.speaker, items: mine.items, gone: away }, { base: mine.base, attachments: mine.files });
    paint();
  }

  // --- the inbox ---
  function row(each) {
    const where = each.items.map((id) => byId.get(id)?.clause).filter(Boolean).join(", ");
    const about = [each.quote && each.speaker, whoWhen(each), where].filter(Boolean).join(" · ");
    return el("li", {}, el("button", { type: "button", className: "inbox-row", on: { click: () => open(each, { fromInbox: inbox.open }) } },
      icon(data, each.quote ? "message" : each.files.length && !each.text ? "photo" : "notes"),
      el("span", {}, el("span", { className: "inbox-text", textContent: short(each.text) || words.aPhoto }), el("span", { className: "inbox-about", textContent: about }))));
  }

  function goneRow(each) {
    return el("li", { className: "inbox-gone" }, el("span", { textContent: short(each.text, 90) || words.aPhoto }),
      data.mayAnswer && el("button", { type: "button", className: "btn btn-outline-secondary", on: { click: () => gone(each, false) } }, icon(data, "arrow-back-up"), words.takeBack));
  }

  function list() {
    const all = notesOf(field).reverse();
    const open_ = all.filter((each) => !each.gone && !each.items.length), done = all.filter((each) => !each.gone && each.items.length), away = all.filter((each) => each.gone);
    at("fw-inbox-open-list").replaceChildren(...open_.map(row));
    at("fw-inbox-done-list").replaceChildren(...done.map(row));
    at("fw-inbox-gone-list").replaceChildren(...away.map(goneRow));
    at("fw-inbox-open-count").textContent = open_.length;
    at("fw-inbox-gone-count").textContent = away.length;
    at("fw-inbox-open-box").hidden = !open_.length;
    at("fw-inbox-done-box").hidden = !done.length;
    at("fw-inbox-gone-box").hidden = !away.length;
    at("fw-inbox-none").hidden = Boolean(open_.length + done.length);
  }

  // --- the page ---
  function paint() {
    const all = live();
    const open_ = all.filter((each) => !each.items.length).length;
    const badge = at("fw-inbox-count");
    badge.textContent = open_;
    badge.hidden = !open_;
    badge.setAttribute("aria-label", say(words.unassigned, { count: open_ }));
    const mine = all.filter((each) => each.items.includes(field.item.id));
    at("fw-noted").hidden = !mine.length;
    at("fw-noted-list").replaceChildren(...mine.map(row));
    if (inbox.open) list();
  }

  at("fw-jot").hidden = !data.mayAnswer;
  at("fw").classList.toggle("can-jot", data.mayAnswer);
  at("fw-inbox-new").hidden = !data.mayAnswer;
  at("fw-inbox-open").hidden = false;
  at("fw-jot").addEventListener("click", () => open());
  at("fw-inbox-new").addEventListener("click", () => open(null, { fromInbox: true }));
  at("fw-inbox-open").addEventListener("click", () => { list(); inbox.show(); });
  at("fw-jot-here").addEventListener("click", () => assign(field.item, true));
  at("fw-jot-gone").addEventListener("click", () => gone(note, true));
  at("fw-jotter-form").addEventListener("submit", (event) => { event.preventDefault(); jotter.close(); });
  at("fw-jot-photo").addEventListener("change", (event) => { photos([...event.target.files]); event.target.value = ""; });
  quote.addEventListener("change", () => { shape(); if (quote.checked) speaker.focus(); });
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); at("fw-jot-found").querySelector("button")?.click(); } });
  for (const each of [text, speaker]) each.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(keep, PAUSE); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && jotter.open) keep(); });
  window.addEventListener("pagehide", () => { if (jotter.open) keep(); });
  field.on("paint", paint);
  paint();
}
