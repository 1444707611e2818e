// What several answers to one question amount to.

const same = (heads, ...names) => new Set(heads.map((head) => JSON.stringify(names.map((name) => head[name])))).size <= 1;

const facts = (sample) => (sample ? JSON.stringify(Object.entries(sample).sort(([a], [b]) => (a < b ? -1 : 1))) : "");
// Hardly any question has two heads, and a tap asks this of all of them: one head is never compared.
export const conflict = (item) => item.heads.length > 1 && (!same(item.heads, "value", "note", "flagged", "reply") || new Set(item.heads.map((head) => facts(head.sample))).size > 1);
export const valueOf = (item) => (item.heads.length === 1 || (item.heads.length && same(item.heads, "value")) ? item.heads[0].value : null);
export const noteOf = (item) => [...new Set(item.heads.map((head) => head.note).filter(Boolean))].join("\n\n");
export const flaggedOf = (item) => item.heads.some((head) => head.flagged);
export const sampleOf = (item) => item.heads.map((head) => head.sample).filter(Boolean).at(-1) ?? null;
export const replyOf = (item) => item.heads.map((head) => head.reply).filter(Boolean).at(-1) ?? "";

/** Files of a question: those the server has, and those its answers name that are still on their way. */
export const filesOf = (item) => [...new Set([...item.files.map((file) => file.id), ...item.heads.flatMap((head) => head.attachment_ids ?? [])])];
export const say = (words, facts) => words.replace(/\{(\w+)\}/g, (_whole, name) => facts[name] ?? "");
