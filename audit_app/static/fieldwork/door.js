// The way to the server: sends what waits, reads what others answered, and says honestly how it went.

const LONGEST_PAUSE = 300_000;
const WAIT_FOR_REPLY = 30_000;

export class Door {
  constructor(data, outbox, { state, result, changes }) {
    Object.assign(this, { data, outbox, state, result, changes });
    this.csrf = document.querySelector("meta[name=csrf-token]").content;
    this.seq = data.seq;
    this.offset = Date.parse(data.now) - Date.now();
    this.failures = 0;
  }

  async ask(url, options = {}) {
    const reply = await fetch(url, {
      credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(WAIT_FOR_REPLY), ...options,
      headers: { Accept: "application/json", ...(options.headers ?? {}) },
    });
    const json = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
    // A captive portal answers 200 with a page of its own: without JSON it does not count as an answer.
    if (!json) throw new Error(reply.ok ? "offline" : `status ${reply.status}`);
    return { status: reply.status, body: await reply.json() };
  }

  async hello() {
    const { status, body } = await this.ask(this.data.urls.hello);
    if (status === 401) throw new SignedOut();
    if (status !== 200) throw new Error(`status ${status}`);
    if (body.user.id !== this.data.person.id) throw new WrongUser();
    this.csrf = body.csrf;
    this.clock(body.server_time);
  }

  clock(serverTime) { this.offset = Date.parse(serverTime) - Date.now(); }

  /** Send once more with a fresh token when the old one is refused. */
  async post(url, options) {
    for (let turn = 0; ; turn += 1) {
      const reply = await this.ask(url, { method: "POST", ...options, headers: { ...(options.headers ?? {}), "X-CSRFToken": this.csrf } });
      if (reply.status === 401) throw new SignedOut();
      if (reply.body.error !== "csrf" || turn > 0) return reply;
      await this.hello();
    }
  }

  async send() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        while (this.outbox.waiting().length) { this.state("saving"); if (!await this.batch()) return; }
      } while (this.again);
      this.failures = 0;
      this.state("saved");
    } catch (error) { this.failed(error); } finally { this.busy = false; }
  }

  async batch() {
    const entries = this.outbox.waiting().slice(0, 100);
    const { status, body } = await this.post(this.data.urls.sync, {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ protocol: this.data.protocol, device_id: this.outbox.deviceId(), outbox_count: entries.length, items: entries.map((entry) => entry.revision) }),
    });
    if (status === 426) throw new TooOld();
    if (status !== 200 || typeof body.results !== "object") throw new Error(`status ${status}`);
    this.clock(body.server_time);
    let moved = 0;
    for (const entry of entries) {
      const result = body.results[entry.revision.id];
      if (!result || result.status === "retry") continue;
      if (result.status === "wrong_user") throw new WrongUser();
      moved += 1;
      this.result(entry, result, body.server_time);
    }
    if (!moved) throw new Error("nothing was acknowledged");
    return true;
  }

  failed(error) {
    const kinds = [[SignedOut, "signIn"], [WrongUser, "wrongUser"], [TooOld, "old"]];
    const kind = kinds.find(([type]) => error instanceof type)?.[1] ?? (navigator.onLine && String(error.message).startsWith("status") ? "server" : "offline");
    this.failures += 1;
    this.state(kind);
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async look() {
    if (this.looking || document.visibilityState !== "visible") return;
    this.looking = true;
    try {
      for (let more = true; more;) {
        const { status, body } = await this.ask(`${this.data.urls.changes}?audit=${this.data.audit}&after=${this.seq}`);
        if (status !== 200) break;
        for (const change of body.changes) this.seq = Math.max(this.seq, change.seq);
        if (body.changes.length) this.changes(body.changes);
        more = body.more;
      }
    } catch { /* the next look comes in half a minute */ } finally { this.looking = false; }
  }
}

export class SignedOut extends Error {}
export class WrongUser extends Error {}
export class TooOld extends Error {}
