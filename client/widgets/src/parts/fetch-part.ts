import { QuireError } from '@quire/client';
import { h } from '../base/h.ts';
import type { fetchWords } from './fetch-words.ts';

/** Where a network has frozen, a browser waits for minutes. */
const FETCH_TIMEOUT_MS = 15_000;

interface FetchOptions {
  /** What stands where the part will be, until it is here. */
  readonly waiting: HTMLElement;
  /** Aborts once it is not wanted any more. */
  readonly signal: AbortSignal;
  readonly word: (key: keyof typeof fetchWords) => string;
  /** Told of `unreachable`, or `part-not-loaded` where the network is not to blame: there reloading the page helps. */
  readonly onFailed: (error: QuireError) => void;
}

/**
 * Where it can't be had, that is said in the place of what stands for it, until somebody tries again with success.
 *
 * @returns null when it is not wanted any more
 */
export async function fetchPart<Part>(
  fetchNow: () => Promise<Part>,
  { waiting, signal, word, onFailed }: FetchOptions,
): Promise<Part | null> {
  const button = h('button', { type: 'button', part: 'retry' }, word('tryAgain'));
  const said = h('p', { role: 'alert' });
  const failure = h('div', { class: 'not-fetched', part: 'not-fetched' }, said, button);
  while (!signal.aborted) {
    try {
      const part = await inTime(fetchNow(), signal);
      failure.remove();
      return part;
    } catch (cause) {
      if (signal.aborted) break;
      waiting.replaceWith(failure);
      // Said anew each time: screen readers hear of what changes.
      said.replaceChildren(word('notFetched'));
      const isNetworkToBlame = !navigator.onLine || isTimeout(cause);
      onFailed(new QuireError(isNetworkToBlame ? 'unreachable' : 'part-not-loaded', word('notFetched'), { cause }));
      await nextClick(button, signal);
    }
  }
  return null;
}

/** @throws the reason of `signal` once it aborts, or a `TimeoutError` */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const end = (): void => over.reject(signal.reason);
  const timer = setTimeout(() => over.reject(new DOMException('', 'TimeoutError')), FETCH_TIMEOUT_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'TimeoutError';
}

function nextClick(button: HTMLElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Whoever heard that it failed may have taken the element away.
    if (signal.aborted) resolve();
    button.addEventListener('click', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export const fetchStyles = `
.not-fetched {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 8px 12px;
  padding: 16px;
  border: 1px solid var(--q-line);
  border-radius: var(--q-radius);
  background: var(--q-surface);
}

.not-fetched p {
  margin: 0;
  color: var(--q-danger);
}

.not-fetched button {
  border: 1px solid var(--q-line-strong);
}
`;
