/** Filled in by the build: every file of the page, and a hash of them. */
declare const __FILES__: string[];
declare const __VERSION__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
/** Pages in other folders of the origin have their own caches. */
const PREFIX = `playground ${worker.registration.scope} `;
const CACHE = `${PREFIX}${__VERSION__}`;

worker.addEventListener("install", (event) => {
  // The names of all other files contain a hash of their content.
  const pages = ["./", "./index.html"].map((page) => new Request(page, { cache: "no-cache" }));
  const others = __FILES__.filter((name) => name !== "index.html");
  const stored = caches.open(CACHE).then((cache) => cache.addAll([...pages, ...others]));
  event.waitUntil(stored);
});

worker.addEventListener("activate", (event) => {
  const cleaned = caches
    .keys()
    .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE))
    .then((names) => Promise.all(names.map((name) => caches.delete(name))))
    .then(() => worker.clients.claim());
  event.waitUntil(cleaned);
});

/** The page asks for it, after it has stored its texts. */
worker.addEventListener("message", ({ data }) => {
  if (data === "take over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== worker.location.origin) return;
  const answer = caches
    .open(CACHE)
    .then((cache) => cache.match(isFolder(request) ? "./index.html" : request, { ignoreSearch: request.mode === "navigate" }))
    .then((cached) => cached ?? fetch(request));
  event.respondWith(answer);
});

/** True if the page is asked for by the name of its folder. */
function isFolder({ mode, url }: Request): boolean {
  return mode === "navigate" && new URL(url).pathname === new URL(worker.registration.scope).pathname;
}
