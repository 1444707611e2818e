// Drawing only: from plain values to the places that the server has already put on the page. Text is always text, never markup.

import { conflict, flaggedOf, say, valueOf } from "./heads.js";
import { answered, lacking } from "./lacking.js";
import { said } from "./replies.js";

const at = (id) => document.getElementById(id);
// Touched only where it changes: each touched node is styled and laid out anew, and a tap waits for that.
const write = (node, text) => { if (node.textContent !== String(text)) node.textContent = text; };
const hide = (node, hidden) => { if (node.hidden !== hidden) node.hidden = hidden; };
const fill = (node, children) => { if (node.childNodes.length || children.length) node.replaceChildren(...children); };
const mark = (node, name, value) => { if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value); };
const SVG = "http://www.w3.org/2000/svg";

export class View {
  constructor(data) {
    this.data = data;
    this.rows = new Map([...document.querySelectorAll(".fw-row")].map((row) => [Number(row.dataset.item), row]));
    this.sections = [...document.querySelectorAll("[data-section]")];
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }

  /** The list of questions, where the server has not drawn it: without a network the page comes empty. */
  build() {
    const { data } = this;
    const place = document.querySelector(".fw-rows");
    place.replaceChildren(...data.sections.map(({ name }, number) => {
      const section = at("fw-section-plan").content.firstElementChild.cloneNode(true);
      section.dataset.section = number;
      section.querySelector(".fw-section > span").textContent = name;
      section.querySelector("ul").replaceChildren(...data.items.filter((item) => item.section === number).map((item) => this.#built(item)));
      return section;
    }));
    document.title = `${data.code} · ${document.title}`;
    at("fw-audit").textContent = `${data.code} ${data.title}`;
    for (const [id, address] of [["fw-back", data.urls.audit], ["fw-summary", data.urls.summary]]) at(id).href = address;
    for (const button of document.querySelectorAll(".fw-verdict")) button.disabled = !data.mayAnswer;
    for (const id of ["fw-flag", "fw-adders"]) at(id).hidden = !data.mayAnswer;
    at("fw-note").readOnly = !data.mayAnswer;
    this.rows = new Map([...document.querySelectorAll(".fw-row")].map((row) => [Number(row.dataset.item), row]));
    this.sections = [...place.children];
    for (const item of data.items) this.row(item);
  }

  #built(item) {
    const line = at("fw-row-plan").content.firstElementChild.cloneNode(true);
    const row = line.querySelector("a");
    row.dataset.item = item.id;
    row.href = `#item-${item.id}`;
    row.querySelector(".fw-clause").textContent = item.clause;
    row.querySelector(".fw-words").append(` ${item.title || item.prompt.slice(0, 70)}`);
    return line;
  }

  icon(name, label) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "icon");
    if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `${this.data.sprite}#tabler-${name}`);
    svg.append(use);
    return svg;
  }

  row(item) {
    const row = this.rows.get(item.id);
    const disputed = conflict(item);
    const verdict = disputed ? "disputed" : valueOf(item) ?? "open";
    row.classList.toggle("is-lacking", !disputed && lacking(item).length > 0);
    hide(row.querySelector(".fw-flag"), !flaggedOf(item));
    if (row.dataset.verdict === verdict) return;
    row.dataset.verdict = verdict;
    const sign = row.querySelector(".fw-mark");
    sign.className = `fw-mark text-tone-${disputed ? "danger" : this.data.tones[verdict]}`;
    sign.replaceChildren(this.icon(disputed ? "alert-circle" : this.data.icons[verdict], disputed ? this.data.words.conflict : this.data.verdicts[verdict]));
  }

  counts(items) {
    const missing = this.sections.map(() => 0);
    let done = 0, flagged = 0;
    for (const item of items) {
      if (answered(item)) done += 1; else missing[item.section] += 1;
      if (flaggedOf(item)) flagged += 1;
    }
    if (at("fw-progress").value !== done) at("fw-progress").value = done;
    write(at("fw-count"), `${done} / ${items.length}`);
    write(at("fw-open"), items.length - done);
    write(at("fw-flagged"), flagged);
    this.sections.forEach((section, number) => this.#missing(section, missing[number]));
  }

  #missing(section, number) {
    const count = section.querySelector(".fw-missing"), text = number ? String(number) : "✓";
    if (count.textContent === text) return;
    count.textContent = text;
    count.classList.toggle("is-done", !number);
  }

  filter(items, shown) {
    const ids = new Set(shown.map((item) => item.id));
    const made = `${this.data.filter}:${shown.length === items.length ? "all" : [...ids].join()}`;
    if (made === this.filtered) return;
    this.filtered = made;
    for (const [id, row] of this.rows) row.parentElement.hidden = !ids.has(id);
    for (const section of this.sections) section.hidden = !section.querySelector("li:not([hidden])");
    at("fw-nothing").hidden = shown.length > 0;
    for (const button of document.querySelectorAll("[data-filter]")) button.setAttribute("aria-pressed", button.dataset.filter === this.data.filter);
  }

  /** Everything about one question but the note, which belongs to the person who is typing. */
  item(item, { place, total, half, notice, files, pick }) {
    const { data } = this;
    if (this.current !== item) this.#question(item);
    write(at("fw-place"), say(data.words.of, { n: place + 1, total }));
    this.pressed(item, half);
    this.disputed(item, pick);
    this.notice(item, half, notice);
    this.lacks(item);
    this.findings(item);
    this.thumbs(files.done, files);
  }

  // What no answer changes.
  #question(item) {
    write(at("fw-clause"), item.clause);
    write(at("fw-title"), item.title);
    hide(at("fw-doc"), !item.doc);
    write(at("fw-prompt"), item.prompt);
    write(at("fw-hint"), item.hint);
    hide(at("fw-hint-box"), !item.hint);
    write(at("fw-text"), item.text ?? "");
    write(at("fw-text-from"), item.textFrom ?? "");
    hide(at("fw-text-box"), !item.text);
    write(at("fw-process"), item.process);
    hide(at("fw-process-box"), !item.process);
    at("fw-history").href = item.url;
    this.last(item);
    for (const row of document.querySelectorAll(".fw-row[aria-current]")) row.removeAttribute("aria-current");
    this.rows.get(item.id).setAttribute("aria-current", "true");
    this.current = item;
  }

  /** The answer and the flag, as buttons that are pressed or not. */
  pressed(item, half) {
    const value = half?.value ?? (conflict(item) ? null : valueOf(item) ?? "open");
    for (const button of document.querySelectorAll(".fw-verdict")) mark(button, "aria-pressed", button.value === value);
    const flagged = flaggedOf(item);
    mark(at("fw-flag"), "aria-pressed", flagged);
    mark(at("fw-flag"), "title", flagged ? this.data.words.unflag : this.data.words.flag);
  }

  /** What this answer still lacks, in words. */
  lacks(item) {
    const missing = conflict(item) ? [] : lacking(item);
    hide(at("fw-lacks"), !missing.length);
    write(at("fw-lacks"), missing.map((each) => this.data.words[`lacks_${each}`]).join(" "));
  }

  /** Who else is at work here, by name; beside the question when it is the same one. */
  others(others, item) {
    const names = others.map(({ name }) => name).join(", ");
    hide(at("fw-others"), !names);
    write(at("fw-others-words"), names);
    const here = others.filter((each) => each.item === item.id).map(({ name }) => name).join(", ");
    hide(at("fw-here"), !here);
    write(at("fw-here"), here ? say(this.data.words.here, { names: here }) : "");
  }

  last(item) {
    const place = at("fw-last");
    if (!item.last) { place.textContent = place.dataset.none; return; }
    const verdict = document.createElement("strong");
    verdict.textContent = this.data.verdicts[item.last.value ?? "open"];
    place.replaceChildren(verdict, `${item.last.reply ? ` · ${said(item, item.last.reply)}` : ""} · ${say(this.data.words.unknown, { time: this.day.format(new Date(item.last.at)), name: item.last.author })}\n${item.last.note}`);
  }

  disputed(item, pick) {
    const box = at("fw-conflict");
    hide(box, !conflict(item));
    if (box.hidden) return;
    at("fw-versions").replaceChildren(...item.heads.map((head) => {
      const line = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = head.author;
      line.append(name, ` · ${this.day.format(new Date(head.at))} · ${this.data.verdicts[head.value ?? "open"]}${head.reply ? ` · ${said(item, head.reply)}` : ""}\n${head.note || this.data.words.notYet}\n`);
      if (this.data.mayAnswer) {
        const take = document.createElement("button");
        take.type = "button";
        take.className = "btn btn-outline-secondary";
        take.textContent = this.data.words.keep;
        take.addEventListener("click", () => pick(head));
        line.append(take);
      }
      return line;
    }));
  }

  notice(item, half, notice) {
    const sentence = half?.value === "not_applicable" ? this.data.words.reason : notice || "";
    write(at("fw-say"), sentence);
    hide(at("fw-say"), !sentence);
  }

  findings(item) {
    const value = valueOf(item);
    const button = at("fw-write");
    hide(button, !this.data.mayRaise || !this.data.writeUp.includes(value) || item.findings.length > 0);
    mark(button, "href", `${this.data.urls.finding}?item_id=${item.id}&grade=${value ?? ""}`);
    fill(at("fw-written"), item.findings.map((finding) => {
      const link = document.createElement("a");
      link.className = "chip";
      link.href = finding.url;
      link.textContent = finding.code;
      return link;
    }));
  }

  thumbs(files, { sending, again, drop, preview }) {
    const done = files.map((file) => {
      const link = document.createElement("a");
      link.href = file.url;
      link.target = "_blank";
      link.rel = "noopener";
      if (file.image) link.append(this.picture(file.url, file.name));
      else { const name = document.createElement("span"); name.textContent = file.name; link.append(this.icon("file-text"), name); }
      return link;
    });
    fill(at("fw-thumbs"), [...done, ...sending.map((job) => this.sending(job, { again, drop, preview }))].map((each) => { const line = document.createElement("li"); line.append(each); return line; }));
  }

  picture(address, words) {
    const picture = document.createElement("img");
    picture.src = address;
    picture.alt = words;
    picture.loading = "lazy";
    return picture;
  }

  /** A file that waits, is on its way, or could not be kept or sent: always with its reason and a way on. */
  sending(job, { again, drop, preview }) {
    const { words } = this.data;
    const bad = job.state === "refused" || job.state === "lost";
    const box = document.createElement("div");
    box.className = `fw-sending${bad ? " fw-failed" : ""}`;
    const label = document.createElement("span");
    const why = { full: words.photoFull, failed: words.photoFailed, gone: words.photoGone }[job.why] ?? job.why;
    label.textContent = bad ? say(words.uploadFailed, { name: job.name, why }) : job.state === "keeping" ? say(words.preparing, { name: job.name })
      : job.next ? say(words.uploading, { name: job.name, percent: Math.floor((100 * job.next) / job.size) }) : say(words.waits, { name: job.name });
    box.append(label);
    if (!bad) preview(job).then((address) => { if (address) box.prepend(this.picture(address, job.name)); });
    const button = (text, tone, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = `btn btn-outline-${tone}`;
      made.textContent = text;
      made.addEventListener("click", () => act(job));
      box.append(made);
    };
    if (job.state === "refused" && job.why !== "gone") button(words.again, "danger", again);
    if (bad) button(words.takeAway, "secondary", drop);
    return box;
  }
}
