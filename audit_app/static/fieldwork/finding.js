// A finding from the question on the screen: grade, statement, evidence, place; the rest follows from the question. It is
// kept on the device at once and becomes a draft when the server has it.
import { Sheet, at, complain, el } from "./sheet.js";
import { newThread, newest } from "./threads.js";
import { filesOf, noteOf, replyOf, say, valueOf } from "./heads.js";
import { said } from "./replies.js";

const PARTS = ["nonconformity", "objective_evidence", "location", "requirement", "title"];
const LONGEST = 5000;

export function setup(field) {
  const { data, words } = field;
  const form = at("fw-finding-form"), error = at("fw-finding-error"), write = at("fw-write");
  const sheet = new Sheet("fw-finding");
  const typed = new Map(); // item → what was typed and not kept, as long as the page lives
  let item = null, finding = null;

  const input = (name) => form.elements[name];
  const read = () => ({ grade: input("grade").value.replace("grade-", ""), ...Object.fromEntries(PARTS.map((name) => [name, input(name).value])) });
  const write_ = (facts) => { for (const [name, value] of Object.entries(facts)) if (input(name)) input(name).value = name === "grade" ? `grade-${value}` : value; };

  function proposed() {
    const files = item.files.map((file) => file.name).filter(Boolean);
    const noted = field.records("note").length ? notesFor(item) : [];
    const reply = replyOf(item) ? said(item, replyOf(item)) : "";
    const evidence = [reply, noteOf(item), ...noted, files.length ? say(words.filesSeen, { names: files.join(", ") }) : ""].filter(Boolean).join("\n\n");
    const grade = data.writeUp.includes(valueOf(item)) ? valueOf(item) : "minor";
    return { grade, nonconformity: "", objective_evidence: evidence.slice(0, LONGEST), location: "", requirement: `${item.clause} ${item.prompt}`.trim().slice(0, LONGEST), title: "" };
  }

  const notesFor = ({ id }) => newest(field, "note").filter((note) => note.items.includes(id) && !note.gone)
    .map((note) => (note.quote ? `${note.speaker ? `${note.speaker}: ` : ""}“${note.text}”` : note.text)).filter(Boolean);

  function open(given = null) {
    [item, finding] = [field.item, given];
    complain(error);
    write_(given ?? typed.get(item.id) ?? proposed());
    at("fw-finding-from").textContent = `${item.clause} ${item.title}`.trim();
    at("fw-finding-gets").textContent = item.process ? say(words.inheritsOf, { process: item.process }) : words.inherits;
    sheet.show({ focus: input("nonconformity") });
  }

  async function keep() {
    const facts = Object.fromEntries(Object.entries(read()).map(([name, value]) => [name, value.trim()]));
    const missing = !facts.grade ? words.gradeFirst : !facts.nonconformity && !facts.objective_evidence ? words.sayWhat : "";
    complain(error, missing);
    if (missing) { input("nonconformity").focus(); return; }
    const base = finding ? finding.heads.map((head) => head.id) : [];
    await field.issue("finding", { thread: finding?.thread ?? newThread(), item: item.id, ...facts }, { base, attachments: filesOf(item) });
    typed.delete(item.id);
    finding = null;
    item = null;
    sheet.close();
    paint();
  }

  /** Chips: those with a code are on the server, the others wait on this device and can still be changed here. */
  function paint() {
    const now = field.item;
    const mine = newest(field, "finding").filter((each) => each.item === now.id);
    const known = new Set(now.findings.map((each) => each.code));
    const chips = now.findings.map(({ code, url }) => el("a", { className: "chip", href: url, textContent: code }));
    for (const each of mine) {
      const coded = each.heads.find((head) => head.code) ?? field.records("finding").find((record) => record.thread === each.thread && record.code);
      if (coded && known.has(coded.code)) continue;
      if (coded) chips.push(el("a", { className: "chip", href: coded.url, textContent: coded.code }));
      else chips.push(el("button", { type: "button", className: "chip chip-draft", textContent: words.draftHere, title: each.nonconformity, on: { click: () => open(each) } }));
    }
    if (chips.length || at("fw-written").childNodes.length) at("fw-written").replaceChildren(...chips);
    if (mine.length) write.hidden = true;
  }

  write.addEventListener("click", (event) => { event.preventDefault(); open(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); keep(); });
  form.addEventListener("input", () => { if (!finding && item) typed.set(item.id, read()); });
  field.on("paint", paint);
  paint();
}
