import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const present = new Set<string>();

// A server that was killed may still be writing.
process.once('exit', () => {
  for (const directory of present) rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** A directory of a measurement, which is gone at the latest when the bench is, also when somebody stops it. */
export async function makeScratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-bench-'));
  present.add(directory);
  return directory;
}

export async function removeScratch(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  present.delete(directory);
}
