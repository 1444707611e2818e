// The presentation: one page at a time, by keys, by touch, by buttons or from the list. Charts are drawn when their page
// comes up for the first time, because a chart cannot be drawn where it has no size.
const root = document.querySelector("[data-slides]");
const slides = [...root.children];
const count = document.querySelector("[data-count]");
const jump = document.querySelector("[data-jump]");
let here = 0;

async function drawChart(slide) {
  const later = slide.querySelectorAll("[data-later]");
  if (!later.length) return;
  for (const node of later) { delete node.dataset.later; node.dataset.chart = ""; }
  const charts = await import("../js/charts.js");
  charts.draw();
}

function show(place, { remember = true } = {}) {
  here = Math.max(0, Math.min(slides.length - 1, place));
  slides.forEach((slide, index) => {
    slide.classList.toggle("is-here", index === here);
    slide.inert = index !== here;
  });
  count.textContent = `${here + 1} / ${slides.length}`;
  slides[here].scrollTop = 0;
  if (remember) history.replaceState(null, "", `#p${here + 1}`);
  drawChart(slides[here]);
}

const fromAddress = () => Math.max(0, Number(location.hash.slice(2)) - 1 || 0);

const ACTS = {
  on: () => show(here + 1),
  back: () => show(here - 1),
  list: () => { jump.showModal(); },
  close: () => jump.close(),
  full: () => { if (document.fullscreenElement) document.exitFullscreen(); else document.documentElement.requestFullscreen?.(); },
  theme: () => {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    document.documentElement.dataset.bsTheme = dark ? "light" : "dark";
    document.dispatchEvent(new Event("themechange"));
  },
};
const KEYS = {
  ArrowRight: "on", ArrowDown: "on", PageDown: "on", " ": "on", ArrowLeft: "back", ArrowUp: "back", PageUp: "back", f: "full", l: "list", d: "theme",
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go]");
  if (button) ACTS[button.dataset.go]();
  if (event.target.closest("[data-jump] a")) jump.close();
});
document.addEventListener("keydown", (event) => {
  if (jump.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const pressed = event.target.closest("button, a, summary") && (event.key === " " || event.key === "Enter");
  const scrolls = event.target.closest(".slide-table") && event.key.startsWith("Arrow");
  if (pressed || scrolls) return;
  if (event.key === "Home" || event.key === "End") show(event.key === "Home" ? 0 : slides.length - 1);
  else if (KEYS[event.key]) ACTS[KEYS[event.key]]();
  else return;
  event.preventDefault();
});
let from = null;
root.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? [event.touches[0].clientX, event.touches[0].clientY] : null; }, { passive: true });
root.addEventListener("touchend", (event) => {
  if (!from || event.target.closest(".slide-table")) return;
  const [across, down] = [event.changedTouches[0].clientX - from[0], event.changedTouches[0].clientY - from[1]];
  if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(down)) show(here + (across < 0 ? 1 : -1));
  from = null;
});
addEventListener("hashchange", () => show(fromAddress(), { remember: false }));
root.classList.add("is-live");
show(fromAddress(), { remember: false });
