import { mountSmallDisk, type SmallDisk } from '../small-disk.ts';
import { type Actor, test as base, expect } from './fixtures.ts';

/** Room for the server's own files, of which one is as large as two of LevelDB's write buffers. */
const DISK_BYTES = 8 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 256 * 1024;

/** With a server whose data is on a disk of its own, which a test can fill. */
export const test = base.extend<{ disk: Pick<SmallDisk, 'path' | 'fill' | 'free'> }>({
  serverOptions: async ({ disk }, use) => {
    const env = { QUIRE_JOURNAL_WRITE_BUFFER_BYTES: String(WRITE_BUFFER_BYTES) };
    await use({ data: disk.path, env });
  },

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
  disk: async ({}, use, testInfo) => {
    const disk = mountSmallDisk(testInfo.outputPath('disk'), DISK_BYTES);
    await use(disk);
    disk.unmount();
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
