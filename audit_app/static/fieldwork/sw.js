// The service worker keeps the page itself, never anybody's data. The server writes VERSION, SHELLS and FILES above this
// line. It answers nothing but GET: a request that changes something always goes to the server as the page sent it.
const NAME = `shell-${VERSION}`;
const PAGE = "/fieldwork/shell";
const FIELDWORK = /^\/audits\/\d+\/fieldwork$/;
const PATIENCE = 8000;
const DOWN = new Set([502, 503, 504]);
const paths = new Set(FILES);
const opened = new Set(); // pages that came from the cache: their scripts do too, so that both are of one version

async function install() {
  const cache = await caches.open(NAME);
  await Promise.all([...SHELLS, ...FILES].map(async (address) => {
    const reply = await fetch(new Request(address, { cache: "reload", credentials: "same-origin" }));
    if (!reply.ok || reply.redirected) throw new Error(`${address}: ${reply.status}`);
    await cache.put(address, reply);
  }));
}

async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

const patiently = (promise) => Promise.race([promise, new Promise((_resolve, reject) => { setTimeout(() => reject(new Error("no answer")), PATIENCE); })]);

async function shell(cache) {
  const language = await (await cache.match("/language"))?.text();
  return cache.match(SHELLS.find((address) => address.endsWith(`=${language}`)) ?? SHELLS[0]);
}

async function page(event) {
  try {
    const reply = await patiently(fetch(event.request));
    if (!DOWN.has(reply.status)) return reply;
  } catch { /* no network: the page comes from the cache */ }
  const kept = await shell(await caches.open(NAME));
  if (!kept) return Response.error();
  if (event.resultingClientId) opened.add(event.resultingClientId);
  return kept;
}

async function file(event, path) {
  const cache = await caches.open(NAME);
  if (opened.has(event.clientId)) { const kept = await cache.match(path); if (kept) return kept; }
  try { return await fetch(event.request); } catch (error) {
    const kept = await cache.match(path);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data?.type === "now") self.skipWaiting();
  if (event.data?.type === "language") event.waitUntil(caches.open(NAME).then((cache) => cache.put("/language", new Response(event.data.language))));
});
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== self.location.origin) return;
  if (event.request.mode === "navigate") { if (FIELDWORK.test(pathname)) event.respondWith(page(event)); } else if (paths.has(pathname)) event.respondWith(file(event, pathname));
});
