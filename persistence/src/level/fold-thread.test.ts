import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { FIRST_EPOCH } from '../epoch.ts';
import { failsWith } from '../testing/fails-with.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Typist, textOf } from '../testing/sample-updates.ts';
import { decodeBlob } from './document-records.ts';
import { encodeEntry } from './entry-record.ts';
import type { FoldJob } from './fold-jobs.ts';
import { FoldThread } from './fold-thread.ts';
import { entryKey, KIND, lifeKey, segmentKey } from './keys.ts';
import { packRecords } from './packed-records.ts';

const snapshotKey = lifeKey(KIND.snapshot, 'notes', FIRST_EPOCH);

function jobOf(updates: readonly Uint8Array[], spoil: (record: Uint8Array) => Uint8Array = (same) => same): FoldJob {
  const records = updates.map((update, i) => {
    const id = { incarnation: '0123456789abcdef', sequence: i + 1 };
    const key = entryKey(lifeKey(KIND.entry, 'notes', FIRST_EPOCH), id);
    return [key, spoil(encodeEntry(key, { time: i, updates: [{ author: '', update }] }))] as const;
  });
  const job = {
    kind: 'fold',
    document: 'notes',
    snapshotKey,
    segmentKey: segmentKey('notes', FIRST_EPOCH, 1),
  } as const;
  return { ...job, snapshot: null, entries: packRecords(records) };
}

function typed(text: string): Uint8Array[] {
  const typist = new Typist();
  return [...text].map((key) => typist.type(key));
}

describe('the fold thread', () => {
  it('starts with the first job, and ends when none has come for a while', async () => {
    const clock = new ManualClock();
    const thread = new FoldThread(clock);
    expect(thread.running).toBe(false);
    const { snapshot } = await thread.run(jobOf(typed('abc')));
    expect(thread.running).toBe(true);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, decodeBlob({ key: snapshotKey }, snapshot));
    expect(textOf(doc)).toBe('abc');
    clock.advance(29_999);
    expect(thread.running).toBe(true);
    clock.advance(1);
    expect(thread.running).toBe(false);
    await thread.run(jobOf(typed('again')));
    expect(thread.running).toBe(true);
    await thread.close();
    expect(thread.running).toBe(false);
  });

  it('gives way to every other thread of the process', async () => {
    const thread = new FoldThread(new ManualClock());
    const before = countNiceThreads();
    await thread.run(jobOf(typed('abc')));
    expect(countNiceThreads()).toBe(before + 1);
    await thread.close();
  });

  it('does its jobs in order, and names the record that is damaged', async () => {
    const thread = new FoldThread(new ManualClock());
    const done: number[] = [];
    const damaged = jobOf(typed('b'), (record) => record.subarray(0, record.byteLength - 1));
    const jobs = [jobOf(typed('a')), damaged, jobOf(typed('c'))].map((job, i) =>
      thread.run(job).finally(() => done.push(i)),
    );
    await expect(jobs[1]).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      document: 'notes',
      key: expect.stringMatching(/^65/),
    });
    await Promise.all([jobs[0], jobs[2]]);
    expect(done).toEqual([0, 1, 2]);
    await thread.close();
  });

  it('rejects what it has not done when it closes, and takes nothing more', async () => {
    const thread = new FoldThread(new ManualClock());
    const jobs = [thread.run(jobOf(typed('a'))), thread.run(jobOf(typed('b')))];
    const rejected = jobs.map((job) => expect(job).rejects.toSatisfy(failsWith('CLOSED')));
    await thread.close();
    await Promise.all(rejected);
    await expect(thread.run(jobOf(typed('c')))).rejects.toSatisfy(failsWith('CLOSED'));
  });

  it('that dies fails its job only, and the next job gets a new one', async () => {
    const workers: { terminate(): Promise<number> }[] = [];
    const { Worker } = await import('node:worker_threads');
    const postMessage = vi.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (
      this: InstanceType<typeof Worker>,
    ) {
      workers.push(this);
    });
    const thread = new FoldThread(new ManualClock());
    const lost = thread.run(jobOf(typed('a')));
    const next = thread.run(jobOf(typed('b')));
    postMessage.mockRestore();
    await workers[0]?.terminate();
    await expect(lost).rejects.toMatchObject({ code: 'FOLD_FAILED', document: 'notes', retryable: true });
    expect((await next).kind).toBe('fold');
    await thread.close();
  });
});

/** Threads of this process with the lowest priority; see proc(5), field 19 of `stat`. */
function countNiceThreads(): number {
  const niceness = readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
  return niceness.filter((nice) => nice === 19).length;
}
