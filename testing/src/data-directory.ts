import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// First, so that what still runs at the end is killed before its data is removed.
import './child-life.ts';

/** Each waits 100 ms longer than the one before: a process that is being killed may write for a moment. */
const RETRIES = 3;

const living = new Set<string>();
process.once('exit', () => {
  for (const directory of living) {
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: RETRIES });
    } catch {
      // Nobody is left to be told, and the folder for temporary files is cleared by others.
    }
  }
});

/** A directory for the data of a server, which does not outlive this process. */
export async function makeDataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-data-'));
  living.add(directory);
  return directory;
}

export async function removeDataDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  living.delete(directory);
}
