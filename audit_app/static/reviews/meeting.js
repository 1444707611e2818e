// The screen of the meeting. Notes save themselves a moment after the last key, with the version they were typed over: if
// somebody else saved meanwhile, both texts are shown and the writer chooses. What cannot be sent is tried again.
import { Pad } from "../fieldwork/pad.js";

const root = document.querySelector("[data-meeting]");
const token = document.querySelector("meta[name=csrf-token]").content;
const say = (name, facts) => Object.entries(facts ?? {}).reduce((text, [key, value]) => text.replace(`{${key}}`, value), root.dataset[name]);
const PAUSE = 900, AGAIN = 5000, LOOK = 15000;
const boxes = new Map();

async function send(url, body) {
  const reply = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" }, body: JSON.stringify(body) });
  return [reply, await reply.json().catch(() => ({}))];
}

class Notes {
  constructor(node) {
    Object.assign(this, { node, area: node.querySelector("textarea"), line: node.querySelector(".notes-state"), box: node.querySelector(".notes-conflict"), timer: null, busy: false });
    this.version = Number(node.dataset.version);
    this.kept = this.area.value;
    this.area.addEventListener("input", () => { this.tell(say("typing")); this.soon(PAUSE); });
    this.area.addEventListener("blur", () => { if (this.dirty) this.save(); });
    for (const button of this.box.querySelectorAll("[data-keep]")) button.addEventListener("click", () => this.settle(button.dataset.keep));
  }

  get dirty() { return this.area.value !== this.kept; }

  tell(words, tone = "") { this.line.textContent = words; this.line.className = `notes-state${tone ? ` text-tone-${tone}` : ""}`; }

  soon(wait) { clearTimeout(this.timer); this.timer = setTimeout(() => this.save(), wait); }

  async save() {
    clearTimeout(this.timer);
    if (this.busy || !this.box.hidden) return;
    const text = this.area.value;
    if (text === this.kept) { this.tell(""); return; }
    this.busy = true;
    this.tell(say("saving"));
    try {
      const [reply, said] = await send(this.node.dataset.notes, { text, version: this.version });
      if (reply.ok) {
        Object.assign(this, { version: said.version, kept: text });
        this.tell(say("saved", { time: said.at }), "success");
      } else if (reply.status === 409) this.clash(said);
      else this.tell(say("refused", { why: said.error ?? reply.status }), "danger");
    } catch {
      this.tell(say("offline"), "danger");
      this.soon(AGAIN);
    }
    this.busy = false;
    if (this.dirty && this.box.hidden && !this.line.classList.contains("text-tone-danger")) this.soon(PAUSE);
  }

  clash(said) {
    this.theirs = said;
    this.box.querySelector("[data-whose]").textContent = say("theirs", { name: said.by });
    this.box.querySelector("[data-stored]").textContent = said.text;
    this.box.hidden = false;
    this.tell(said.error, "warning");
    this.box.querySelector("button").focus();
  }

  settle(which) {
    const { text, version } = this.theirs;
    this.version = version;
    this.kept = text;
    if (which === "theirs") this.area.value = text;
    if (which === "both") this.area.value = `${text}\n\n${this.area.value}`;
    this.box.hidden = true;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.save();
  }

  /** What another writer saved comes in, unless something is being typed here. */
  take(topic) {
    if (topic.version === this.version || this.dirty || this.busy || !this.box.hidden) return;
    Object.assign(this, { version: topic.version, kept: topic.text });
    this.area.value = topic.text;
    this.tell(`${say("new", { name: topic.by })} · ${topic.at}`);
  }
}

for (const node of root?.querySelectorAll("[data-notes]") ?? []) boxes.set(Number(node.dataset.topic), new Notes(node));

async function look() {
  try {
    const reply = await fetch(root.dataset.state, { headers: { Accept: "application/json" } });
    if (reply.ok) for (const topic of (await reply.json()).topics) boxes.get(topic.id)?.take(topic);
  } catch { /* without a connection there is nothing new */ }
}
if (root) setInterval(look, LOOK);
addEventListener("beforeunload", (event) => { if ([...boxes.values()].some((box) => box.dirty)) event.preventDefault(); });

// --- signatures ---
const dialog = document.getElementById("pad");
if (dialog) {
  const wrong = dialog.querySelector("[data-pad-error]");
  const complain = (words = "") => { wrong.textContent = words; wrong.hidden = !words; };
  const pad = new Pad(dialog.querySelector("canvas"), () => complain());
  let person = null;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-sign]");
    if (!button) return;
    person = Number(button.dataset.sign);
    dialog.querySelector("[data-pad-name]").textContent = button.dataset.name;
    dialog.showModal();
    pad.clear();
  });
  dialog.querySelector("[data-pad-clear]").addEventListener("click", () => pad.clear());
  dialog.querySelector("[data-pad-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-pad-keep]").addEventListener("click", async () => {
    if (pad.empty) { complain(say("signFirst")); return; }
    try {
      const [reply, said] = await send(root.dataset.signUrl, { person, strokes: pad.strokes, width: pad.size.width, height: pad.size.height });
      if (!reply.ok) { complain(said.error); return; }
      // Made by our own template, which escaped what people wrote; scripts in it would not run.
      document.getElementById("attendance").outerHTML = said.html; // nosemgrep: html-from-text-in-a-script
      window.htmx?.process(document.getElementById("attendance"));
      dialog.close();
    } catch { complain(say("offline")); }
  });
}
