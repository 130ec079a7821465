import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import type { ReceiptPolicy } from './cluster.ts';
import { noMeters } from './meters.ts';
import { Receipts } from './receipts.ts';

const INCARNATION = '00000000000000b1';
const upTo = (last: number) => [{ first: 1, last }];

function open(policy: ReceiptPolicy, isBusConnected = true) {
  const clock = new ManualClock();
  const bus = { isConnected: isBusConnected };
  let withoutRedis = 0;
  const meters = {
    ...noMeters,
    receiptWithoutRedis: () => {
      withoutRedis += 1;
    },
  };
  const receipts = new Receipts({
    incarnation: INCARNATION,
    policy,
    clock,
    meters,
    patienceMs: 1_000,
    isBusConnected: () => bus.isConnected,
  });
  const ask = (sequence: number, incarnation = INCARNATION) => {
    const promise = receipts.acknowledged({ incarnation, sequence });
    const asked = { isOut: promise === null };
    void promise?.then(() => {
      asked.isOut = true;
    });
    return asked;
  };
  const store = (document: string, ...sequences: number[]) => {
    receipts.stored(sequences.map((sequence) => ({ document, id: { incarnation: INCARNATION, sequence } })));
  };
  return { receipts, clock, bus, ask, store, withoutRedis: () => withoutRedis };
}

