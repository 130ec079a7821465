import { type DocumentInfo, type DocumentList, type DocumentsApi, QuireError, type Readable } from '@quire/client';

export type DocumentListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  /** The server wants to know who asks. */
  | { readonly kind: 'signed-out' }
  | {
      readonly kind: 'ready';
      /** Latest change first. */
      readonly documents: readonly DocumentInfo[];
      /** Where the next page starts; null when all are here. */
      readonly next: string | null;
      /** Why what is shown may be out of date; null when it is not. */
      readonly stale: string | null;
    };

export interface DocumentListStore extends Readable<DocumentListState> {
  /** Fetches again as many documents as are shown. Never rejects: the state says what happened. */
  refresh(): Promise<void>;
  /** Fetches until at least `count` documents are here, or all. */
  loadAtLeast(count: number): Promise<void>;
  /** Shows a change at once that the server has confirmed, before the next refresh. */
  replace(document: DocumentInfo): void;
  remove(name: string): void;
  close(): void;
}

export interface DocumentListOptions {
  /** For each request a signal that aborts when its answer has taken too long. */
  readonly limit?: () => AbortSignal;
}

export const PAGE_SIZE = 50;
/** Longer than any answer takes on a poor line, and short enough to look at a skeleton. */
const ANSWER_LIMIT_MS = 8_000;
const NO_ANSWER = 'The server doesn’t answer.';
/** What the API gives at once at most. */
const MAX_REQUEST_SIZE = 200;

export function createDocumentList(api: DocumentsApi, options: DocumentListOptions = {}): DocumentListStore {
  const { limit = () => AbortSignal.timeout(ANSWER_LIMIT_MS) } = options;
  const listeners = new Set<(state: DocumentListState) => void>();
  const closing = new AbortController();
  let state: DocumentListState = { kind: 'loading' };
  let work: Promise<void> = Promise.resolve();
  let refreshing: Promise<void> | null = null;
  /** Names deleted here while a page that may still hold them was on its way. */
  const removed = new Set<string>();

  function publish(next: DocumentListState): void {
    if (closing.signal.aborted) return;
    state = next;
    for (const listener of [...listeners]) listener(next);
  }

  /** One request at a time: an older page must not overwrite a newer one. */
  function inTurn(task: () => Promise<void>): Promise<void> {
    work = work.then(async () => {
      try {
        await task();
      } catch (error) {
        if (!closing.signal.aborted) publish(describeFailure(state, error));
      }
    });
    return work;
  }

  /** Ends in any case: a request that hung would hold up all that wait their turn behind it. */
  async function fetchPage(size: number, after: string | null): Promise<DocumentList> {
    const tooLate = limit();
    const signal = AbortSignal.any([closing.signal, tooLate]);
    const from = after === null ? {} : { after };
    try {
      return await Promise.race([api.list({ order: 'recent', limit: size, signal, ...from }), rejectOn(signal)]);
    } catch (error) {
      throw tooLate.aborted ? new Error(NO_ANSWER, { cause: error }) : error;
    }
  }

  async function fetchUpTo(count: number, start: readonly DocumentInfo[], after: string | null): Promise<void> {
    const documents = new Map(start.map((document) => [document.name, document]));
    let cursor = after;
    do {
      const missing = Math.max(count - documents.size, 1);
      const page = await fetchPage(Math.min(missing, MAX_REQUEST_SIZE), cursor);
      for (const document of page.documents) documents.set(document.name, document);
      cursor = page.next;
    } while (cursor !== null && documents.size < count);
    for (const name of removed) documents.delete(name);
    publish({ kind: 'ready', documents: [...documents.values()], next: cursor, stale: null });
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh() {
      refreshing ??= inTurn(() => {
        const shown = state.kind === 'ready' ? state.documents.length : 0;
        removed.clear();
        return fetchUpTo(Math.max(shown, PAGE_SIZE), [], null);
      }).finally(() => {
        refreshing = null;
      });
      return refreshing;
    },
    loadAtLeast(count) {
      return inTurn(async () => {
        if (state.kind !== 'ready' || state.next === null || state.documents.length >= count) return;
        await fetchUpTo(count, state.documents, state.next);
      });
    },
    replace(document) {
      if (state.kind !== 'ready') return;
      publish({
        ...state,
        documents: state.documents.map((other) => (other.name === document.name ? document : other)),
      });
    },
    remove(name) {
      removed.add(name);
      if (state.kind !== 'ready') return;
      publish({ ...state, documents: state.documents.filter((document) => document.name !== name) });
    },
    close: () => closing.abort(),
  };
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function describeFailure(state: DocumentListState, error: unknown): DocumentListState {
  if (error instanceof QuireError && error.problem === 'unauthorized') return { kind: 'signed-out' };
  const message = error instanceof Error ? error.message : String(error);
  return state.kind === 'ready' ? { ...state, stale: message } : { kind: 'failed', message };
}
