import { type BinnedDocument, QuireError } from '@quire/client';
import { useClient } from '@quire/client/react';
import { useCallback, useEffect, useState } from 'react';
import { type BinPage, listBin } from './bin-list.ts';

export type BinState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The server wants to know who asks. */
  | { readonly kind: 'signed-out' }
  | ({ readonly kind: 'ready' } & BinPage);

export interface Bin {
  readonly state: BinState;
  /** From the beginning. */
  refresh(): Promise<void>;
  loadMore(): Promise<void>;
  /** Shows at once that it is not in the bin any more. */
  remove(document: BinnedDocument): void;
}

/** The bin, fetched when somebody looks at it, and again on coming back. */
export function useBin(): Bin {
  const { documents: api } = useClient();
  const [state, setState] = useState<BinState>({ kind: 'loading' });
  const [closing, setClosing] = useState<AbortSignal | null>(null);

  const fetchAfter = useCallback(
    async (before: readonly BinnedDocument[], after: string | null, signal: AbortSignal): Promise<void> => {
      try {
        const page = await listBin(api, after, signal);
        if (!signal.aborted) setState({ kind: 'ready', documents: [...before, ...page.documents], next: page.next });
      } catch (error) {
        if (signal.aborted) return;
        setState(describeFailure(error));
      }
    },
    [api],
  );

  useEffect(() => {
    const stop = new AbortController();
    setClosing(stop.signal);
    const refresh = (): void => void fetchAfter([], null, stop.signal);
    refresh();
    window.addEventListener('focus', refresh, { signal: stop.signal });
    return () => stop.abort();
  }, [fetchAfter]);

  return {
    state,
    refresh: async () => {
      if (closing !== null) await fetchAfter([], null, closing);
    },
    loadMore: async () => {
      if (closing !== null && state.kind === 'ready') await fetchAfter(state.documents, state.next, closing);
    },
    remove: ({ name }) =>
      setState((shown) =>
        shown.kind === 'ready' ? { ...shown, documents: shown.documents.filter((each) => each.name !== name) } : shown,
      ),
  };
}

function describeFailure(error: unknown): BinState {
  if (!(error instanceof QuireError)) return { kind: 'failed', message: 'Something unexpected happened.' };
  return error.problem === 'unauthorized' ? { kind: 'signed-out' } : { kind: 'failed', message: error.message };
}
