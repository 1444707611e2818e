// Drawing lots as audit_app/core/lots.py does: SHA-256 of "seed:id", sorted, the first so many. Same list, same seed, same
// ids, here and on the server.
import { hash, utf8 } from "./ids.js";

const EDGE = /^[\s\u3000\ufeff]+|[\s\u3000\ufeff]+$/g;

/** The ids in a text, one a line; empty lines and doubles do not count. */
export function idsIn(text) {
  return [...new Set(text.split(/\r\n|\r|\n/).map((line) => line.replace(EDGE, "")).filter(Boolean))];
}

/** `size` ids in the order drawn. */
export async function draw(ids, size, seed) {
  const lots = await Promise.all([...new Set(ids)].map(async (id) => [await hash(utf8(`${seed}:${id}`)), id]));
  const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return lots.sort((a, b) => before(a[0], b[0]) || before(a[1], b[1])).slice(0, Math.max(0, size)).map(([, id]) => id);
}
