// Takes the one step of a page that waits for nobody: posts its form or follows its link, once.
// Without scripts the button or the link is there to be pressed. Going back does not go on again.

const step = document.querySelector("form[data-go-on], a[data-go-on]");
const [navigation] = performance.getEntriesByType("navigation");

if (step && navigation?.type !== "back_forward") {
  if (step instanceof HTMLFormElement) step.requestSubmit();
  else location.assign(step.href);
}
