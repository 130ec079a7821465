/** What this package uses of the page it runs in. A worker has no window and nothing to leave, and Node not even a network to hear of. */
export interface Environment {
  /** `host` with port, and the protocol with its colon; null outside a page and its workers. */
  readonly location: { readonly protocol: string; readonly host: string } | null;
  /** A worker of a page: no window, and something in its place. */
  readonly isWorker: boolean;
  readonly hasIndexedDb: boolean;
  isOnline(): boolean;
  /** The page was reloaded; never so where nothing tells, as in a worker, or a page made by jsdom. */
  isReloaded(): boolean;
  /** The page is in front of somebody; always so where there is no page. */
  isVisible(): boolean;
  /** Listens on the window, or in a worker on that; returns how to stop. Does nothing where there is neither. */
  listen(
    type: 'online' | 'offline' | 'pagehide' | 'pageshow' | 'visibilitychange' | 'beforeunload',
    listener: (event: Event) => void,
  ): () => void;
}

/** Reads the globals when asked, not when imported: pages are also rendered on servers. */
export function readEnvironment(): Environment {
  const page = findPage();
  return {
    location: page?.location?.host ? page.location : null,
    isWorker: !!page && !globalThis.window,
    hasIndexedDb: !!globalThis.indexedDB,
    isOnline: () => globalThis.navigator?.onLine !== false,
    isReloaded: () => findNavigation()?.type === 'reload',
    isVisible: () => globalThis.document?.visibilityState !== 'hidden',
    listen(type, listener) {
      page?.addEventListener(type, listener);
      return () => page?.removeEventListener(type, listener);
    },
  };
}

function findNavigation(): PerformanceNavigationTiming | undefined {
  return globalThis.performance?.getEntriesByType?.('navigation')[0] as PerformanceNavigationTiming | undefined;
}

/** The window, or what a worker has in its place: it has an address as a window does, and in some browsers hears of the network. */
function findPage(): (Window & typeof globalThis) | null {
  // Not asked of `self`: server runtimes such as Deno and Bun have one that listens too, and no page behind it.
  return globalThis.window ?? ('WorkerGlobalScope' in globalThis ? self : null);
}
