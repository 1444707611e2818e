// What a verdict still lacks before its question is answered (fieldwork.py asks the same).
import { conflict, filesOf, noteOf, replyOf, sampleOf, valueOf } from "./heads.js";
import { judge } from "./replies.js";

const TAKES = new Set(["yes_no", "score", "number", "date", "choice", "text"]);

function has(item, need) {
  const all = [item, ...item.kin];
  if (need === "note") return Boolean(noteOf(item).trim()) || item.noted();
  if (need === "file") return all.some((each) => filesOf(each).length);
  return need !== "sample" || all.some((each) => sampleOf(each));
}

/** Keys of what is missing; what does not apply lacks nothing. */
export function lacking(item) {
  const value = valueOf(item);
  if (value === null || value === "not_applicable") return [];
  const found = [], reply = replyOf(item);
  if (TAKES.has(item.kind) && !reply) found.push("reply");
  if (item.kind === "photo" && !filesOf(item).length) found.push("photo");
  if (!has(item, item.needs)) found.push(item.needs);
  const proposed = judge(item, reply, item.begins);
  if (proposed && proposed !== value && !noteOf(item).trim() && !found.includes("note")) found.push("why");
  return found;
}

export const answered = (item) => valueOf(item) !== null && !conflict(item) && !lacking(item).length;
