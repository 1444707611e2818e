// Drawing only: from plain values to the places that the server has already put on the page. Text is always text, never markup.

const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

export const say = (words, facts) => words.replace(/\{(\w+)\}/g, (_whole, name) => facts[name] ?? "");

export function conflict(item) {
  return new Set(item.heads.map((head) => JSON.stringify([head.value, head.note, head.flagged]))).size > 1;
}
export function valueOf(item) {
  return new Set(item.heads.map((head) => head.value)).size === 1 ? item.heads[0].value : null;
}
export const noteOf = (item) => [...new Set(item.heads.map((head) => head.note).filter(Boolean))].join("\n\n");
export const flaggedOf = (item) => item.heads.some((head) => head.flagged);
export const answered = (item) => valueOf(item) !== null && !conflict(item);

export class View {
  constructor(data) {
    this.data = data;
    this.rows = new Map([...document.querySelectorAll(".fw-row")].map((row) => [Number(row.dataset.item), row]));
    this.sections = [...document.querySelectorAll("[data-section]")];
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
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
    const verdict = valueOf(item) ?? "open";
    const mark = row.querySelector(".fw-mark");
    mark.className = `fw-mark text-tone-${disputed ? "danger" : this.data.tones[verdict]}`;
    mark.replaceChildren(this.icon(disputed ? "alert-circle" : this.data.icons[verdict], disputed ? this.data.words.conflict : this.data.verdicts[verdict]));
    row.querySelector(".fw-flag").hidden = !flaggedOf(item);
  }

  counts(items) {
    const done = items.filter(answered).length;
    at("fw-progress").value = done;
    at("fw-count").textContent = `${done} / ${items.length}`;
    at("fw-open").textContent = items.length - done;
    at("fw-flagged").textContent = items.filter(flaggedOf).length;
    this.sections.forEach((section, number) => {
      const missing = items.filter((item) => item.section === number && !answered(item)).length;
      const count = section.querySelector(".fw-missing");
      count.textContent = missing || "✓";
      count.classList.toggle("is-done", !missing);
    });
  }

  filter(items, shown) {
    const ids = new Set(shown.map((item) => item.id));
    for (const [id, row] of this.rows) row.parentElement.hidden = !ids.has(id);
    for (const section of this.sections) section.hidden = !section.querySelector("li:not([hidden])");
    at("fw-nothing").hidden = shown.length > 0;
    for (const button of document.querySelectorAll("[data-filter]")) button.setAttribute("aria-pressed", button.dataset.filter === this.data.filter);
  }

  /** Everything about one question but the note, which belongs to the person who is typing. */
  item(item, { place, total, half, notice, files, pick }) {
    const { data } = this;
    at("fw-clause").textContent = item.clause;
    at("fw-title").textContent = item.title;
    at("fw-doc").hidden = !item.doc;
    at("fw-prompt").textContent = item.prompt;
    at("fw-hint").textContent = item.hint;
    at("fw-hint-box").hidden = !item.hint;
    at("fw-process").textContent = item.process;
    at("fw-process-box").hidden = !item.process;
    at("fw-history").href = item.url;
    this.last(item);
    at("fw-place").textContent = say(data.words.of, { n: place + 1, total });
    const value = half?.value ?? (conflict(item) ? null : valueOf(item) ?? "open");
    for (const button of document.querySelectorAll(".fw-verdict")) button.setAttribute("aria-pressed", button.value === value);
    const flag = at("fw-flag");
    flag.setAttribute("aria-pressed", flaggedOf(item));
    flag.title = flaggedOf(item) ? data.words.unflag : data.words.flag;
    this.disputed(item, pick);
    this.notice(item, half, notice);
    this.findings(item);
    this.thumbs(item, files);
    for (const row of this.rows.values()) row.removeAttribute("aria-current");
    this.rows.get(item.id).setAttribute("aria-current", "true");
  }

