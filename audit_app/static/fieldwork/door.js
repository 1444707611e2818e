// The way to the server: one request, one honest outcome. What is not an answer of our server is no answer at all.

const WAIT_FOR_REPLY = 30_000;

/** Version of the records and replies that this page speaks. */
export const PROTOCOL = 3;

export class Offline extends Error {}
export class SignedOut extends Error {}
export class WrongUser extends Error { constructor(name) { super("wrong user"); this.person = name; } }
export class TooOld extends Error {}
export class Revoked extends Error {}
export class Busy extends Error { constructor(seconds) { super("busy"); this.seconds = seconds; } }
export class Trouble extends Error {}

function seconds(text) {
  if (/^\d+$/.test(text ?? "")) return Math.min(3600, Number(text));
  const until = Date.parse(text ?? "");
  return Number.isNaN(until) ? 0 : Math.max(0, Math.min(3600, (until - Date.now()) / 1000));
}

export class Door {
  constructor(base, person) {
    Object.assign(this, { base, person, csrf: document.querySelector("meta[name=csrf-token]")?.content ?? "", offset: 0 });
  }

  async ask(path, options = {}) {
    let reply;
    try {
      reply = await fetch(this.base + path, {
        credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(WAIT_FOR_REPLY), ...options,
        headers: { Accept: "application/json", ...(options.headers ?? {}) },
      });
    } catch (error) { throw new Offline(String(error)); }
    if (reply.status === 429 || reply.status === 503) throw new Busy(seconds(reply.headers.get("Retry-After")));
    // A captive portal answers 200 with a page of its own: without JSON it does not count as an answer.
    if (!(reply.headers.get("Content-Type") ?? "").startsWith("application/json")) throw reply.status >= 500 ? new Trouble(`status ${reply.status}`) : new Offline("no JSON");
    let body;
    try { body = await reply.json(); } catch (error) { throw new Offline(String(error)); }
    if (reply.status === 401) throw new SignedOut();
    if (reply.status === 426) throw new TooOld();
    if (body.error === "device_revoked") throw new Revoked();
    return { status: reply.status, body };
  }

  /** Who is signed in, a fresh token, and what the server has of this tablet. */
  async hello(device, chain) {
    const asked = new URLSearchParams({ device, ...(chain ? { seq: chain.seq, hash: chain.hash } : {}) });
    const { status, body } = await this.ask(`/hello?${asked}`);
    if (status !== 200 || !body.user) throw new Trouble(`status ${status}`);
    if (body.user.id !== this.person) throw new WrongUser(body.user.name);
    this.csrf = body.csrf;
    this.clock(body.server_time);
    return body;
  }

  clock(serverTime) { this.offset = Date.parse(serverTime) - Date.now(); }

  /** Send; once more with a fresh token when the old one is refused. */
  async send(path, options) {
    for (let turn = 0; ; turn += 1) {
      const reply = await this.ask(path, { ...options, headers: { ...(options.headers ?? {}), "X-CSRFToken": this.csrf } });
      if (reply.body.error !== "csrf" || turn > 0) return reply;
      await this.hello("");
    }
  }

  async post(path, value, headers = {}) {
    return this.send(path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) });
  }

  async put(path, bytes, headers = {}) {
    return this.send(path, { method: "PUT", headers: { "Content-Type": "application/octet-stream", ...headers }, body: bytes, signal: AbortSignal.timeout(120_000) });
  }
}
