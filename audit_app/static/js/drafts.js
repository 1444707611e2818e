// Typed text survives an expired sign-in. When a guarded form is sent, its words are kept in sessionStorage under the
// page's path. If the next page is the sign-in or an error page, the draft is marked "interrupted" and comes back
// when the same person opens that path again. Any ordinary page means that the form went through: the draft is dropped.
// A form with data-remember keeps its words while they are typed, until it is saved or left with "Cancel": a sheet of
// many rows is seldom filled in one go. Passwords, files and hidden fields are never kept; signing out wipes everything.

const PREFIX = "draft:";
const person = document.body.dataset.person;
const here = location.pathname;

function drafts() {
  const found = [];
  for (let i = 0; i < sessionStorage.length; i += 1) {
    const key = sessionStorage.key(i);
    if (key.startsWith(PREFIX)) found.push([key, JSON.parse(sessionStorage.getItem(key))]);
  }
  return found;
}
const write = (key, draft) => sessionStorage.setItem(key, JSON.stringify(draft));

function keepable(control) {
  return control.name && !["hidden", "password", "file", "submit", "button", "reset"].includes(control.type);
}

function valuesOf(form) {
  const values = {};
  for (const control of form.elements) {
    if (!keepable(control)) continue;
    const list = (values[control.name] ??= []);
    if (control.type === "checkbox" || control.type === "radio") { if (control.checked) list.push(control.value); }
    else if (control.multiple) list.push(...[...control.selectedOptions].map((option) => option.value));
    else list.push(control.value);
  }
  return values;
}

function putBack(form, values) {
  const taken = {};
  for (const control of form.elements) {
    if (!keepable(control) || !(control.name in values)) continue;
    const list = values[control.name];
    if (control.type === "checkbox" || control.type === "radio") control.checked = list.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = list.includes(option.value);
    else control.value = list[(taken[control.name] = (taken[control.name] ?? -1) + 1)] ?? control.value;
  }
}

const guarded = () => [...document.querySelectorAll("form[data-guard]")];
const keyOf = (form) => `${PREFIX}${here}${location.search}#${guarded().indexOf(form)}`;

function keep(form, state) {
  const hasFiles = [...form.elements].some((control) => control.type === "file" && control.files.length);
  write(keyOf(form), { person, path: here + location.search, state, hasFiles, values: valuesOf(form) });
}

/** The reply to this form was the sign-in page: keep its words until the person is back. */
export function interrupted(form) {
  if (form?.matches("[data-guard]")) keep(form, "interrupted");
}

function onBarePage() {
  let kept = null;
  for (const [key, draft] of drafts()) {
    write(key, { ...draft, state: "interrupted" });
    kept = draft;
  }
  if (!kept) return;
  for (const note of document.querySelectorAll("[data-draft-kept]")) note.hidden = false;
  for (const link of document.querySelectorAll("[data-draft-return]")) link.href = kept.path;
}

function onOrdinaryPage(words) {
  for (const [key, draft] of drafts()) {
    if (draft.person !== person || draft.state === "sent") { sessionStorage.removeItem(key); continue; }
    const form = guarded().find((candidate) => keyOf(candidate) === key);
    if (!form) continue;
    sessionStorage.removeItem(key);
    if ("refused" in form.dataset) continue; // the server has already put the words back
    putBack(form, draft.values);
    form.dataset.dirty = "yes";
    const note = document.createElement("div");
    note.className = "notice tone tone-warning";
    note.setAttribute("role", "status");
    const sentence = document.createElement("div");
    sentence.textContent = (draft.state === "typed" ? words.typed : words.restored) + (draft.hasFiles ? ` ${words.files}` : "");
    note.append(sentence);
    form.prepend(note);
  }
}

export function startDrafts({ words }) {
  try {
    if ("interrupted" in document.body.dataset) onBarePage();
    else onOrdinaryPage(words);
  } catch { /* storage is off or full: forms still work, they are only not remembered */ }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (!form) return;
    form.dataset.dirty = "yes";
    if ("remember" in form.dataset) try { keep(form, "typed"); } catch { /* see above */ }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-sign-out]")) { try { for (const [key] of drafts()) sessionStorage.removeItem(key); } catch { /* nothing was kept */ } }
    if (!form.matches("[data-guard]")) return;
    delete form.dataset.dirty;
    try { keep(form, "sent"); } catch { /* see above */ }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) for (const form of guarded()) { delete form.dataset.dirty; try { sessionStorage.removeItem(keyOf(form)); } catch { /* see above */ } }
  });
  window.addEventListener("beforeunload", (event) => {
    if (guarded().some((form) => form.dataset.dirty)) event.preventDefault();
  });
}
