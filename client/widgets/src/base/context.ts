import type { Settings } from './settings.ts';

/** Somebody further up in the page who knows more: a `<quire-room>`. */
export interface ContextSource {
  readonly settings: Settings;
  /** Calls `listener` when they change; returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/**
 * Asks whoever is above, across shadow roots. Who answers stops the event, so that the nearest one does.
 * As the context protocol of the Web Components Community Group has it, which pages can answer, too.
 */
export class ContextRequest extends Event {
  static readonly type = 'quire-context';
  readonly answer: (source: ContextSource) => void;

  constructor(answer: (source: ContextSource) => void) {
    super(ContextRequest.type, { bubbles: true, composed: true });
    this.answer = answer;
  }
}

export function askForContext(asker: Element): ContextSource | null {
  let found: ContextSource | null = null;
  asker.dispatchEvent(
    new ContextRequest((source) => {
      found = source;
    }),
  );
  return found;
}

const askers = new Set<() => void>();

/** Called when the sources in the page have changed: one that comes later, or nearer, is found as well. Returns how to stop. */
export function onSourcesChanged(listener: () => void): () => void {
  askers.add(listener);
  return () => {
    askers.delete(listener);
  };
}

export function tellSourcesChanged(): void {
  for (const ask of [...askers]) ask();
}
