import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PersistenceError } from '../errors.ts';
import { FaultyDisk } from '../testing/faulty-level.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { openLevelStore } from './open-level-store.ts';

const small = { reserveBytes: 1024 };
const failureOf = (directory: string): Promise<unknown> =>
  openLevelStore({ directory, ...small, openDb: new FaultyDisk().openDb }).then(
    (store) => store.close(),
    (error: unknown) => error,
  );

describe('opening a directory', () => {
  it('makes it, and those on the way to it', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b', 'data');
    const store = await openLevelStore({ directory, ...small });
    expect((await stat(directory)).isDirectory()).toBe(true);
    await store.close();
  });

  it.each([
    ['below a file', ['file', 'data']],
    ['further below a file', ['file', 'a', 'b', 'data']],
    ['where a file is', ['file']],
  ])('%s fails with a code, and names the directory and the fault', async (_, path) => {
    const home = await temporaryDirectory();
    await writeFile(join(home, 'file'), '');
    const directory = join(home, ...path);
    const failure = await failureOf(directory);
    expect(failure).toBeInstanceOf(PersistenceError);
    expect(failure).toMatchObject({ code: 'OPEN_FAILED', cause: expect.any(Error) });
    expect(String(failure)).toContain(`${directory} can not be made: a file is in its way`);
  });

  // Recursive `mkdir` of Node tries this again and again, for minutes.
  it.runIf(process.platform === 'linux')('where no directory can be made fails, at once', async () => {
    for (const directory of ['/proc/quire', '/proc/quire/data']) {
      const failure = await failureOf(directory);
      expect(failure).toMatchObject({ code: 'OPEN_FAILED' });
      expect(String(failure)).toContain(`${directory} can not be made: `);
    }
  });

  // Not even root makes a directory there.
  it.runIf(process.platform === 'linux')('where nobody may write fails with a code', async () => {
    const failure = await failureOf('/sys/quire/data');
    expect(failure).toMatchObject({ code: 'OPEN_FAILED' });
    expect(String(failure)).toMatch(/can not be made: (this user may not write there|the file system is read-only)/);
  });

  it('a disk that fails while it is opened has a code too, and the database is closed again', async () => {
    const directory = join(await temporaryDirectory(), 'data');
    const disk = new FaultyDisk();
    let closed = 0;
    const openDb = async (path: string) => {
      const db = await disk.openDb(path);
      db.get = () => Promise.reject(new Error('an unreadable sector')) as never;
      const close = db.close.bind(db);
      db.close = (() => {
        closed += 1;
        return close();
      }) as typeof db.close;
      return db;
    };
    const failure = await openLevelStore({ directory, ...small, openDb }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'OPEN_FAILED', cause: expect.any(Error) });
    expect(String(failure)).toContain(directory);
    expect(closed).toBe(1);
  });
});
