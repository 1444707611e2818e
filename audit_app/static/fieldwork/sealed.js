// Other people's answers that wait on this device: their name and number, never their content.
import { say } from "./heads.js";
import { peopleHere, waitingIn } from "./store.js";

export async function othersWaitHere(core, status) {
  for (const person of await peopleHere()) {
    if (person === core.data.person.id) continue;
    try {
      const { records, files, name } = await waitingIn(person);
      if (records + files) status.note(`sealed:${person}`, "warning", say(core.data.words.sealedOther, { name, count: records, photos: files }));
    } catch { /* a store that cannot be opened tells nothing */ }
  }
}
