// Sheets over the page, and the few helpers their contents are built with. Text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";
export const at = (id) => document.getElementById(id);

/** An element with its properties (`data` sets data-attributes, `on` listens) and children. */
export function el(tag, { data = {}, on = {}, ...given } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) if (key in made) made[key] = value; else made.setAttribute(key, value);
  Object.assign(made.dataset, data);
  for (const [kind, act] of Object.entries(on)) made.addEventListener(kind, act);
  made.append(...children.filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

export function icon(data, name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${data.sprite}#tabler-${name}`);
  svg.append(use);
  return svg;
}

/** A signature as a drawing that scales; the strokes are lists of [x, y]. */
export function drawing({ strokes, width, height }, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("class", "signature-drawing");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  for (const stroke of strokes) {
    const line = document.createElementNS(SVG, "polyline");
    const points = stroke.length > 1 ? stroke : [stroke[0], [stroke[0][0] + 0.1, stroke[0][1]]];
    line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    svg.append(line);
  }
  return svg;
}

/** A dialog that opens over the page, closes by its buttons and Escape, and gives the focus back. */
export class Sheet {
  constructor(id, { closed = () => {} } = {}) {
    this.dialog = at(id);
    this.body = this.dialog.querySelector(".sheet-body");
    for (const button of this.dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => this.close());
    this.dialog.addEventListener("close", () => { closed(); this.from?.isConnected && this.from.focus(); });
  }

  get open() { return this.dialog.open; }

  show({ focus } = {}) {
    if (this.open) return;
    this.from = document.activeElement;
    this.dialog.showModal();
    this.body.scrollTop = 0;
    (focus ?? this.dialog.querySelector("h2")).focus();
  }

  close() { if (this.open) this.dialog.close(); }

  title(words) { this.dialog.querySelector("h2").textContent = words; }
}

/** Show a sentence where the sheet keeps it, in sight; nothing takes it away. */
export function complain(place, sentence = "") {
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) place.scrollIntoView({ block: "nearest" });
}
