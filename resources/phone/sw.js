// Keeps the page's files, all of one version, so that it opens without a network. Nothing of a client goes through
// here: what is asked from the store is never kept.
const VERSION = 'uchastok-@VERSION@', FILES = ['./', '@FILES@'];

self.addEventListener('install', event => {
  event.waitUntil((async () => {
    const cache = await caches.open(VERSION);
    await cache.addAll(FILES.map(name => new Request(name, { cache: 'reload' })));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys())
      if (name !== VERSION)
        await caches.delete(name);
    await self.clients.claim();
  })());
});

async function answer(request) {
  const cache = await caches.open(VERSION), kept = await cache.match(request, { ignoreSearch: true });
  if (kept)
    return kept;
  const fresh = await fetch(request);
  if (fresh.ok) // the cache was emptied by signing out
    await cache.put(request, fresh.clone());
  return fresh;
}

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method === 'GET' && url.origin === location.origin && url.pathname.startsWith('/m/'))
    event.respondWith(answer(event.request));
});

self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: 'window' });
    if (open) {
      await open.focus();
      open.postMessage({ open: event.notification.data });
    } else
      await self.clients.openWindow(`./${event.notification.data}`);
  })());
});
