import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLevelStore } from '../level/open-level-store.ts';
import type { DocumentStore, Entry } from '../store.ts';
import { loadText } from '../testing/rebuild.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { Victim } from '../testing/victim.ts';

/** Every entry of a victim's incarnation, by the number that it wrote into the author. */
async function survivors(store: DocumentStore, incarnation: string): Promise<Map<number, Entry>> {
  const found = new Map<number, Entry>();
  for (let after = 0; ; ) {
    const entries = await store.entries({ incarnation, after, limit: 500 });
    const last = entries.at(-1);
    if (last === undefined) return found;
    for (const entry of entries) found.set(Number(entry.updates[0]?.author), entry);
    after = last.id.sequence;
  }
}

async function expectNothingLost(store: DocumentStore, victim: Victim): Promise<void> {
  const found = await survivors(store, victim.incarnation);
  const lost = [...victim.stored].filter(([number, sequence]) => found.get(number)?.id.sequence !== sequence);
  expect(lost).toEqual([]);
  expect(store.holdings().get(victim.incarnation)).toEqual([{ first: 1, last: found.size }]);
  const texts = new Map<string, string>();
  for (const { document } of found.values()) {
    if (!texts.has(document)) texts.set(document, (await loadText(store, document)) ?? '');
  }
  for (const [number, { document }] of found) expect(texts.get(document)).toContain(`${number},`);
}

describe('SIGKILL', () => {
  it('[G1] loses no confirmed edit, however often it strikes, in the middle of folds too', async () => {
    const directory = await temporaryDirectory();
    const victims: Victim[] = [];
    for (const receipts of [150, 317, 222]) {
      const victim = new Victim(directory);
      await victim.until(({ folds, stored }) => stored.size >= receipts && folds >= 2);
      await victim.kill();
      expect(victim.stored.size).toBeGreaterThanOrEqual(100);
      expect(victim.sent.size).toBeGreaterThan(victim.stored.size);
      victims.push(victim);
    }
    const store = await openLevelStore({ directory });
    for (const victim of victims) await expectNothingLost(store, victim);
    const folded = (await store.list({ limit: 100 })).documents.filter(
      (stat) => stat.state === 'live' && stat.historyBytes > 0,
    );
    expect(folded.length).toBeGreaterThan(0);
    await store.close();
  });
});

describe('a directory in use', () => {
  it('is refused to a second process, with the name of the first', async () => {
    const directory = await temporaryDirectory();
    const victim = new Victim(directory);
    await victim.until(({ incarnation }) => incarnation !== '');
    const attempt = openLevelStore({ directory });
    await expect(attempt).rejects.toMatchObject({ code: 'LOCKED', retryable: false });
    await expect(attempt).rejects.toThrow(`process ${victim.pid} on ${hostname()}, since 2`);
    await victim.kill();
    const store = await openLevelStore({ directory, address: 'http://127.0.0.1:8080' });
    await expect(openLevelStore({ directory })).rejects.toThrow(
      `process ${process.pid} on ${hostname()}, since ${new Date().getFullYear()}`,
    );
    await expect(openLevelStore({ directory })).rejects.toThrow('http://127.0.0.1:8080');
    await store.close();
    await (await openLevelStore({ directory })).close();
  });
});

/** A disk of its own. Fails when it can't be mounted: a machine where this rule can't be tested must say so. */
async function mountDisk(megabytes: number): Promise<string> {
  const directory = await temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory]);
  // Registered after the directory's own removal, and therefore run before it.
  onTestFinished(() => {
    // Lazily, because a failed test may leave a store open on it.
    execFileSync('umount', ['--lazy', directory]);
  });
  return directory;
}

/** Takes the last byte that the disk has. */
function fillToTheBrim(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let chunk = Buffer.alloc(1 << 20, 1); chunk.byteLength > 0; ) {
      try {
        writeSync(file, chunk);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        chunk = chunk.subarray(0, chunk.byteLength >> 1);
      }
    }
  } finally {
    closeSync(file);
  }
}

describe('a full disk', () => {
  it('[G5] [R1] stops the receipts; freed, the store goes on by itself, and a SIGKILL then loses nothing', async () => {
    const disk = await mountDisk(16);
    const victim = new Victim(join(disk, 'data'), 60);
    await victim.until(({ stored }) => stored.size >= 100);
    fillToTheBrim(join(disk, 'filler'));
    await victim.until(({ statuses }) => statuses.includes('refusing'));
    // What the reserve gave back is taken too, so that not even the log can be replayed.
    fillToTheBrim(join(disk, 'filler'));
    fillToTheBrim(join(disk, 'more'));
    await victim.until(({ statuses }) => statuses.at(-1) === 'refusing');
    const during = victim.stored.size;
    rmSync(join(disk, 'filler'));
    rmSync(join(disk, 'more'));
    await victim.until(({ statuses }) => statuses.at(-1) === 'ready');
    await victim.until(({ stored }) => stored.size >= during + 200);
    await victim.kill();
    expect(victim.sent.size).toBeGreaterThan(victim.stored.size);
    const store = await openLevelStore({ directory: join(disk, 'data'), reserveBytes: 1024 });
    await expectNothingLost(store, victim);
    await store.close();
  });
});
