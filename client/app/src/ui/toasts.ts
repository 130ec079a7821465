import type { Readable } from '@quire/client';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'bad';
}

const TOAST_SHOWN_MS = 4_000;
/** More than this at once can't be read anyway; the oldest goes first. */
const MAX_TOASTS = 3;

const listeners = new Set<(toasts: readonly Toast[]) => void>();
let current: readonly Toast[] = [];
let nextId = 1;

function publish(toasts: readonly Toast[]): void {
  current = toasts;
  for (const listener of [...listeners]) listener(toasts);
}

export const toasts: Readable<readonly Toast[]> = {
  get: () => current,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Says something in passing, to eyes and to screen readers. */
export function announce(text: string, tone: Toast['tone'] = 'plain'): void {
  const toast = { id: nextId++, text, tone };
  publish([...current, toast].slice(-MAX_TOASTS));
  setTimeout(() => publish(current.filter((other) => other.id !== toast.id)), TOAST_SHOWN_MS);
}
