// What a question is answered with beside its verdict: read, judged (fields.py does the same) and drawn.
const DAY = 86_400_000;
const DECIMALS = 6;

const scaled = (text) => {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  return BigInt(`${sign}${whole}${part.padEnd(DECIMALS, "0")}`);
};

function number(text) {
  const found = /^([+-]?)0*(\d{1,15})(?:[.,](\d{1,6}))?$/.exec(text.trim());
  if (!found) return null;
  const part = (found[3] ?? "").replace(/0+$/, "");
  const made = `${found[2]}${part ? `.${part}` : ""}`;
  return found[1] === "-" && made !== "0" ? `-${made}` : made;
}

const limited = ({ low, high, outside }, reply) => {
  if (low === null && high === null) return null;
  const value = scaled(reply);
  return (low === null || value >= scaled(low)) && (high === null || value <= scaled(high)) ? "conform" : outside;
};

const recent = ({ within_days: days, older }, reply, begins) => {
  if (days === null) return null;
  return Date.parse(reply) >= Date.parse(begins) - days * DAY ? "conform" : older;
};

/** The verdict that a reply proposes in an audit that begins on a day; null when the auditor alone decides. */
export function judge(item, reply, begins) {
  if (!reply) return null;
  const { kind, settings } = item;
  if (kind === "yes_no") return reply === settings.good ? "conform" : settings.otherwise;
  if (kind === "score") return Number(reply) >= settings.target ? "conform" : settings.below;
  if (kind === "number") return limited(settings, reply);
  if (kind === "date") return recent(settings, reply, begins);
  if (kind === "choice") return settings.options.find((each) => each.key === reply)?.verdict || null;
  return null;
}

/** A reply as it is kept; "" for none, null for one that cannot be read. */
export function read(item, text) {
  if (!text.trim()) return "";
  if (item.kind === "number") return number(text);
  if (item.kind === "date") return /^(19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
  return text.slice(0, 5000);
}

/** A reply in words. */
export function said(item, reply) {
  if (item.kind === "number") return `${reply} ${item.settings.unit}`.trim();
  return item.choices?.find(([key]) => key === reply)?.[1] ?? reply;
}

const made = (tag, facts = {}, ...children) => { const node = Object.assign(document.createElement(tag), facts); node.append(...children); return node; };

/** The controls of one question at a time. ``answer(reply)`` is called for a tap, ``typed()`` while somebody types. */
export class Replies {
  constructor(data, { answer, typed, done }) { Object.assign(this, { data, answer, typed, done, place: document.getElementById("fw-reply"), input: null }); }

  /** Draw the controls of a question, or only what changed in them. A field in which somebody types is left alone. */
  show(item, reply) {
    const key = `${item.id}`;
    if (this.shown !== key) { this.shown = key; this.item = item; this.input = null; this.place.replaceChildren(...this.#controls(item)); this.place.hidden = !item.choices; }
    if (!item.choices) return;
    for (const button of this.place.querySelectorAll("button[name=reply]")) button.setAttribute("aria-pressed", button.value === reply);
    if (this.input && document.activeElement !== this.input && this.input.value !== reply && read(item, this.input.value) !== reply) this.input.value = reply;
  }

  /** What stands in the field now, as it would be kept; undefined where nothing is typed or it cannot be read. */
  get written() {
    const found = this.input ? read(this.item, this.input.value) : undefined;
    const wrong = found === null || (this.input?.validity.badInput ?? false);
    if (this.input) { this.input.setAttribute("aria-invalid", wrong); this.wrong.hidden = !wrong; }
    return wrong ? undefined : found;
  }

  #controls(item) {
    if (!item.choices) return [];
    const rule = made("p", { className: "fw-rule", textContent: item.rule, hidden: !item.rule });
    if (item.kind === "photo") return [made("label", { className: "btn btn-primary fw-photo", htmlFor: "fw-camera", textContent: this.data.words.photoTake, hidden: !this.data.mayAnswer })];
    if (item.choices.length) {
      const buttons = item.choices.map(([value, words]) => {
        const button = made("button", { type: "submit", name: "reply", value, className: "btn fw-choice", disabled: !this.data.mayAnswer }, made("span", { textContent: words }));
        button.addEventListener("click", (event) => { event.preventDefault(); this.answer(value); });
        return button;
      });
      const group = made("div", { className: `fw-choices is-${item.kind}` }, ...buttons);
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", this.data.words.reply);
      return [group, rule];
    }
    return [this.#field(item), rule];
  }

  #field(item) {
    const long = item.kind === "text";
    this.input = made(long ? "textarea" : "input", { className: "form-control fw-typed", name: "reply", readOnly: !this.data.mayAnswer });
    if (long) Object.assign(this.input, { rows: 3, maxLength: 5000 });
    else Object.assign(this.input, item.kind === "date" ? { type: "date", min: "1900-01-01", max: "2199-12-31" } : { type: "text", inputMode: "decimal", autocomplete: "off", maxLength: 24 });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("change", () => this.done());
    this.wrong = made("p", { className: "fw-wrong", textContent: this.data.words[item.kind === "date" ? "dateFirst" : "numberFirst"], hidden: true });
    this.wrong.setAttribute("role", "alert");
    const unit = made("span", { className: "fw-unit", textContent: item.settings.unit ?? "", hidden: !item.settings.unit });
    return made("label", { className: "fw-field" }, made("span", { className: "fw-field-name", textContent: this.data.words.reply }), made("span", { className: "fw-field-row" }, this.input, unit), this.wrong);
  }
}
