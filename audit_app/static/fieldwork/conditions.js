// Which questions are asked: one that depends on an earlier answer is asked when that answer says so (conditions.py decides the same).
import { conflict, replyOf, valueOf } from "./heads.js";

const said = (item) => (conflict(item) ? [] : [valueOf(item), replyOf(item)].filter(Boolean));

/** Ids of the questions that are not asked, or not yet; the questions come in reading order. */
export function notAsked(items) {
  const out = new Set();
  if (!items.some((item) => item.askedIf)) return out;
  const known = new Map();
  for (const item of items) {
    const parent = item.askedIf ? known.get(`${item.checklist}/${item.askedIf}`) : null;
    if (parent && (out.has(parent.id) || !said(parent).some((each) => item.askedWhen.includes(each)))) out.add(item.id);
    known.set(`${item.checklist}/${item.lineage}`, item);
  }
  return out;
}
