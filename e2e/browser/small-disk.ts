import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, test as base, expect } from './fixtures.ts';

/** Room for the server's own files, of which one is as large as two of LevelDB's write buffers. */
const DISK_BYTES = 8 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 256 * 1024;
/** Sooner than a store comes back to what it could not write. */
const REFILL_MS = 10;

interface SmallDisk {
  /** Leaves no room for one byte more, and keeps it so: a store that reopens removes files of its own. */
  fill(): void;
  free(): void;
}

/** With a server whose data is on a disk of its own, which a test can fill. */
export const test = base.extend<{ data: string; disk: SmallDisk }>({
  serverOptions: { env: { QUIRE_JOURNAL_WRITE_BUFFER_BYTES: String(WRITE_BUFFER_BYTES) } },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
  data: async ({}, use, testInfo) => {
    const data = testInfo.outputPath('disk');
    mkdirSync(data, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', data]);
    await use(data);
    execFileSync('umount', [data]);
    rmdirSync(data);
  },

  disk: async ({ data }, use) => {
    const filler = join(data, 'filler');
    let filling: NodeJS.Timeout | undefined;
    const stopFilling = () => clearInterval(filling);
    await use({
      fill() {
        fill(filler);
        filling = setInterval(fill, REFILL_MS, filler);
      },
      free() {
        stopFilling();
        rmSync(filler);
      },
    });
    stopFilling();
  },
});

/**
 * Writes into an open document until its writer is told that it can't be saved. The first edits may still find room, in
 * the last page of a file or in the store's reserve, and are saved then.
 *
 * @returns what was written
 */
export async function writeUntilRefused(writer: Actor): Promise<string> {
  let written = '';
  await expect(async () => {
    written += 'On a full disk. ';
    await writer.editor.write('On a full disk. ');
    const refusal = 'Can’t save: the server’s disk refuses writes';
    await expect(writer.editor.saveState).toHaveText(refusal, { timeout: 3_000 });
    await expect(writer.page.getByRole('alert')).toContainText('can’t be saved', { timeout: 1_000 });
  }).toPass();
  return written;
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
