// Small things that everything here needs: ids, bytes, hashes, words without what no database keeps.
import { sha256 } from "./sha256.js";

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** SHA-256 in hexadecimal; plain http has no Web Crypto, so there it is computed by hand. */
export async function hash(bytes) {
  return hex(crypto.subtle ? await crypto.subtle.digest("SHA-256", bytes) : sha256(new Uint8Array(bytes)));
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const fromUtf8 = (bytes) => new TextDecoder().decode(bytes);

export function fromBase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function base64(bytes) {
  const view = new Uint8Array(bytes), parts = [];
  for (let at = 0; at < view.length; at += 32_768) parts.push(String.fromCharCode(...view.subarray(at, at + 32_768)));
  return btoa(parts.join(""));
}

// No NUL and no half of a surrogate pair: no database keeps them, and a record must not fail for them.
export function tidy(value) {
  if (typeof value === "string") {
    const clean = value.replaceAll("\u0000", "");
    return clean.toWellFormed ? clean.toWellFormed() : clean.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  }
  if (Array.isArray(value)) return value.map(tidy);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, tidy(each)]));
  return value;
}
