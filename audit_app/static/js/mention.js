// Typing @ offers the names of the people who may see the record (the same that can be ticked beneath). A touch or a
// click takes one; the arrow down goes into the list, Escape closes it. Without this script names are typed or ticked.

const BEGUN = /[@＠]([^\n@＠]{0,30})$/;
const MOST = 6;

function start(area) {
  const names = [...area.form.querySelectorAll("[name=to]")].map((box) => box.closest("label").textContent.trim());
  if (!names.length) return;
  const list = document.createElement("ul");
  list.className = "mention-list";
  list.hidden = true;
  area.after(list);

  const begun = () => BEGUN.exec(area.value.slice(0, area.selectionStart));
  const close = () => { list.hidden = true; list.replaceChildren(); };

  function take(name) {
    const found = begun();
    const from = area.selectionStart - (found ? found[0].length : 0);
    area.setRangeText(`@${name} `, from, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offer() {
    const found = begun();
    const typed = found?.[1].trim().toLocaleLowerCase();
    const fitting = found ? names.filter((name) => name.toLocaleLowerCase().includes(typed) && name.toLocaleLowerCase() !== typed) : [];
    if (!fitting.length) { close(); return; }
    list.replaceChildren(...fitting.slice(0, MOST).map((name) => {
      const line = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.addEventListener("click", () => take(name));
      line.append(button);
      return line;
    }));
    list.hidden = false;
  }

  area.addEventListener("input", offer);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button").focus(); }
  });
  list.addEventListener("keydown", (event) => {
    const line = event.target.closest("li");
    const next = { ArrowDown: line?.nextElementSibling, ArrowUp: line?.previousElementSibling }[event.key];
    if (event.key === "Escape") { close(); area.focus(); }
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    (next?.firstElementChild ?? (event.key === "ArrowUp" ? area : event.target)).focus();
  });
}

export function begin() {
  for (const area of document.querySelectorAll("textarea[data-mention]")) start(area);
}
