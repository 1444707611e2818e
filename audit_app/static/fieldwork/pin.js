// The small window that asks for a PIN.

const at = (id) => document.getElementById(id);

/** Ask until `open(pin)` says yes; resolves with false when the person turns away. */
export function askPin(words, open, { title = words.pinTitle, text = words.pinText } = {}) {
  const box = at("fw-pin"), typed = at("fw-pin-typed"), wrong = at("fw-pin-wrong"), form = box.querySelector("form");
  at("fw-pin-title").textContent = title;
  at("fw-pin-text").textContent = text;
  wrong.hidden = true;
  typed.value = "";
  return new Promise((resolve) => {
    const over = (result) => { form.removeEventListener("submit", tried); box.removeEventListener("close", closed); if (box.open) box.close(); typed.value = ""; resolve(result); };
    const closed = () => over(false);
    const tried = async (event) => {
      event.preventDefault();
      if (event.submitter?.value === "no") { over(false); return; }
      const button = form.querySelector("[value=yes]");
      button.disabled = true;
      const good = await open(typed.value).catch(() => false);
      button.disabled = false;
      if (good) { over(true); return; }
      wrong.hidden = false;
      typed.select();
    };
    form.addEventListener("submit", tried);
    box.addEventListener("close", closed);
    box.showModal();
    typed.focus();
  });
}
