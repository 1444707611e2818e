// Signing out of a tablet on which answers wait: it asks first. With nothing waiting, what could be read without a
// connection leaves the tablet.
import { peopleHere, Store, waitingIn } from "./store.js";
import { say } from "./heads.js";

/** What a person is asked before signing out; empty when nothing of theirs waits. Never stands in the way of signing out. */
export async function beforeSignOut(person, question) {
  try {
    if (!(await peopleHere()).includes(person)) return "";
    const { records, files } = await waitingIn(person);
    if (records + files) return say(question, { count: records, photos: files });
    await new Store(person).tidyUp();
  } catch { /* no store, nothing to ask about */ }
  return "";
}
