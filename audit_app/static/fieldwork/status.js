// What is so, in words: where the answers are, what waits, what went wrong and what can be done about it.
import { say } from "./heads.js";

const at = (id) => document.getElementById(id);

export class Status {
  constructor(core, { exportFile, handOver, unlock }) {
    Object.assign(this, { core, exportFile, handOver, unlock, words: core.data.words, notes: new Map() });
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  /** A line that stays until it is put away. */
  note(key, tone, words, action = null) { this.notes.set(key, { key, tone, words, action, away: true }); this.paint(); }

  drop(key) { if (this.notes.delete(key)) this.paint(); }

  /** What stands there is of the answer before: no word of it counts until the next paint, which comes at once. */
  begun() { at("fw-state").setAttribute("aria-busy", "true"); }

  paint() {
    const { core, words } = this;
    const waiting = core.outbox.waiting.length, unsaved = core.outbox.unsaved, photos = core.photos.waiting.length;
    const place = at("fw-state");
    const broken = this.#broken(unsaved);
    const [mark, text] = broken ? ["is-waiting", words.notSaved] : unsaved ? ["", words.saving]
      : waiting ? ["is-kept", words.savedHere] : core.savedAt ? ["is-saved", say(words.saved, { time: this.time.format(core.savedAt) })] : ["", ""];
    if (place.textContent !== text) place.textContent = text;
    if (place.className !== `fw-state ${mark}`) place.className = `fw-state ${mark}`;
    place.removeAttribute("aria-busy");
    const badge = waiting + photos ? say(words.badge, { count: waiting, photos }) : words.badgeNone;
    if (at("fw-badge-words").textContent !== badge) at("fw-badge-words").textContent = badge;
    at("fw-badge").classList.toggle("is-waiting", waiting + photos > 0);
    this.#bars(broken, unsaved, waiting);
  }

  // Memory is no place to keep an answer: the store is dead, full, or not yet opened while something waits for it.
  #broken(unsaved) {
    const { store, outbox, cipher, ready } = this.core;
    if (!store.alive && ready) return true;
    if (unsaved && outbox.unstorable) return true;
    return unsaved > 0 && !cipher.open && this.core.mood !== "idle";
  }

  #bars(broken, unsaved, waiting) {
    const { core, words } = this;
    const lines = [];
    if (broken) {
      const sealed = core.store.alive && !core.cipher.open;
      lines.push({ tone: "danger", words: say(sealed ? words.notSavedSealed : core.store.alive ? words.notSavedFull : words.notSavedDead, { count: unsaved }), action: unsaved ? { label: words.exportFile, act: this.exportFile } : null });
    }
    if (!core.cipher.open && core.keyring.hasPin && core.mood !== "idle") lines.push({ tone: "warning", words: words.sealedOwn, action: { label: words.openByPin, act: this.unlock } });
    const { mood } = core;
    if (mood === "offline") lines.push({ tone: "info", words: say(waiting ? words.offline : words.offlineIdle, { count: waiting }) });
    if (mood === "server" && waiting) lines.push({ tone: "warning", words: say(words.server, { count: waiting }) });
    if (mood === "signIn") lines.push({ tone: "warning", words: say(waiting ? words.signIn : words.signInIdle, { count: waiting }), link: { label: say(waiting ? words.signInLink : words.signInPlain, { count: waiting }), href: core.data.urls.signIn }, action: waiting && this.handOver ? { label: words.handOver, act: this.handOver } : null });
    if (mood === "wrongUser") lines.push({ tone: "warning", words: say(words.wrongUser, { name: core.data.person.name }) });
    if (mood === "old") lines.push({ tone: "warning", words: words.old });
    if (mood === "revoked") lines.push({ tone: "danger", words: waiting ? words.revoked : words.revokedDone });
    if (core.outbox.sealed) lines.push({ tone: "warning", words: say(words.sealedOld, { count: core.outbox.sealed }) });
    this.#show([...lines, ...this.notes.values()]);
  }

  #show(lines) {
    const made = JSON.stringify(lines.map((line) => [line.tone, line.words, line.link?.label, line.action?.label]));
    const bar = at("fw-bar");
    bar.hidden = !lines.length;
    if (made === this.shown) return;
    this.shown = made;
    bar.replaceChildren(...lines.map((line) => this.#line(line)));
  }

  #line({ key, tone, words, link, action, away }) {
    const line = document.createElement("div");
    line.className = `fw-alert fw-alert-${tone}`;
    if (tone === "danger") line.setAttribute("role", "alert");
    const text = document.createElement("span");
    text.textContent = words;
    line.append(text);
    if (link) line.append(Object.assign(document.createElement("a"), { className: "btn fw-bar-link", href: link.href, target: "_blank", rel: "noopener", textContent: link.label }));
    if (action) line.append(this.#button(action.label, action.act));
    if (away) line.append(this.#button(this.words.putAway, () => this.drop(key)));
    return line;
  }

  #button(label, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: label });
    button.addEventListener("click", act);
    return button;
  }
}
