// Questions of other standards on the same subject: their evidence counts here too, and one answer can serve them all.
import { answered } from "./lacking.js";
import { conflict, noteOf, valueOf } from "./heads.js";
import { el } from "./sheet.js";

const at = (id) => document.getElementById(id);

export function setup(field) {
  const { data, words } = field;

  /** The verdict and the note of this question for another one; its evidence is shared anyway. */
  function same(sister) {
    const now = field.item;
    field.answer(sister, { value: valueOf(now), note: noteOf(sister) || noteOf(now) });
    paint();
  }

  function row(sister, now) {
    const value = conflict(sister) ? null : valueOf(sister);
    const link = el("a", { href: `#item-${sister.id}`, textContent: `${sister.clause} ${sister.title}`.trim(), on: { click: (event) => { event.preventDefault(); field.show(sister); } } });
    const verdict = el("span", { className: `badge tone tone-${data.tones[value ?? "open"]}`, textContent: data.verdicts[value ?? "open"] });
    const files = sister.files.map((file) => el("a", { href: file.url, target: "_blank", rel: "noopener", textContent: file.name }));
    const offered = data.mayAnswer && sister.kind === "grade" && !answered(sister) && !conflict(now) && valueOf(now) && !conflict(sister);
    const button = el("button", { type: "button", className: "btn btn-outline-secondary", textContent: words.sameThere, hidden: !offered, on: { click: () => same(sister) } });
    return el("li", {}, el("span", { className: "kin-list", textContent: sister.list }), el("span", { className: "kin-line" }, link, verdict, button), ...files);
  }

  function paint() {
    const now = field.item;
    at("fw-kin").hidden = !now.kin.length;
    const state = now.kin.map((each) => [each.id, each.files.length, ...each.heads.map((head) => head.id)]).join() + now.heads.map((head) => head.id);
    if (paint.state === `${now.id}:${state}`) return;
    paint.state = `${now.id}:${state}`;
    at("fw-kin-list").replaceChildren(...now.kin.map((sister) => row(sister, now)));
  }

  field.on("paint", paint);
  paint();
}
