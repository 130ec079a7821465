import type { Awareness } from 'y-protocols/awareness';

/** How long a caret carries its name after it moved. */
export const NAME_SHOWN_MS = 2_000;

export interface CaretActivity {
  /** Whether this person's caret has moved a moment ago, or appeared. */
  isFresh(clientId: number): boolean;
  close(): void;
}

interface CaretActivityOptions {
  readonly awareness: Awareness;
  readonly now?: () => number;
  readonly onMove: (clientId: number) => void;
  /** The caret has rested long enough to lose its name. */
  readonly onRest: (clientId: number) => void;
}

/** Follows when other people's carets move, which the awareness protocol doesn't say: it only repeats whole states. */
export function watchCarets({ awareness, onMove, onRest, now = Date.now }: CaretActivityOptions): CaretActivity {
  const carets = new Map<number, { position: string; movedAt: number; timer: ReturnType<typeof setTimeout> }>();

  function look(clientId: number): void {
    const cursor: unknown = awareness.getStates().get(clientId)?.cursor;
    const known = carets.get(clientId);
    if (cursor === undefined || cursor === null) {
      clearTimeout(known?.timer);
      carets.delete(clientId);
      return;
    }
    const position = JSON.stringify(cursor);
    if (known?.position === position) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => onRest(clientId), NAME_SHOWN_MS);
    carets.set(clientId, { position, movedAt: now(), timer });
    onMove(clientId);
  }

  function onChange(change: { added: number[]; updated: number[]; removed: number[] }): void {
    for (const clientId of [...change.added, ...change.updated, ...change.removed]) {
      if (clientId !== awareness.clientID) look(clientId);
    }
  }

  for (const clientId of awareness.getStates().keys()) if (clientId !== awareness.clientID) look(clientId);
  awareness.on('change', onChange);

  return {
    isFresh(clientId) {
      const caret = carets.get(clientId);
      return caret !== undefined && now() - caret.movedAt < NAME_SHOWN_MS;
    },
    close() {
      awareness.off('change', onChange);
      for (const { timer } of carets.values()) clearTimeout(timer);
      carets.clear();
    },
  };
}
