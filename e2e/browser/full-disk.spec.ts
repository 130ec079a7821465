import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect } from './fixtures.ts';

/** Room for the server's own files, of which one is as large as two of LevelDB's write buffers. */
const DISK_BYTES = 8 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 256 * 1024;

const test = base.extend<{ data: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from here
  data: async ({}, use, testInfo) => {
    const data = testInfo.outputPath('disk');
    mkdirSync(data, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', data]);
    await use(data);
    execFileSync('umount', [data]);
    rmdirSync(data);
  },
});
test.use({ serverOptions: { env: { QUIRE_JOURNAL_WRITE_BUFFER_BYTES: String(WRITE_BUFFER_BYTES) } } });

test.describe('a disk that refuses writes', () => {
  test('[G5] is named where "Saved" stood; saving resumes by itself, and survives a kill', async ({
    ada,
    ben,
    data,
    server,
  }) => {
    await ada.editor.open('full');
    await ben.editor.open('full');
    await ada.editor.write('Before. ');
    await ada.editor.expectSaved();
    const filler = join(data, 'filler');
    fill(filler);
    await ada.editor.write('On a full disk. '.repeat(3));
    await expect(ada.editor.saveState).toHaveText('Can’t save: the server’s disk refuses writes');
    await expect(ada.page.getByRole('alert')).toContainText('can’t be saved');
    rmSync(filler);
    await ada.editor.expectSaved();
    await ben.editor.expectText(`Before. ${'On a full disk. '.repeat(3)}`);
    await ben.editor.write('After.');
    await ben.editor.expectSaved();

    await server.kill('SIGKILL');
    const cleo = ben;
    await cleo.page.goto('about:blank');
    await ada.page.goto('about:blank');
    await server.restart();
    await cleo.editor.open('full');
    await cleo.editor.expectText(`Before. ${'On a full disk. '.repeat(3)}After.`);
    await cleo.editor.expectSaved();
  });
});

/** Writes until there is no room for one byte more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
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
