// The panel behind the badge: what waits, and "Take offline". A tick is drawn only for what was just seen to be true.
import { possible, SHORTEST_PIN } from "./crypto.js";
import { say } from "./heads.js";

const at = (id) => document.getElementById(id);
const STEPS = ["persist", "room", "pin", "bundle", "ticket", "page"];
const ROOM = 200 * 1024 * 1024;

class Panel {
  constructor(core, status) { Object.assign(this, { core, status, words: core.data.words, state: {} }); }

  async paint() {
    const { core, words } = this;
    const { audit } = core.data;
    const waiting = core.outbox.waiting.length, photos = core.photos.waiting.length;
    at("fw-receipt").textContent = waiting + photos ? say(words.badge, { count: waiting, photos })
      : say(words.receipt, { count: await core.outbox.sentOf(audit), photos: await core.photos.sentOf(audit) });
    at("fw-export").disabled = !(waiting + photos) && !core.outbox.all().length;
    at("fw-take-insecure").hidden = this.can;
    at("fw-take").hidden = !this.can || !core.data.mayAnswer;
    if (this.can) this.show(await this.look());
  }

  get can() { return possible() && window.isSecureContext && Boolean(navigator.serviceWorker); }

  /** What is true now, read back from where it lies. */
  async look() {
    const { core } = this;
    const { audit } = core.data;
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    const page = await caches.match("/fieldwork/shell", { ignoreSearch: true });
    const readable = async (store, key, id) => {
      try { return Boolean(await core.cipher.unseal(id, await core.store.get(store, key))); } catch { return false; }
    };
    return {
      persist: Boolean(await navigator.storage?.persisted?.()), room: quota - usage > ROOM, pin: core.keyring.hasPin,
      bundle: await readable("bundles", audit, `bundle:${audit}`), ticket: await readable("meta", `ticket:${audit}`, `ticket:${audit}`),
      page: Boolean(page) && Boolean(navigator.serviceWorker.controller ?? (await navigator.serviceWorker.getRegistration())?.active),
    };
  }

  show(state) {
    for (const step of STEPS) {
      const line = at(`fw-take-${step}`);
      line.classList.toggle("is-done", state[step]);
      line.querySelector(".fw-tick").textContent = state[step] ? "✓" : "–";
      line.querySelector(".visually-hidden").textContent = state[step] ? this.words.done : this.words.notDone;
    }
    at("fw-take-pins").hidden = state.pin;
    const ready = state.pin && state.bundle && state.ticket && state.page;
    at("fw-take-result").textContent = ready ? this.words.takenOffline : "";
    at("fw-take-go").textContent = ready ? this.words.takeAgain : this.words.take;
    return ready;
  }

  say(words) { at("fw-take-say").textContent = words; at("fw-take-say").hidden = !words; }

  async take() {
    const { core, words } = this;
    this.say("");
    if (!core.keyring.hasPin) {
      const [pin, again] = [at("fw-take-pin-1").value, at("fw-take-pin-2").value];
      if (!new RegExp(`^\\d{${SHORTEST_PIN},}$`).test(pin)) { this.say(words.pinShort); at("fw-take-pin-1").focus(); return; }
      if (pin !== again) { this.say(words.pinDiffers); at("fw-take-pin-2").focus(); return; }
    }
    at("fw-take-go").disabled = true;
    try { await this.#all(); } catch (error) { this.say(error?.words ?? words.takeFailed); } finally { at("fw-take-go").disabled = false; }
    await this.paint();
  }

  async #all() {
    const { core, words } = this;
    await navigator.storage?.persist?.();
    const device = core.keyring.device ?? (await core.outbox.device()).id;
    const told = await core.door.hello(device);
    if (!told.store_key) throw Object.assign(new Error(), { words: words.takeRefused });
    if (!core.keyring.hasPin) {
      await core.keyring.setPin(told.store_key, at("fw-take-pin-1").value);
      at("fw-take-pin-1").value = at("fw-take-pin-2").value = "";
    }
    const own = (await core.outbox.device()).id;
    const { status, body } = await core.door.post("/take", { audit: core.data.audit, device_id: own, device_name: navigator.userAgentData?.platform ?? navigator.platform ?? "" });
    if (status !== 200) throw Object.assign(new Error(), { words: body.message || words.takeRefused });
    const sealed = await core.cipher.seal(`ticket:${core.data.audit}`, { ticket: body.ticket, device: own, expires_at: body.expires_at });
    await core.store.put("meta", { ...sealed }, `ticket:${core.data.audit}`);
    await core.others.keepBundle(body.bundle);
    await navigator.serviceWorker.ready;
  }
}

/** Wire the badge, "Send now", "Save to a file" and "Take offline". */
export function offerOffline(core, status, save) {
  const panel = new Panel(core, status);
  const box = at("fw-sync");
  at("fw-badge").addEventListener("click", () => { box.showModal(); panel.paint(); });
  at("fw-send").addEventListener("click", async () => { await core.sync.kick({ now: true }); await panel.paint(); });
  at("fw-export").addEventListener("click", save);
  at("fw-take").addEventListener("submit", (event) => { event.preventDefault(); panel.take(); });
  core.on("state", () => { if (box.open) panel.paint(); });
}