  last(item) {
    const place = at("fw-last");
    if (!item.last) { place.textContent = place.dataset.none; return; }
    const verdict = document.createElement("strong");
    verdict.textContent = this.data.verdicts[item.last.value ?? "open"];
    place.replaceChildren(verdict, ` · ${say(this.data.words.unknown, { time: this.day.format(new Date(item.last.at)), name: item.last.author })}\n${item.last.note}`);
  }

  disputed(item, pick) {
    const box = at("fw-conflict");
    box.hidden = !conflict(item);
    if (box.hidden) return;
    at("fw-versions").replaceChildren(...item.heads.map((head) => {
      const line = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = head.author;
      line.append(name, ` · ${this.day.format(new Date(head.at))} · ${this.data.verdicts[head.value ?? "open"]}\n${head.note || this.data.words.notYet}\n`);
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
    const { words, mayAnswer } = this.data;
    const bare = mayAnswer && !conflict(item) && valueOf(item) === "conform" && !noteOf(item).trim() && !item.files.length;
    const sentence = half?.value === "not_applicable" ? words.reason : notice || (bare ? words.bare : "");
    at("fw-say").textContent = sentence;
    at("fw-say").hidden = !sentence;
  }

  findings(item) {
    const value = valueOf(item);
    const write = at("fw-write");
    write.hidden = !this.data.mayRaise || !this.data.writeUp.includes(value) || item.findings.length > 0;
    write.href = `${this.data.urls.finding}?item_id=${item.id}&grade=${value ?? ""}`;
    at("fw-written").replaceChildren(...item.findings.map((finding) => {
      const link = document.createElement("a");
      link.className = "chip";
      link.href = finding.url;
      link.textContent = finding.code;
      return link;
    }));
  }

  thumbs(item, { sending, again }) {
    const done = item.files.map((file) => {
      const link = document.createElement("a");
      link.href = file.url;
      link.target = "_blank";
      link.rel = "noopener";
      if (file.image) {
        const picture = document.createElement("img");
        picture.src = file.url;
        picture.alt = file.name;
        picture.loading = "lazy";
        link.append(picture);
      } else { const name = document.createElement("span"); name.textContent = file.name; link.append(this.icon("file-text"), name); }
      return link;
    });
    const waiting = sending.map((job) => {
      const box = document.createElement("div");
      box.className = `fw-sending${job.failed ? " fw-failed" : ""}`;
      const words = document.createElement("span");
      words.textContent = job.failed ? say(this.data.words.uploadFailed, { name: job.name, why: job.failed }) : say(this.data.words.uploading, { name: job.name });
      box.append(words);
      if (job.failed) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-outline-danger";
        button.textContent = this.data.words.again;
        button.addEventListener("click", () => again(job));
        box.append(button);
      }
      return box;
    });
    at("fw-thumbs").replaceChildren(...[...done, ...waiting].map((each) => { const line = document.createElement("li"); line.append(each); return line; }));
  }

  /** The words at the right of the clause, and the bar across the page when something waits. */
  state(kind, waiting, time, durable) {
    const { words, urls, person } = this.data;
    const place = at("fw-state");
    place.className = `fw-state${kind === "saved" && time ? " is-saved" : waiting ? " is-waiting" : ""}`;
    place.textContent = kind === "saving" ? words.saving : waiting ? words.unsaved : time ? say(words.saved, { time: this.time.format(time) }) : "";
    const bad = ["offline", "server", "signIn", "wrongUser", "old"].includes(kind) && (waiting > 0 || kind === "old");
    const sentence = bad ? say(words[kind], { count: waiting, name: person.name }) : durable ? "" : words.storage;
    at("fw-bar").hidden = !sentence;
    at("fw-bar-words").textContent = sentence;
    const link = at("fw-bar-link");
    link.hidden = !(bad && kind === "signIn");
    link.href = urls.signIn;
    link.textContent = say(words.signInLink, { count: waiting });
  }
}
