import { readFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';

/** What the watch sees of the processes above it. */
export interface Ancestry {
  /** The pid of our parent: another one once it is gone. */
  parent(): number;
  /** The parent of any process; null when it is gone, or can't be seen on this system. */
  parentOf(pid: number): number | null;
  /** How a process was started, or calls itself now. */
  titleOf(pid: number): string;
}

const POLL_MS = 250;
const INIT = 1;

/**
 * npm and npx stop at their own shell when they get a signal, and leave what runs in it without a parent. So a server
 * that npm started watches npm, and the shell between, and says when one of them is gone.
 *
 * @returns a disposer
 */
export function watchNpm(options: { readonly ancestry: Ancestry; readonly clock: Clock; onGone(): void }): () => void {
  const { ancestry, clock, onGone } = options;
  const isIntact = rememberChain(ancestry);
  const stop = clock.every(POLL_MS, () => {
    if (isIntact()) return;
    stop();
    onGone();
  });
  return stop;
}

/** @returns whether all that stood between us and npm still stands */
function rememberChain(ancestry: Ancestry): () => boolean {
  const parent = ancestry.parent();
  if (isNpm(ancestry, parent)) return () => ancestry.parent() === parent;
  // Handed over to init before we looked.
  if (parent === INIT) return () => false;
  const above = ancestry.parentOf(parent);
  const isAboveNpm = above !== null && isNpm(ancestry, above);
  // A parent that loses its own parent has npm above it no more; pids are reused, so being alive proves nothing.
  return () => ancestry.parent() === parent && (!isAboveNpm || ancestry.parentOf(parent) === above);
}

function isNpm(ancestry: Ancestry, pid: number): boolean {
  return /\b(npm|npx|pnpm|yarn)\b/.test(ancestry.titleOf(pid));
}

/** Linux shows all of it; elsewhere only the parent can be watched. */
export const systemAncestry: Ancestry = {
  parent: () => process.ppid,
  parentOf(pid) {
    // `pid (name) state ppid …`, where the name may hold anything, parentheses too.
    const text = readOrEmpty(`/proc/${pid}/stat`);
    const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
    return Number.isInteger(parent) && text !== '' ? parent : null;
  },
  titleOf: (pid) => readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' '),
};

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process is gone, or there is no /proc.
    return '';
  }
}
