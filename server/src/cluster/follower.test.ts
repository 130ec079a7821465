import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Follower } from './follower.ts';
import { createMemoryHub } from './memory-hub.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function open() {
  const hub = createMemoryHub(new ManualClock());
  const [a, b] = [hub.bus('a'), hub.bus('b')];
  for (const bus of [a, b]) bus.open();
  await turn();
  const taken: number[] = [];
  let times = 0;
  const take = async (_from: string, records: readonly Uint8Array[]): Promise<void> => {
    taken.push(...records.map(([byte]) => byte ?? -1));
  };
  b.onRecords(take);
  const follower = new Follower({
    bus: b,
    take,
    onFollowed: () => {
      times += 1;
    },
  });
  return { hub, a, b, taken, follower, times: () => times };
}

describe('the follower', () => {
  it('[R12] reads what was published before, then everything that comes, and says from when on', async () => {
    const { hub, a, taken, follower, times } = await open();
    await a.publish(new Uint8Array([1]));
    follower.follow(['a']);
    expect(follower.followed.has('a')).toBe(false);
    await turn();
    expect(follower.followed.has('a')).toBe(true);
    await a.publish(new Uint8Array([2]));
    await hub.flush();
    expect(taken).toEqual([1, 2]);
    expect(times()).toBe(1);
  });

  it('[R12] does not take for followed what it could not read, and tries again', async () => {
    const { hub, a, b, taken, follower, times } = await open();
    await a.publish(new Uint8Array([1]));
    let failures = 0;
    const past = b.past.bind(b);
    b.past = (node) => {
      failures += 1;
      if (failures === 1) hub.cut('b');
      return past(node);
    };
    follower.follow(['a']);
    await turn();
    expect([follower.followed.has('a'), times()]).toEqual([false, 0]);
    hub.heal('b');
    await turn();
    follower.follow(['a']);
    await turn();
    expect(follower.followed.has('a')).toBe(true);
    expect(taken).toEqual([1]);
  });

  it('lets go of those that nobody names any more', async () => {
    const { follower } = await open();
    follower.follow(['a', 'c']);
    await turn();
    follower.follow(['a']);
    await turn();
    expect([...follower.followed]).toEqual(['a']);
  });
});
