// The service worker keeps the page itself for days without a network. A newer version waits until nobody is writing.

const editing = () => Boolean(document.activeElement?.closest("textarea, input") || document.querySelector("dialog[open]"));

export async function watchForUpdates(core, status) {
  if (!navigator.serviceWorker || !window.isSecureContext) return;
  let registration;
  try { registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" }); } catch { return; } // no network: the one that is there goes on
  const language = () => navigator.serviceWorker.controller?.postMessage({ type: "language", language: document.documentElement.lang.startsWith("zh") ? "zh" : "en" });
  language();
  let asked = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => { language(); if (asked) location.reload(); });
  const offer = () => {
    const ready = Boolean(registration.waiting) && Boolean(navigator.serviceWorker.controller) && !editing();
    if (!ready) { status.drop("update"); return; }
    if (!status.notes.has("update")) status.note("update", "info", core.data.words.updateReady, { label: core.data.words.updateNow, act: () => { asked = true; registration.waiting?.postMessage({ type: "now" }); } });
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  document.addEventListener("focusin", offer);
  document.addEventListener("focusout", () => setTimeout(offer));
  offer();
}
