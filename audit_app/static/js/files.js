// Chosen, dropped and photographed files in one list with names and sizes, before anything is sent. Without this script
// the two inputs work by themselves. A browser forgets the first choice when a second one is made: here they add up.

const language = document.documentElement.lang || "en";

function sized(bytes) {
  const [value, unit] = bytes >= 1048576 ? [bytes / 1048576, "MB"] : bytes >= 1024 ? [bytes / 1024, "KB"] : [bytes, "B"];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: unit === "MB" ? 1 : 0 }).format(value)} ${unit}`;
}

const filled = (words, facts) => words.replace(/\{(\w+)\}/g, (_all, key) => facts[key]);
const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

class Place {
  constructor(node) {
    this.node = node;
    this.input = node.querySelector("[data-drop-all]");
    this.list = node.querySelector("[data-drop-list]");
    this.refused = node.querySelector("[data-drop-refused]");
    this.files = [];
    this.pictures = [];
    const camera = node.querySelector("[data-drop-camera]");
    this.input.addEventListener("change", () => this.add(this.input.files));
    camera?.addEventListener("change", () => { this.add(camera.files); camera.value = ""; });
    const zone = node.querySelector(".drop");
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("drop-over"); });
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("drop-over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); this.add(event.dataTransfer?.files ?? []); });
  }

  add(files) {
    const words = this.node.dataset;
    const said = [];
    for (const file of files) {
      if (this.files.some((known) => same(known, file))) continue;
      const facts = { name: file.name, size: sized(file.size), limit: sized(Number(words.largest)), whole: sized(Number(words.whole)), count: words.most };
      const whole = this.files.reduce((sum, each) => sum + each.size, file.size);
      if (!file.size) said.push(filled(words.empty, facts));
      else if (file.size > Number(words.largest)) said.push(filled(words.tooLarge, facts));
      else if (this.files.length >= Number(words.most)) said.push(filled(words.tooMany, facts));
      else if (whole > Number(words.whole)) said.push(filled(words.tooMuch, facts));
      else this.files.push(file);
    }
    this.refused.replaceChildren(...said.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
    this.show();
  }

  show() {
    const kept = new DataTransfer();
    for (const file of this.files) kept.items.add(file);
    this.input.files = kept.files;
    for (const address of this.pictures.splice(0)) URL.revokeObjectURL(address);
    this.list.replaceChildren(...this.files.map((file) => this.line(file)));
    const form = this.node.closest("form[data-guard]");
    if (form && this.files.length) form.dataset.dirty = "yes";
  }

  line(file) {
    const line = document.createElement("li");
    const name = Object.assign(document.createElement("span"), { className: "drop-name", textContent: file.name });
    const size = Object.assign(document.createElement("span"), { className: "drop-size", textContent: sized(file.size) });
    const out = Object.assign(document.createElement("button"), { type: "button", className: "drop-out", textContent: "×" });
    out.setAttribute("aria-label", filled(this.node.dataset.takeOut, { name: file.name }));
    out.addEventListener("click", () => { this.files = this.files.filter((each) => each !== file); this.show(); this.input.focus(); });
    line.append(this.picture(file), name, size, out);
    return line;
  }

  picture(file) {
    if (/^image\/(jpeg|png|webp)$/.test(file.type)) {
      const address = URL.createObjectURL(file);
      this.pictures.push(address);
      return Object.assign(document.createElement("img"), { src: address, alt: "" });
    }
    const ending = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4).toUpperCase() : "";
    return Object.assign(document.createElement("span"), { className: "drop-kind", textContent: ending });
  }
}

export function start() {
  for (const node of document.querySelectorAll("[data-drop]")) if (!node.place) node.place = new Place(node);
}
