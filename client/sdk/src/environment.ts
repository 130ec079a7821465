/** What this package uses of the page it runs in; in Node and workers most of it is missing. */
export interface Environment {
  /** `host` with port, and the protocol with its colon; null outside a page. */
  readonly location: { readonly protocol: string; readonly host: string } | null;
  readonly hasIndexedDb: boolean;
  isOnline(): boolean;
  /** The page is in front of somebody; always so where there is no page. */
  isVisible(): boolean;
  /** Listens on the window; returns how to stop. Does nothing where there is none. */
  listen(
    type: 'online' | 'offline' | 'pagehide' | 'pageshow' | 'visibilitychange' | 'beforeunload',
    listener: (event: Event) => void,
  ): () => void;
}

/** Reads the globals when asked, not when imported: pages are also rendered on servers. */
export function readEnvironment(): Environment {
  const page = typeof window === 'undefined' ? null : window;
  return {
    location: page?.location?.host ? { protocol: page.location.protocol, host: page.location.host } : null,
    hasIndexedDb: typeof indexedDB !== 'undefined' && indexedDB !== null,
    isOnline: () => typeof navigator === 'undefined' || navigator.onLine !== false,
    isVisible: () => typeof document === 'undefined' || document.visibilityState === 'visible',
    listen(type, listener) {
      page?.addEventListener(type, listener);
      return () => page?.removeEventListener(type, listener);
    },
  };
}
