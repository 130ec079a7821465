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
 * Where it can't be had, that is said in the place of what stands for it, until somebody tries again with success, or there is
 * a network again. Browsers may keep a failed import for as long as the page lives: only where the network is not to blame, it
 * is said that reloading the page may help.
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
    let work: Promise<Part> | null = null;
    try {
      work = fetchNow();
      const part = await inTime(work, signal);
      failure.remove();
      return part;
    } catch (cause) {
      if (signal.aborted) break;
      waiting.replaceWith(failure);
      const isNetworkToBlame = !navigator.onLine || isTimeout(cause);
      const words = word(isNetworkToBlame ? 'notReached' : 'notFetched');
      // Said anew each time: screen readers hear of what changes.
      said.replaceChildren(words);
      onFailed(new QuireError(isNetworkToBlame ? 'unreachable' : 'part-not-loaded', words, { cause }));
      await nextOccasion(button, work, signal);
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

/** A click, a network that is there again, or the end of what took too long. */
async function nextOccasion(button: HTMLElement, work: Promise<unknown> | null, signal: AbortSignal): Promise<void> {
  // Whoever heard that it failed may have taken the element away.
  if (signal.aborted) return;
  const waiting = new AbortController();
  const options = { signal: waiting.signal };
  await new Promise<void>((resolve) => {
    button.addEventListener('click', () => resolve(), options);
    window.addEventListener('online', () => resolve(), options);
    signal.addEventListener('abort', () => resolve(), options);
    work?.then(
      () => resolve(),
      () => {}, // as it was said to have failed
    );
  });
  waiting.abort();
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
