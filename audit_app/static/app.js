// What every page does by itself. Plain ES modules, no build step; charts are fetched only where one is shown.
import { startDrafts, interrupted } from "./js/drafts.js";

const words = document.getElementById("words")?.dataset ?? {};

export function toast(text, tone = "success") {
  const node = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  node.classList.add("tone", `tone-${tone}`);
  node.querySelector("span").textContent = text;
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), tone === "success" ? 4000 : 9000);
}

// --- asking before a destructive act ---------------------------------------------------------------------------------
function ask(element) {
  const box = document.getElementById("ask");
  const ok = box.querySelector("[value=yes]");
  box.querySelector("#ask-words").textContent = element.dataset.confirm;
  ok.textContent = element.dataset.confirmOk || ok.dataset.ok;
  ok.className = `btn btn-${element.dataset.confirmTone === "danger" ? "danger" : "primary"}`;
  return new Promise((resolve) => {
    box.returnValue = "no";
    box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true });
    box.showModal();
  });
}

function holdBack(event, element, proceed) {
  if (element.dataset.confirmed) {
    delete element.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(element).then((yes) => {
    if (!yes) return;
    element.dataset.confirmed = "yes";
    proceed();
  });
}

// Answers that wait on a tablet (fieldwork) are its author's alone to send: signing out before that asks.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sign-out]") || form.dataset.asked || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.asked = "yes";
  const { beforeSignOut } = await import("./fieldwork/leaving.js");
  const question = await beforeSignOut(Number(document.body.dataset.person), words.unsent);
  if (question) form.dataset.confirm = question; else delete form.dataset.confirm;
  form.requestSubmit();
  if (question) delete form.dataset.asked;
}, true);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm) holdBack(event, form, () => form.requestSubmit(event.submitter ?? undefined));
}, true);
document.addEventListener("click", (event) => {
  const element = event.target.closest("button[data-confirm], a[data-confirm]");
  if (element) holdBack(event, element, () => element.click());
}, true);

// --- small comforts ---------------------------------------------------------------------------------------------------
document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.matches("[data-autosubmit]")) control.form.requestSubmit();
  if (control.matches("[data-file]")) {
    const out = control.closest("form, .form-field")?.querySelector("[data-file-names]");
    if (out) out.textContent = [...control.files].map((file) => file.name).join(" · ");
  }
});
document.addEventListener("submit", (event) => {
  // Empty filters stay out of the address, so that it can be read and shared.
  if (!event.target.matches("[data-filters]")) return;
  for (const control of event.target.elements) if (control.name && !control.value) control.disabled = true;
  setTimeout(() => { for (const control of event.target.elements) control.disabled = false; }, 500);
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  if (event.target.closest("[data-print]")) window.print();
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => toast(words.copied));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const box = document.querySelector("[data-hotkey='/']");
    if (box) { event.preventDefault(); box.focus(); }
  }
});
document.querySelector("[data-focus]")?.focus();
// On a phone a row of tabs is wider than the screen: the one that is open comes into sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
document.addEventListener("input", (event) => { if (event.target.matches("textarea[data-autosize]")) fit(event.target); });

// A module runs before DOMContentLoaded, so drafts are back in the form before the page can be touched.
startDrafts({ words, toast });
for (const area of document.querySelectorAll("textarea[data-autosize]")) if (area.value) fit(area);

// --- htmx -------------------------------------------------------------------------------------------------------------
const token = document.querySelector("meta[name=csrf-token]")?.content;
const signIn = document.body.dataset.signin;
document.addEventListener("htmx:configRequest", (event) => {
  // A server takes an address of some four thousand characters: long texts go with their beginning.
  const most = Number(event.detail.elt.dataset.most);
  if (most) for (const [name, value] of [...event.detail.formData]) if (value.length > most) event.detail.formData.set(name, value.slice(0, most));
  if (event.detail.verb !== "get" && token) event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const reply = event.detail.xhr;
  const sentToSignIn = signIn && reply.responseURL && new URL(reply.responseURL).pathname === signIn;
  if (reply.status !== 401 && !sentToSignIn) return;
  event.detail.shouldSwap = false;
  interrupted(event.detail.requestConfig.elt.closest("form"));
  toast(words.signin, "warning");
});
document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status !== 401) toast(words.failed, "danger"); });
document.addEventListener("htmx:sendError", () => toast(words.offline, "warning"));
document.addEventListener("saved", (event) => toast(event.detail?.value || words.saved));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form[data-guard]");
  if (form && event.detail.successful) delete form.dataset.dirty;
});
document.addEventListener("htmx:afterSettle", () => drawCharts());

function drawCharts() {
  if (document.querySelector("[data-chart]:not([data-drawn])")) import("./js/charts.js").then((charts) => charts.draw());
}
drawCharts();
if (document.querySelector("[data-drop]")) import("./js/files.js").then((files) => files.start());
if (document.querySelector("textarea[data-mention]")) import("./js/mention.js").then((mention) => mention.begin());
