import { describe, expect, it, vi } from 'vitest';
import type { DocumentConnection } from './document-connection.ts';
import { NOTHING, type Submission } from './submission.ts';
import { WaitingReceipts } from './waiting-receipts.ts';

interface Tracked {
  readonly submission: Submission;
  readonly rejected: unknown[];
}

function track(bytes = 10, stored = false): Tracked {
  const rejected: unknown[] = [];
  const settled = { resolve() {}, reject: (error: unknown) => void rejected.push(error) };
  const content = [{ author: '', update: new Uint8Array(bytes) }];
  return { submission: { ...NOTHING, content, stored, settled }, rejected };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('[G1] receipts that wait for other nodes', () => {
  it('leave in the order of their flushes, whatever the order in which other nodes have them', async () => {
    const onDue = vi.fn();
    const receipts = new WaitingReceipts(1_000_000, onDue);
    const [one, two, three] = [track(), track(), track()];
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    receipts.hold([one.submission], first.promise);
    receipts.hold([two.submission], second.promise);
    receipts.hold([three.submission], null);
    second.resolve();
    await turn();
    expect([receipts.areDue, receipts.takeDue(), onDue.mock.calls.length]).toEqual([false, [], 0]);
    first.resolve();
    await turn();
    expect([receipts.areDue, onDue.mock.calls.length]).toEqual([true, 1]);
    expect(receipts.takeDue()).toEqual([one.submission, two.submission, three.submission]);
    expect(receipts.isEmpty).toBe(true);
  });

  it('wait for what was read from the disk to be elsewhere, though they bring nothing new', async () => {
    const receipts = new WaitingReceipts(1_000_000, () => {});
    const read = Promise.withResolvers<void>();
    receipts.holdBack(read.promise);
    expect([receipts.isEmpty, receipts.areWaitedFor]).toEqual([false, false]);
    const { submission } = track(0);
    receipts.hold([submission], null);
    expect([receipts.takeDue(), receipts.areWaitedFor]).toEqual([[], true]);
    read.resolve();
    await turn();
    expect([receipts.takeDue(), receipts.isEmpty]).toEqual([[submission], true]);
    receipts.holdBack(null);
    expect(receipts.isEmpty).toBe(true);
  });

  it('are none of what other nodes brought: that waits for nobody', () => {
    const receipts = new WaitingReceipts(1_000_000, () => {});
    receipts.hold([track(10, true).submission], new Promise(() => {}));
    expect(receipts.isEmpty).toBe(true);
  });

  it('[G4] are full with more batches, or more bytes, than may wait; and not any more once those have left', async () => {
    const many = new WaitingReceipts(1_000_000_000, () => {});
    const others = Promise.withResolvers<void>();
    for (let batch = 0; batch < 1_000; batch += 1) many.hold([track().submission], others.promise);
    expect(many.isFull).toBe(false);
    many.hold([track().submission], others.promise);
    expect(many.isFull).toBe(true);
    others.resolve();
    await turn();
    expect([many.takeDue().length, many.isFull]).toEqual([1_001, false]);

    const heavy = new WaitingReceipts(1_000, () => {});
    heavy.hold([track(900).submission], new Promise(() => {}));
    expect(heavy.isFull).toBe(true);
  });

  it('are given up for good once nobody waits for other nodes any more: those that wait, and those that would', () => {
    const receipts = new WaitingReceipts(1_000_000, () => {});
    const [before, after] = [track(), track()];
    receipts.hold([before.submission], new Promise(() => {}));
    const error = new Error('stopped');
    receipts.end(error);
    receipts.hold([after.submission], new Promise(() => {}));
    expect([before.rejected, after.rejected, receipts.isEmpty]).toEqual([[error], [error], true]);
  });
});

describe('[G4] receipts of those who have left', () => {
  it('take no room while no node can be reached, and those who stay keep theirs', async () => {
    let bytes = 0;
    const receipts = new WaitingReceipts(
      100_000,
      () => {},
      (change) => {
        bytes += change;
      },
    );
    const others = Promise.withResolvers<void>();
    const stays = track();
    receipts.hold([stays.submission], others.promise);
    const gone = { ...NOTHING, connection: { listeners: null } as unknown as DocumentConnection };
    for (let left = 10_000; left > 0; left -= 1) receipts.hold([gone], null);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(receipts.isFull).toBe(false);
    others.resolve();
    await turn();
    const due = receipts.takeDue();
    expect(bytes).toBe(0);
    expect(due[0]).toBe(stays.submission);
    expect(due.length).toBeLessThan(1_000);
  });

  it('that are given up are taken off what waits', async () => {
    let bytes = 0;
    const receipts = new WaitingReceipts(
      1_000_000,
      () => {},
      (more) => {
        bytes += more;
      },
    );
    const { submission } = track();
    receipts.hold([submission], new Promise(() => {}));
    expect(bytes).toBeGreaterThan(0);
    receipts.letGoOf(submission);
    expect(bytes).toBe(0);
  });
});
