// Slots of an agenda are dragged by mouse, finger or pen within their day. What is dropped is posted by a form to the
// same service as the buttons beside it, which stay the way of the keyboard.

const form = document.getElementById("agenda-drop");
let drag = null;

/** The row under the pointer, of the same day and movable like the dragged one. */
function under(y) {
  const rows = [...drag.row.parentElement.querySelectorAll("tr")].filter((row) => row !== drag.row && row.querySelector(".agenda-grip"));
  return rows.find((row) => {
    const box = row.getBoundingClientRect();
    return y >= box.top && y <= box.bottom;
  }) ?? null;
}

function mark(target) {
  if (drag.target === target) return;
  drag.target?.classList.remove("is-target");
  target?.classList.add("is-target");
  drag.target = target;
}

function begin(event) {
  if (event.button !== 0 || drag) return;
  const grip = event.currentTarget;
  drag = { grip, row: grip.closest("tr"), from: event.pageY, target: null };
  grip.setPointerCapture(event.pointerId);
  drag.row.classList.add("is-dragged");
  event.preventDefault();
}

function move(event) {
  if (!drag) return;
  drag.row.style.transform = `translateY(${event.pageY - drag.from}px)`;
  mark(under(event.clientY));
  const edge = 60;
  if (event.clientY < edge) window.scrollBy(0, -12);
  else if (event.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
}

function end() {
  if (!drag) return null;
  const { grip, row, target } = drag;
  row.style.transform = "";
  row.classList.remove("is-dragged");
  target?.classList.remove("is-target");
  drag = null;
  return target ? { url: grip.dataset.place, onto: target.id.replace("slot-", "") } : null;
}

function drop() {
  const dropped = end();
  if (!dropped) return;
  form.action = dropped.url;
  form.elements.onto.value = dropped.onto;
  form.requestSubmit();
}

if (form) {
  for (const grip of document.querySelectorAll(".agenda-grip")) {
    grip.hidden = false;
    grip.addEventListener("pointerdown", begin);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", end);
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && end());
}
