import { QuireError } from '@quire/client';
import { h } from '../base/h.ts';
import type { fetchWords } from './fetch-words.ts';

interface FetchOptions {
  /** What stands where the part will be, until it is here. */
  readonly waiting: HTMLElement;
  /** Aborts once it is not wanted any more. */
  readonly signal: AbortSignal;
  readonly word: (key: keyof typeof fetchWords) => string;
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
      const part = await fetchNow();
      failure.remove();
      return part;
    } catch (cause) {
      if (signal.aborted) break;
      waiting.replaceWith(failure);
      // Said anew each time: screen readers hear of what changes.
      said.replaceChildren(word('notFetched'));
      onFailed(new QuireError('part-not-loaded', word('notFetched'), { cause }));
      await nextClick(button, signal);
    }
  }
  return null;
}

function nextClick(button: HTMLElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
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