/** For what waits for a promise that has resolved. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('receipts', () => {
  it('[G1] wait for Redis, each for its own entry', async () => {
    const { receipts, ask } = open('cluster');
    const [first, second] = [ask(1), ask(2)];
    receipts.published(1);
    await turn();
    expect([first.isOut, second.isOut]).toEqual([true, false]);
    expect(ask(1).isOut).toBe(true);
  });

  it('[G1] do not wait for what Redis does not take where there is no other node, and do once there is one', async () => {
    const { receipts, ask } = open('strict');
    receipts.tooLarge(1);
    receipts.published(1);
    const asked = ask(1);
    await turn();
    expect(asked.isOut).toBe(false);
    receipts.covered([]);
    await turn();
    expect(asked.isOut).toBe(true);
    receipts.covered([[]]);
    receipts.tooLarge(2);
    receipts.published(2);
    expect(ask(2).isOut).toBe(false);
  });

  it('[G1] go on from the disk alone while Redis is away, and are counted', async () => {
    const { receipts, bus, ask, withoutRedis } = open('cluster');
    const asked = ask(1);
    bus.isConnected = false;
    receipts.busIsAway();
    await turn();
    expect(asked.isOut).toBe(true);
    expect(ask(2).isOut).toBe(true);
    expect(withoutRedis()).toBe(2);
  });

  it('[G1] are not held for ever by a Redis that does not answer', async () => {
    const { clock, ask } = open('cluster');
    const asked = ask(1);
    clock.advance(999);
    await turn();
    expect(asked.isOut).toBe(false);
    clock.advance(1);
    await turn();
    expect(asked.isOut).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('[G1] of the strict policy wait for Redis or all other nodes, and for nothing less', async () => {
    const { receipts, clock, ask } = open('strict', false);
    const asked = ask(5);
    receipts.busIsAway();
    receipts.covered([]);
    receipts.covered([upTo(9), upTo(4)]);
    clock.advance(60_000);
    await turn();
    expect(asked.isOut).toBe(false);
    receipts.covered([upTo(9), upTo(5)]);
    await turn();
    expect(asked.isOut).toBe(true);
  });

  it('[G1] of the local policy wait for nothing', () => {
    expect(open('local').ask(1).isOut).toBe(true);
  });

  it('[G1] of an entry that is too large for Redis wait for another node', async () => {
    const { receipts, ask } = open('cluster');
    const asked = ask(2);
    receipts.tooLarge(2);
    receipts.published(2);
    await turn();
    expect(asked.isOut).toBe(false);
    receipts.covered([upTo(1), upTo(2)]);
    await turn();
    expect(asked.isOut).toBe(true);
  });

  it('[G1] of an entry that is too large for Redis outlast the patience with Redis, while another node may pull it', async () => {
    const { receipts, clock, ask, withoutRedis } = open('cluster');
    receipts.covered([[]]);
    const [large, ordinary] = [ask(1), ask(2)];
    receipts.tooLarge(1);
    clock.advance(1_000);
    await turn();
    expect([large.isOut, ordinary.isOut]).toEqual([false, true]);
    receipts.published(2);
    clock.advance(10_000);
    const later = ask(3);
    clock.advance(1_000);
    await turn();
    expect([large.isOut, later.isOut]).toEqual([false, true]);
    receipts.covered([upTo(1)]);
    await turn();
    expect(large.isOut).toBe(true);
    expect(withoutRedis()).toBe(2);
  });

  it('[G1] of an entry that is too large for Redis are not held for ever by nodes that do not pull it', async () => {
    const { receipts, clock, ask } = open('cluster');
    receipts.covered([[]]);
    const asked = ask(1);
    receipts.tooLarge(1);
    clock.advance(29_999);
    await turn();
    expect(asked.isOut).toBe(false);
    clock.advance(1);
    await turn();
    expect(asked.isOut).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('[G1] of an entry that is too large for Redis have the ordinary patience where there is no other node', async () => {
    const { receipts, clock, ask } = open('cluster');
    receipts.covered([]);
    const asked = ask(1);
    receipts.tooLarge(1);
    receipts.published(1);
    clock.advance(1_000);
    await turn();
    expect(asked.isOut).toBe(true);
  });

  it('that wait are counted, and it is known how long the first of them has', () => {
    const { receipts, clock, ask } = open('strict');
    expect(receipts.backlog).toEqual({ entries: 0, oldestMs: 0 });
    ask(1);
    clock.advance(300);
    ask(2);
    clock.advance(200);
    expect(receipts.backlog).toEqual({ entries: 2, oldestMs: 500 });
    receipts.published(1);
    expect(receipts.backlog).toEqual({ entries: 1, oldestMs: 200 });
  });

  it('[G4] wait together once very many do, and none goes out too early', async () => {
    const { receipts, ask } = open('strict');
    const asked = Array.from({ length: 10_010 }, (_, at) => ask(at + 1));
    expect(receipts.backlog.entries).toBe(10_000);
    receipts.published(10_009);
    await turn();
    expect(asked[10_009]?.isOut).toBe(false);
    receipts.published(10_010);
    await turn();
    expect(asked.every(({ isOut }) => isOut)).toBe(true);
    expect(receipts.backlog.entries).toBe(0);
  });

  it("[G1] of other incarnations' entries wait for nothing: they are not this node's to promise", () => {
    expect(open('strict').ask(1, '00000000000000ff').isOut).toBe(true);
  });

  it('[G1] of what was there at the start wait until that is elsewhere, and for what was stored since', async () => {
    const { receipts, store } = open('cluster');
    const asked = { isOut: false };
    store('plan', 1, 2);
    void receipts.acknowledgedSoFar('plan')?.then(() => {
      asked.isOut = true;
    });
    receipts.published(2);
    await turn();
    expect(asked.isOut).toBe(false);
    receipts.inheritedIsHeld();
    await turn();
    expect(asked.isOut).toBe(true);
    expect(receipts.acknowledgedSoFar('plan')).toBeNull();
  });

  it('[G1] of what another node refuses wait, and hold up those of no other entry and no other document', async () => {
    const { receipts, ask, store } = open('strict', false);
    receipts.inheritedIsHeld();
    store('bad', 2);
    store('plan', 1, 3);
    const asked = [ask(1), ask(2), ask(3)];
    receipts.covered([
      [
        { first: 1, last: 1 },
        { first: 3, last: 3 },
      ],
    ]);
    await turn();
    expect(asked.map(({ isOut }) => isOut)).toEqual([true, false, true]);
    expect(receipts.acknowledgedSoFar('plan')).toBeNull();
    expect(receipts.acknowledgedSoFar('bad')).not.toBeNull();
    expect(receipts.safeUpTo).toBe(1);
    receipts.published(3);
    await turn();
    expect(asked.map(({ isOut }) => isOut)).toEqual([true, true, true]);
    expect(receipts.safeUpTo).toBe(3);
  });
});
