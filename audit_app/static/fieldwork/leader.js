// One page of this person sends, the others only write (Web Locks). A page asleep in the background may keep the lock
// without working: a page that is looked at asks who leads, and takes the lock over when nobody answers.

const PATIENCE = 1500;

export class Leader {
  constructor(person, { lead, heard }) {
    Object.assign(this, { name: `fieldwork-sync-${person}`, lead, heard, mine: false });
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(this.name) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.#message(data);
  }

  start() {
    if (!navigator.locks) { this.#take(); return; } // plain http: every page sends; the server knows duplicates
    this.#ask({});
    if (document.visibilityState === "visible") this.claim(); // the lock may lie with a page that fell asleep before this one came
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") this.claim(); });
  }

  #ask(options) {
    navigator.locks.request(this.name, options, () => new Promise(() => { this.#take(); })).catch(() => { this.mine = false; this.#ask({}); });
  }

  #take() { this.mine = true; this.lead(); }

  claim() {
    if (this.mine || !this.channel) return;
    this.tell({ type: "who" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.mine) this.#ask({ steal: true }); }, PATIENCE);
  }

  tell(message) { this.channel?.postMessage(message); }

  #message(message) {
    if (message.type === "who") { if (this.mine) this.tell({ type: "me" }); return; }
    if (message.type === "me") { clearTimeout(this.timer); return; }
    this.heard(message);
  }
}
