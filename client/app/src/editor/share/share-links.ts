import {
  type CreatedLink,
  type LinkOptions,
  type LinksApi,
  QuireError,
  type Readable,
  type ShareLink,
} from '@quire/client';

export type ShareLinksState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The latest first. */
  | { readonly kind: 'ready'; readonly links: readonly ShareLink[] };

/** The share links of one document, while somebody looks at them. */
export interface ShareLinksStore extends Readable<ShareLinksState> {
  /** Never rejects: the state says what happened. */
  refresh(): Promise<void>;
  /** @throws {QuireError} */
  create(link: LinkOptions): Promise<CreatedLink>;
  /** @throws {QuireError} */
  revoke(id: string): Promise<void>;
  close(): void;
}

export function createShareLinksStore(api: LinksApi, name: string): ShareLinksStore {
  const listeners = new Set<(state: ShareLinksState) => void>();
  const closing = new AbortController();
  let state: ShareLinksState = { kind: 'loading' };

  function publish(next: ShareLinksState): void {
    if (closing.signal.aborted) return;
    state = next;
    for (const listener of [...listeners]) listener(next);
  }

  async function refresh(): Promise<void> {
    try {
      publish({ kind: 'ready', links: await api.list(name, { signal: closing.signal }) });
    } catch (error) {
      publish({ kind: 'failed', message: describeFailure(error) });
    }
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async create(link) {
      const created = await api.create(name, link);
      // Others make links too: what the server has is the list.
      await refresh();
      return created;
    },
    async revoke(id) {
      try {
        await api.revoke(name, id);
      } catch (error) {
        // Somebody was faster, or its time was over.
        if (!(error instanceof QuireError) || error.problem !== 'unknown-link') throw error;
      }
      await refresh();
    },
    close: () => closing.abort(),
  };
}

export function describeFailure(error: unknown): string {
  return error instanceof QuireError ? error.message : 'Something went wrong on this page. Reload it and try again.';
}
