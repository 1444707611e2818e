// Signatures of auditor and auditee at the opening and the closing meeting. The closing one is only offered when every
// question is answered and nothing is disputed; until then the summary says what is missing.
import { Pad } from "./pad.js";
import { Sheet, at, complain, drawing, el, icon } from "./sheet.js";
import { bare } from "./sampling.js";
import { newThread, newest, notesOf } from "./threads.js";
import { conflict, flaggedOf, say, valueOf } from "./heads.js";
import { answered } from "./lacking.js";

export function setup(field) {
  const { data, words } = field;
  const form = at("fw-signing-form"), error = at("fw-signing-error");
  const summary = new Sheet("fw-standing");
  const signing = new Sheet("fw-signing", { closed: () => { pad.clear(); summarise(); summary.show(); } });
  const pad = new Pad(at("fw-pad"), () => marks());
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  let meeting = "opening", again = null;

  function marks() {
    at("fw-pad-words").hidden = !pad.empty;
    at("fw-pad-undo").disabled = at("fw-pad-clear").disabled = pad.empty;
  }

  // --- where it stands ---
  function goTo(item) { summary.close(); location.hash = `#item-${item.id}`; }

  function todo(items, label, tone, name) {
    if (!items.length) return null;
    return el("li", { className: `tone tone-${tone}` }, el("button", { type: "button", className: "sum-row", on: { click: () => goTo(items[0]) } },
      icon(data, name), el("span", { textContent: label }), el("strong", { textContent: items.length }), icon(data, "chevron-right")));
  }

  function summarise() {
    const items = field.asked();
    const counts = new Map(Object.keys(data.verdicts).map((value) => [value, 0]));
    for (const item of items) { const value = conflict(item) ? null : valueOf(item) ?? "open"; if (value) counts.set(value, counts.get(value) + 1); }
    at("fw-sum-verdicts").replaceChildren(...[...counts].filter(([, count]) => count).map(([value, count]) =>
      el("span", { className: `sum-verdict tone tone-${data.tones[value]}` }, icon(data, data.icons[value]), `${data.verdicts[value]} `, el("strong", { textContent: count }))));
    const loose = notesOf(field).filter((note) => !note.gone && !note.items.length).length;
    const open = items.filter((item) => !answered(item) && !conflict(item)), disputed = items.filter(conflict);
    const conform = items.filter((item) => valueOf(item) === "conform" && !conflict(item)), without = conform.filter((item) => bare(item));
    at("fw-sum-todo").replaceChildren(...[
      todo(open, words.stillOpen, "danger", "circle-dashed"), todo(disputed, words.conflict, "danger", "alert-circle"),
      todo(items.filter(flaggedOf), words.stillFlagged, "warning", "flag"),
      todo(without, say(words.withoutEvidence, { share: conform.length ? Math.round((100 * without.length) / conform.length) : 0 }), "info", "camera"),
    ].filter(Boolean));
    if (loose) at("fw-sum-todo").append(el("li", { className: "tone tone-info" }, el("button", { type: "button", className: "sum-row", on: { click: () => { summary.close(); at("fw-inbox-open").click(); } } },
      icon(data, "inbox"), el("span", { textContent: words.looseNotes }), el("strong", { textContent: loose }), icon(data, "chevron-right"))));
    at("fw-sum-complete").hidden = Boolean(open.length + disputed.length);
    for (const name of ["opening", "closing"]) at(`fw-signed-${name}`).replaceChildren(...signed(name).map(row));
    for (const button of document.querySelectorAll("[data-sign]")) button.hidden = !data.mayAnswer || (button.dataset.sign === "closing" && Boolean(open.length + disputed.length));
    const waits = at("fw-closing-waits");
    waits.textContent = [open.length && say(words.closingOpen, { count: open.length }), disputed.length && say(words.closingDisputed, { count: disputed.length })].filter(Boolean).join(" ");
    waits.hidden = !waits.textContent;
  }

  const signed = (name) => newest(field, "signature").filter((each) => each.meeting === name);

  function row(each) {
    const party = each.party === "auditor" ? words.partyAuditor : words.partyAuditee;
    return el("li", {}, drawing(each, say(words.signatureOf, { name: each.name })), el("span", {}, el("strong", { textContent: each.name }), ` · ${party} · ${time.format(new Date(each.client_time ?? each.at))}`),
      data.mayAnswer && each.author_id === data.person.id && el("button", { type: "button", className: "btn-quiet", textContent: words.signAgain, on: { click: () => open(each.meeting, each) } }));
  }

  // --- signing ---
  function open(which, given = null) {
    [meeting, again] = [which, given];
    form.reset();
    complain(error);
    at("fw-signing-meeting").textContent = which === "opening" ? words.opening : words.closing;
    form.elements.party.value = given?.party ?? "auditor";
    form.elements.name.value = given?.name ?? data.person.name;
    at("fw-signers").replaceChildren(...(data.auditees ?? []).map((value) => el("option", { value })));
    summary.close();
    signing.show({ focus: form.elements.name.value ? undefined : form.elements.name });
    pad.clear();
  }

  async function keep() {
    const name = form.elements.name.value.trim();
    complain(error, !name ? words.nameFirst : pad.empty ? words.signFirst : "");
    if (!error.hidden) return;
    const { width, height } = pad.size;
    const body = { thread: again?.thread ?? newThread(), meeting, party: form.elements.party.value, name, strokes: pad.strokes, width, height };
    await field.issue("signature", body, { base: again ? again.heads.map((head) => head.id) : [], attachments: [] });
    signing.close();
  }

  form.addEventListener("change", (event) => {
    if (event.target.name !== "party" || again) return;
    const { name } = form.elements, mine = data.person.name;
    if (event.target.value === "auditee" && name.value === mine) { name.value = data.auditees?.length === 1 ? data.auditees[0] : ""; name.focus(); }
    else if (event.target.value === "auditor" && !name.value) name.value = mine;
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); keep(); });
  at("fw-pad-undo").addEventListener("click", () => pad.undo());
  at("fw-pad-clear").addEventListener("click", () => pad.clear());
  for (const button of document.querySelectorAll("[data-sign]")) button.addEventListener("click", () => open(button.dataset.sign));
  at("fw-summary").addEventListener("click", (event) => { event.preventDefault(); summarise(); summary.show(); });
  field.on("paint", () => { if (summary.open) summarise(); });
  at("fw-sum-page").href = data.urls.summary;
  marks();
}
