import type { QuireError } from '@quire/client';
import { h } from '../base/h.ts';
import { type Held, onceLoaded } from '../base/held.ts';
import { fetchPart } from './fetch-part.ts';
import type { fetchWords } from './fetch-words.ts';

interface Mounting<Part> {
  readonly word: (key: keyof typeof fetchWords) => string;
  readonly onFailed: (error: unknown) => void;
  /** Called with the part once the document is here as well. */
  readonly mount: (part: Part) => void;
}

/** Keeps the place of what needs a part of the code and the content of the document, until both are here. */
export async function showFetched<Part>(
  fetchNow: () => Promise<Part>,
  held: Held,
  { word, onFailed, mount }: Mounting<Part>,
): Promise<void> {
  const { root, signal } = held;
  const waiting = h('div', { class: 'waiting', part: 'waiting', 'aria-hidden': 'true' });
  root.append(waiting);
  const fetched = fetchPart(fetchNow, { waiting, signal, word, onFailed: (error: QuireError) => onFailed(error) });
  const loaded = new Promise<void>((resolve) => onceLoaded(held, resolve));
  try {
    const [part] = await Promise.all([fetched, loaded]);
    waiting.remove();
    if (part !== null && !signal.aborted) mount(part);
  } catch (error) {
    onFailed(error);
  }
}
