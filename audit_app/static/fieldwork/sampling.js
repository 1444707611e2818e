// The sampling record of a question: population, size, how it was chosen, the ids, what was not in order.
import { draw, idsIn } from "./draw.js";
import { Sheet, at, complain, el } from "./sheet.js";
import { conflict, filesOf, flaggedOf, noteOf, replyOf, sampleOf, say, valueOf } from "./heads.js";

const MOST = 1000;
const LONGEST = 100;


const TELLS = new Set(["number", "date", "text"]);
const evident = (item) => noteOf(item).trim() || filesOf(item).length || sampleOf(item) || item.noted() || (TELLS.has(item.kind) && replyOf(item));

/** Conform, but nothing says on what evidence: no word, no file, no sample, no note from the inbox, here or at its kin. */
export const bare = (item) => !conflict(item) && valueOf(item) === "conform" && ![item, ...item.kin].some(evident);

export function setup(field) {
  const { data, words } = field;
  const form = at("fw-sampling-form"), error = at("fw-sampling-error");
  const sheet = new Sheet("fw-sampling");
  const input = (name) => form.elements[name];
  let item = null, failed = new Map(), from = "list", offered = null;

  // --- in the question ---
  function paint() {
    const now = field.item;
    const sample = sampleOf(now);
    at("fw-bare").hidden = !data.mayAnswer || !bare(now);
    at("fw-sample").hidden = !sample;
    at("fw-sample-add").hidden = !data.mayAnswer || Boolean(sample);
    if (!sample) return;
    at("fw-sample-words").textContent = inWords(sample, words);
    at("fw-sample-exceptions").replaceChildren(...sample.exceptions.map(([id, why]) => el("li", {}, el("strong", { textContent: id }), why ? ` ${why}` : "")));
    at("fw-sample-ids").textContent = sample.ids.join("  ");
    at("fw-sample-ids").parentElement.hidden = !sample.ids.length;
  }

  // --- the sheet ---
  function open() {
    item = field.item;
    const sample = sampleOf(item);
    form.reset();
    complain(error);
    input("method").value = sample?.method ?? "random";
    input("population").value = sample?.population ?? "";
    input("size").value = sample?.size ?? "";
    input("seed").value = sample?.seed || `${data.code ?? data.audit}/${item.clause || item.id}`;
    input("ids").value = sample?.ids.join("\n") ?? "";
    failed = new Map(sample?.exceptions ?? []);
    at("fw-sample-remove").hidden = !sample;
    choose("list");
    method();
    lots();
    sheet.show();
  }

  function method() {
    const random = input("method").value === "random";
    for (const each of form.querySelectorAll("[data-random]")) each.hidden = !random;
  }

  async function choose(source) {
    from = source;
    for (const button of form.querySelectorAll("[data-from]")) button.setAttribute("aria-pressed", button.dataset.from === source);
    for (const each of form.querySelectorAll("[data-source]")) each.hidden = each.dataset.source !== source;
    if (source === "log") await offer();
  }

  async function ask(url) {
    const reply = await fetch(url, { credentials: "same-origin", cache: "no-store", redirect: "error", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(30_000) });
    if (!(reply.headers.get("Content-Type") ?? "").startsWith("application/json")) throw new Error("no reply");
    const body = await reply.json();
    if (!reply.ok) throw new Error(body.message ?? "no reply", { cause: body.message });
    return body;
  }

  async function offer() {
    const place = at("fw-log-words");
    place.textContent = offered ? "" : words.logAsking;
    try { offered ??= await ask(data.urls.sampleChoices); } catch { place.textContent = words.logOffline; return; }
    place.textContent = offered.months.length ? "" : words.logEmpty;
    const fill = (name, values) => input(name).options.length || input(name).append(el("option", { value: "", textContent: words.any }), ...values.map((value) => el("option", { value, textContent: value })));
    fill("from", offered.months);
    fill("to", offered.months);
    fill("priority", offered.priorities);
    fill("category", offered.categories);
  }

  async function drawNow() {
    complain(error);
    const size = Number(input("size").value), seed = input("seed").value.trim();
    if (!Number.isInteger(size) || size < 1 || size > MOST) { complain(error, words.sizeFirst); input("size").focus(); return; }
    if (!seed) { complain(error, words.seedFirst); input("seed").focus(); return; }
    try {
      const drawn = from === "list" ? await here(size, seed) : await there(size, seed);
      if (!drawn.population) { complain(error, from === "list" ? words.listFirst : words.logNone); return; }
      input("population").value = drawn.population;
      input("size").value = drawn.ids.length;
      input("ids").value = drawn.ids.join("\n");
      lots();
    } catch (problem) { complain(error, problem.cause ?? words.logOffline); }
  }

  async function here(size, seed) {
    const pool = idsIn(input("pool").value);
    return { population: pool.length, ids: await draw(pool, size, seed) };
  }

  function there(size, seed) {
    const asked = new URLSearchParams({ n: size, seed });
    for (const name of ["from", "to", "priority", "category"]) if (input(name).value) asked.set(name, input(name).value);
    return ask(`${data.urls.sample}?${asked}`);
  }

  // --- ids and exceptions ---
  function lots() {
    const ids = idsIn(input("ids").value);
    at("fw-ids-count").textContent = ids.length;
    for (const id of failed.keys()) if (!ids.includes(id)) failed.delete(id);
    at("fw-exceptions").hidden = !ids.length;
    at("fw-lots").replaceChildren(...ids.slice(0, MOST).map((id) => el("button", { type: "button", className: "lot", textContent: id, "aria-pressed": failed.has(id), on: { click: () => toggle(id) } })));
    at("fw-words").replaceChildren(...[...failed].map(([id, why]) => el("label", { className: "sheet-field" }, el("span", { textContent: say(words.whyException, { id }) }),
      el("input", { className: "form-control", maxLength: 200, value: why, on: { input: (event) => failed.set(id, event.target.value) } }))));
  }

  function toggle(id) {
    if (failed.has(id)) failed.delete(id); else failed.set(id, "");
    lots();
    const place = failed.has(id) ? [...at("fw-words").querySelectorAll("input")].at([...failed.keys()].indexOf(id)) : [...at("fw-lots").children].find((each) => each.textContent === id);
    place?.focus();
  }

  // --- keeping it ---
  function written() {
    const ids = idsIn(input("ids").value);
    const how = input("method").value;
    const whole = (name) => (input(name).value.trim() ? Number(input(name).value) : null);
    const size = Math.max(whole("size") ?? 0, ids.length);
    const population = whole("population") ?? (how === "all" ? size : null);
    const wrong = population === null || !Number.isInteger(population) || population < 0 ? words.populationFirst
      : !Number.isInteger(size) || size < 1 ? words.sizeFirst
        : size > population ? say(words.tooLarge, { size, population })
          : how === "random" && !input("seed").value.trim() ? words.seedFirst
            : how === "all" && size !== population ? words.notAll
              : ids.length > MOST ? say(words.tooMany, { most: MOST })
                : ids.some((id) => id.length > LONGEST) ? words.idTooLong : "";
    return { wrong, sample: { population, size, method: how, seed: how === "random" ? input("seed").value.trim() : "", ids, exceptions: [...failed].map(([id, why]) => [id, why.trim()]) } };
  }

  async function keep(sample) {
    const { id, version } = item;
    const body = { item: id, value: valueOf(item), note: noteOf(item), flagged: flaggedOf(item), template_version: version, sample, reply: replyOf(item) };
    await field.issue("answer", body, { base: item.heads.map((head) => head.id), attachments: filesOf(item) });
    sheet.close();
    paint();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { wrong, sample } = written();
    complain(error, conflict(item) ? words.settleFirst : wrong);
    if (error.hidden) keep(sample);
  });
  form.addEventListener("change", (event) => { if (event.target.name === "method") method(); });
  input("ids").addEventListener("input", lots);
  at("fw-draw").addEventListener("click", drawNow);
  at("fw-sample-remove").addEventListener("click", () => keep(null));
  for (const button of form.querySelectorAll("[data-from]")) button.addEventListener("click", () => choose(button.dataset.from));
  for (const button of document.querySelectorAll("[data-open-sample]")) { button.addEventListener("click", open); button.hidden = !data.mayAnswer; }
  field.on("paint", paint);
  paint();
}

/** "25 of 412 · at random, seed IA-1/8.6 · 2 exceptions" */
export function inWords(sample, words) {
  const how = { random: say(words.byLot, { seed: sample.seed }), judgement: words.byJudgement, all: words.wholeLot }[sample.method];
  const bad = sample.exceptions.length;
  return [say(words.sampleOf, sample), how, bad ? say(words.exceptions, { count: bad }) : words.noException].join(" · ");
}
