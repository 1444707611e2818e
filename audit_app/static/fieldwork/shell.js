// Opening an audit without a network: the cached page is empty; a PIN opens the store, and the store fills the page.
import { Cipher, Keyring } from "./crypto.js";
import { askPin } from "./pin.js";
import { peopleHere, Store } from "./store.js";

const at = (id) => document.getElementById(id);
const audit = Number(/^\/audits\/(\d+)\//.exec(location.pathname)?.[1]);

async function candidates() {
  const found = [];
  for (const person of await peopleHere()) {
    const store = new Store(person);
    if (!await store.probe() || !await store.get("bundles", audit)) continue;
    const cipher = new Cipher();
    const keyring = await new Keyring(store, cipher).read();
    if (keyring.hasPin) found.push({ person, name: (await store.get("meta", "person"))?.name ?? "", store, cipher, keyring });
  }
  return found;
}

function choose(found) {
  if (found.length === 1) return Promise.resolve(found[0]);
  return new Promise((resolve) => {
    at("fw-shell-people").replaceChildren(...found.map((each) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-outline-secondary btn-lg", textContent: each.name });
      button.addEventListener("click", () => { at("fw-shell-people").replaceChildren(); resolve(each); });
      return button;
    }));
  });
}

async function read({ store, cipher }) {
  const data = await cipher.unseal(`bundle:${audit}`, await store.get("bundles", audit));
  const rows = (await store.all("changes")).filter((row) => row.audit === audit).sort((a, b) => a.seq - b.seq);
  data.records ??= [];
  const later = [];
  for (const row of rows) later.push(await cipher.unseal(`change:${row.seq}`, row));
  data.later = later;
  data.seq = Math.max(data.seq, (await store.get("meta", `cursor:${audit}`)) ?? 0);
  return data;
}

/** The data of this audit with its opened store. Never resolves when nothing was taken offline: the page says so. */
export async function fromStore() {
  const words = at("fw-shell").dataset;
  at("fw-shell").hidden = false;
  at("fw-shell-again").addEventListener("click", () => location.reload());
  const found = await candidates();
  if (!found.length) {
    at("fw-shell-words").textContent = words.none;
    return new Promise(() => {});
  }
  for (;;) {
    const chosen = await choose(found);
    if (await askPin(words, (pin) => chosen.keyring.openByPin(pin), { title: words.pinTitle, text: chosen.name })) {
      const data = await read(chosen);
      at("fw-shell").hidden = true;
      at("fw").hidden = false;
      return { data, store: chosen.store, cipher: chosen.cipher, keyring: chosen.keyring };
    }
    await new Promise((resolve) => { at("fw-shell-open").hidden = false; at("fw-shell-open").addEventListener("click", resolve, { once: true }); });
    at("fw-shell-open").hidden = true;
  }
}
