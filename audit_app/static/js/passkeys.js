// Passkeys: the server says what it wants, the browser asks for finger, face or PIN, and the answer goes back as a form.
// data-passkey="use" signs in, "make" makes a new one. Words are in the page, in the reader's language.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = () => window.isSecureContext && "PublicKeyCredential" in window;
const listed = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

function asked(options) {
  const wanted = { ...options, challenge: bytes(options.challenge) };
  if (options.user) wanted.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) wanted.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) wanted.allowCredentials = listed(options.allowCredentials);
  return wanted;
}

function answered(credential) {
  const { response } = credential;
  const told = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = text(response.attestationObject);
    told.transports = response.getTransports?.() ?? [];
  } else {
    told.authenticatorData = text(response.authenticatorData);
    told.signature = text(response.signature);
    if (response.userHandle) told.userHandle = text(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: told,
    extensions: JSON.stringify(credential.getClientExtensionResults()), clientExtensionResults: {},
  });
}

async function options(form) {
  const sent = { name: form.elements.name?.value ?? "", usage: "first", remember: Boolean(document.querySelector("[name=remember]:checked")) };
  const reply = await fetch(form.action, {
    method: "POST", body: JSON.stringify(sent),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
  });
  const { response } = await reply.json();
  return { good: reply.ok, ...response };
}

async function begin(form) {
  const said = form.querySelector("[data-passkey-said]");
  const say = (words) => { said.textContent = words; said.hidden = !words; };
  const button = form.querySelector("[type=submit]");
  say("");
  button.disabled = true;
  try {
    const told = await options(form);
    if (told.reauth_required) { window.location.reload(); return; }
    if (!told.good) { say(told.field_errors?.name?.[0] ?? told.errors?.[0] ?? form.dataset.refused); return; }
    const wanted = { publicKey: asked(told.credential_options) };
    const container = navigator.credentials;
    const credential = await (form.dataset.passkey === "make" ? container.create(wanted) : container.get(wanted)).catch(() => null);
    if (!credential) { say(form.dataset.refused); return; }
    form.elements.credential.value = answered(credential);
    if (form.elements.remember) form.elements.remember.value = told.remember ? "y" : "";
    form.action = `${form.action}/${encodeURIComponent(told.wan_state)}`;
    form.submit();
  } catch {
    say(form.dataset.away);
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (known()) form.hidden = false;
  else if (form.dataset.unknown) form.querySelector("[data-passkey-said]").append(form.dataset.unknown);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (known()) begin(form);
    else form.querySelector("[data-passkey-said]").hidden = false;
  });
}
