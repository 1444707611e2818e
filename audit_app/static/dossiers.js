// The link saves the file by itself; the place beside it asks how far the file is. htmx may not listen to the click
// of a link, because it would keep the link from doing its work: so it is told by an event of its own.
for (const link of document.querySelectorAll("[data-progress]")) {
  link.addEventListener("click", () => {
    document.getElementById(link.dataset.progress)?.dispatchEvent(new Event("begun"));
  });
}
