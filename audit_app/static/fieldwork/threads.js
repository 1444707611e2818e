// Notes, findings and signatures are threads of records: what counts are the records that no other of the thread names
// as its base.
import { uuid } from "./ids.js";

export const newThread = () => uuid();

/** thread → its heads, the threads in the order they were begun. */
export function headsByThread(records) {
  const threads = new Map();
  for (const record of records) threads.set(record.thread, [...(threads.get(record.thread) ?? []), record]);
  for (const [thread, all] of threads) {
    const named = new Set(all.flatMap((record) => record.base));
    const once = new Map(all.filter((record) => !named.has(record.id)).map((record) => [record.id, record]));
    threads.set(thread, [...once.values()]);
  }
  return threads;
}

const once = (values) => [...new Set(values)];

/** One note as it stands now: what two people wrote apart is joined, never dropped. */
export function noteOf(thread, heads) {
  const texts = once(heads.map((head) => head.text).filter(Boolean));
  return {
    thread, heads, last: heads.at(-1), text: texts.join("\n\n"), base: heads.map((head) => head.id),
    quote: heads.some((head) => head.quote), speaker: once(heads.map((head) => head.speaker).filter(Boolean)).join(", "),
    items: once(heads.flatMap((head) => head.items)), gone: heads.every((head) => head.gone),
    files: once(heads.flatMap((head) => head.attachment_ids ?? [])),
  };
}

export const notesOf = (field) => [...headsByThread(field.records("note"))].map(([thread, heads]) => noteOf(thread, heads));

/** The newest head of each thread of a kind. */
export const newest = (field, kind) => [...headsByThread(field.records(kind)).values()].map((heads) => ({ ...heads.at(-1), heads }));
