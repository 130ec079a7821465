import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A disk that can be filled to the last byte. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no room for one byte more, and keeps it so: a store that reopens removes files of its own. */
  fill(): void;
  free(): void;
  unmount(): void;
}

/** Sooner than a store comes back to what it could not write. */
const REFILL_MS = 10;

/** Mounts one in memory, which only root can. */
export function mountSmallDisk(path: string, bytes: number): SmallDisk {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  // A process that ends by an error leaves no mount behind; who still writes there may finish first.
  const unmountInTheEnd = (): void => void execFileSync('umount', ['--lazy', path]);
  process.once('exit', unmountInTheEnd);
  const filler = join(path, 'filler');
  let filling: NodeJS.Timeout | undefined;
  return {
    path,
    fill() {
      fill(filler);
      filling = setInterval(fill, REFILL_MS, filler);
    },
    free() {
      clearInterval(filling);
      rmSync(filler, { force: true });
    },
    unmount() {
      clearInterval(filling);
      process.off('exit', unmountInTheEnd);
      execFileSync('umount', [path]);
      rmdirSync(path);
    },
  };
}

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const bytes of [64 * 1024, 1024, 1]) while (tryWrite(file, bytes));
  } finally {
    closeSync(file);
  }
}

function tryWrite(file: number, bytes: number): boolean {
  try {
    writeSync(file, Buffer.alloc(bytes));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
