// When to do what can wait: the words that somebody waits for come first.

const LONGEST = 100;

/** Once the browser has painted what was changed so far; a page that nobody looks at paints nothing and waits little. */
export function afterFrame() {
  return new Promise((done) => {
    const timer = setTimeout(done, LONGEST);
    requestAnimationFrame(() => setTimeout(() => { clearTimeout(timer); done(); }));
  });
}

export const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
