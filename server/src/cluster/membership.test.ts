import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../testing/simulation/disk.ts';
import type { ClusterFile, ClusterRecord } from './cluster-file.ts';
import { Membership } from './membership.ts';

const NOTHING = { heard: [], unread: [], owed: [] };
const ids = (...given: string[]): (() => string) => {
  return () => given.shift() ?? 'ffffffffffffffff';
};

describe('membership', () => {
  it('[R12] keeps its id over restarts, and a generation that tells them apart', async () => {
    const file = new MemoryFile(null);
    const first = new Membership(file, ids('00000000000000a1'));
    await first.load('00000000000000b1', []);
    const second = new Membership(file, ids('00000000000000a2'));
    await second.load('00000000000000b1', []);
    expect([first.node, first.generation]).toEqual(['00000000000000a1', 1]);
    expect([second.node, second.generation]).toEqual(['00000000000000a1', 2]);
    expect(file.record?.generation).toBe(2);
  });

  it('[G1] notes that this process may write what is nowhere else, before it does, and what those before it may have', async () => {
    const file = new MemoryFile(null);
    const begun = await new Membership(file, ids('00000000000000a1')).load('00000000000000b1', ['00000000000000b0']);
    // Nobody knows who wrote what was there before there was a cluster.
    expect(begun.owed).toEqual([{ incarnation: '00000000000000b0', after: 0, isOwn: false }]);
    const next = await new Membership(file, ids()).load('00000000000000b2', ['00000000000000b0', '00000000000000b1']);
    expect(next.owed).toEqual([...begun.owed, { incarnation: '00000000000000b1', after: 0, isOwn: true }]);
  });

  it('[R12] goes beyond a generation that was borne before the backup that it was restored from', async () => {
    const membership = new Membership(new MemoryFile(null), ids('00000000000000a1'));
    await membership.load('00000000000000b1', []);
    expect(membership.outgrow(7)).toBe(true);
    expect(membership.generation).toBe(8);
    expect(membership.outgrow(7)).toBe(false);
  });

  it('[R12] under a new id still knows the former one', async () => {
    const membership = new Membership(new MemoryFile(null), ids('00000000000000a1', '00000000000000a2'));
    await membership.load('00000000000000b1', []);
    membership.drawNewId();
    expect(membership.node).toBe('00000000000000a2');
    expect(membership.others).toEqual(['00000000000000a1']);
    membership.strike('00000000000000a1');
    expect(membership.others).toEqual([]);
  });

  it('writes one record after the other, the latest last, and goes on after one that failed', async () => {
    const written: ClusterRecord[] = [];
    let failures = 0;
    const file: ClusterFile = {
      read: async () => null,
      async write(record) {
        await new Promise((resolve) => setImmediate(resolve));
        if (written.length === 1 && failures === 0) {
          failures += 1;
          throw new Error('the disk is full');
        }
        written.push(record);
      },
    };
    const membership = new Membership(file, ids('00000000000000a1'));
    await membership.load('00000000000000b1', []);
    const failed = membership.save(NOTHING);
    membership.form();
    const saved = membership.save(NOTHING);
    await expect(failed).rejects.toThrow('the disk is full');
    await saved;
    expect(written.map(({ isFormed }) => isFormed)).toEqual([false, true]);
  });
});
