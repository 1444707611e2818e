// Sets light or dark before the first paint; loaded without defer for that reason. "auto" follows the device.
(function () {
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  }
  function paint() {
    const choice = chosen();
    const dark = choice === "dark" || (choice === "auto" && device.matches);
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    document.documentElement.dataset.themeChoice = choice;
    document.dispatchEvent(new Event("themechange"));
  }
  paint();
  device.addEventListener("change", paint);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.themeSet); } catch { /* private mode: lasts for this page */ }
    paint();
  });
})();
