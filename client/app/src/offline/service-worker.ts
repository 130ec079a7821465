/**
 * Keeps the app's own files, so that a page reloads without the server; the documents themselves come from IndexedDB.
 * It waits for its turn like any worker (no `skipWaiting`): an open tab may still ask for the files of its own build.
 */
import { decidePolicy } from './request-policy.ts';

interface LastingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends LastingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}
declare const self: WorkerScope;

/** Filled in by the build (vite-offline-shell.ts). */
declare const QUIRE_SHELL: { readonly version: string; readonly files: readonly string[] };

/** A server that hasn't answered by now is treated as away; its answer would come from the same files anyway. */
const NETWORK_PATIENCE_MS = 3_000;
const cacheName = `quire-shell-${QUIRE_SHELL.version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([...QUIRE_SHELL.files])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  switch (decidePolicy(event.request, self.location.origin)) {
    case 'page':
      return event.respondWith(fromNetworkFirst(event.request, '/'));
    case 'refreshed':
      return event.respondWith(fromNetworkFirst(event.request, event.request.url));
    case 'immutable':
      return event.respondWith(fromStoreFirst(event));
    case 'untouched':
      return;
  }
});

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('quire-shell-') && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function fromNetworkFirst(request: Request, storedAs: string): Promise<Response> {
  const stored = await caches.match(storedAs);
  if (stored === undefined) return fetch(request);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(NETWORK_PATIENCE_MS) });
    // A proxy whose server is away answers 502 or 503: for the person at the screen that is being offline.
    return response.status >= 500 ? stored : response;
  } catch {
    return stored;
  }
}

async function fromStoreFirst(event: RequestEvent): Promise<Response> {
  const stored = await caches.match(event.request);
  if (stored !== undefined) return stored;
  const response = await fetch(event.request);
  if (response.ok) {
    const copy = response.clone();
    event.waitUntil(caches.open(cacheName).then((cache) => cache.put(event.request, copy)));
  }
  return response;
}
