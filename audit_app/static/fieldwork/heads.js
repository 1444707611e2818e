// What several answers to one question amount to.

const same = (heads, ...names) => new Set(heads.map((head) => JSON.stringify(names.map((name) => head[name])))).size <= 1;

const facts = (sample) => (sample ? JSON.stringify(Object.entries(sample).sort(([a], [b]) => (a < b ? -1 : 1))) : "");
export const conflict = (item) => !same(item.heads, "value", "note", "flagged") || new Set(item.heads.map((head) => facts(head.sample))).size > 1;
export const valueOf = (item) => (item.heads.length && same(item.heads, "value") ? item.heads[0].value : null);
export const noteOf = (item) => [...new Set(item.heads.map((head) => head.note).filter(Boolean))].join("\n\n");
export const flaggedOf = (item) => item.heads.some((head) => head.flagged);
export const sampleOf = (item) => item.heads.map((head) => head.sample).filter(Boolean).at(-1) ?? null;
export const answered = (item) => valueOf(item) !== null && !conflict(item);
export const say = (words, facts) => words.replace(/\{(\w+)\}/g, (_whole, name) => facts[name] ?? "");
