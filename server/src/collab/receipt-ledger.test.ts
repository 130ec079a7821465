import { describe, expect, it } from 'vitest';
import { ReceiptLedger } from './receipt-ledger.ts';

const span = (client: number, start: number, end: number) => ({ client, start, end });

/** A document that has nothing. */
const unknown = (_client: number): number => 0;

function arrive(
  ledger: ReceiptLedger,
  kind: 'update' | 'step-2',
  spans = [span(1, 0, 1)],
  { known = unknown, readAtMs = 0 } = {},
) {
  return { handshake: ledger.handshake, kind, owed: ledger.take(kind, spans, known), readAtMs };
}

describe('the receipts of one connection', () => {
  it('[R2] nothing is receipted before the step 2 of the handshake is durable, then all that is owed', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map());
    const typed = arrive(ledger, 'update');
    const stepTwo = arrive(ledger, 'step-2');
    expect(ledger.settle(typed).count).toBe(0);
    expect(ledger.settle(stepTwo).count).toBe(2);
    expect(ledger.settle(arrive(ledger, 'update')).count).toBe(1);
  });

  it('[R2] five edits made offline, which step 1 covers, get one receipt together: that of step 2', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map([[7, 5]]));
    const offline = [0, 1, 2, 3, 4].map((clock) => arrive(ledger, 'update', [span(7, clock, clock + 1)]));
    expect(offline.map((frame) => ledger.settle(frame).count)).toEqual([0, 0, 0, 0, 0]);
    expect(ledger.settle(arrive(ledger, 'step-2')).count).toBe(1);
  });

  it('[R2] an edit typed after step 1 is owed its own receipt', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map([[7, 5]]));
    const typed = arrive(ledger, 'update', [span(7, 5, 6)]);
    expect(ledger.settle(typed).count).toBe(0);
    expect(ledger.settle(arrive(ledger, 'step-2')).count).toBe(2);
  });

  it('[R2] what the document has already gets none before step 2: a step 1 that covers it is not kept', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map());
    expect(ledger.keptBytes).toBe(0);
    const known = (client: number): number => (client === 7 ? 5 : 0);
    expect(arrive(ledger, 'update', [span(7, 0, 5)], { known }).owed).toBe(false);
    expect(arrive(ledger, 'update', [span(7, 0, 6)], { known }).owed).toBe(true);
    const stepTwo = arrive(ledger, 'step-2');
    expect(arrive(ledger, 'update', [span(7, 0, 5)], { known }).owed).toBe(true);
    expect(ledger.settle(stepTwo).count).toBe(1);
    expect(arrive(ledger, 'update', [span(7, 0, 5)], { known }).owed).toBe(true);
  });

  it('[G4] what is kept of a step 1 is what the document lacks, until a step 2 is durable or the connection is gone', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map([[7, 5]]));
    const one = ledger.keptBytes;
    ledger.beginHandshake(new Map(Array.from({ length: 100 }, (_, client) => [client, 1])));
    expect(ledger.keptBytes).toBe(100 * one);
    const stepTwo = arrive(ledger, 'step-2');
    ledger.settle(stepTwo);
    expect(ledger.keptBytes).toBe(0);
    ledger.beginHandshake(new Map([[7, 5]]));
    const late = arrive(ledger, 'step-2');
    ledger.end();
    expect([ledger.keptBytes, ledger.settle(late).count]).toEqual([0, 0]);
  });

  it('[R2] a deletion typed before step 2 is owed one, though no state vector shows it', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map([[7, 5]]));
    expect(arrive(ledger, 'update', []).owed).toBe(true);
  });

  it('[R2] a frame that came before a new handshake gets no receipt in it', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map());
    ledger.settle(arrive(ledger, 'step-2'));
    const inFlight = arrive(ledger, 'update');
    ledger.beginHandshake(new Map([[1, 1]]));
    expect(ledger.settle(inFlight).count).toBe(0);
    expect(ledger.settle(arrive(ledger, 'step-2')).count).toBe(1);
  });

  it('[R2] a frame that came before the first step 1 gets none: the provider has not begun to count', () => {
    const ledger = new ReceiptLedger();
    const early = arrive(ledger, 'update');
    expect(ledger.settle(early).count).toBe(0);
    const alsoEarly = arrive(ledger, 'update');
    ledger.beginHandshake(new Map([[1, 1]]));
    expect(ledger.settle(alsoEarly).count).toBe(0);
    expect(ledger.settle(arrive(ledger, 'step-2')).count).toBe(1);
  });

  it('a client that sends no step 1 still gets its receipts with its step 2', () => {
    const ledger = new ReceiptLedger();
    expect(ledger.settle(arrive(ledger, 'update')).count).toBe(0);
    expect(ledger.settle(arrive(ledger, 'step-2')).count).toBe(2);
  });

  it('[R15] receipts that wait for the socket are a number, and are taken as many as fit', () => {
    const one = { count: 1, sinceMs: 0 };
    const ledger = new ReceiptLedger();
    for (let edit = 0; edit < 1_000; edit += 1) ledger.keepOwed(one);
    expect(ledger.takeOwed(600).count).toBe(600);
    expect(ledger.takeOwed(600).count).toBe(400);
    expect(ledger.owed).toBe(0);
  });

  it('receipts that leave together after a wait are each as old as the first of them, and what left is forgotten', () => {
    const ledger = new ReceiptLedger();
    ledger.beginHandshake(new Map());
    for (const readAtMs of [10, 20]) ledger.settle(arrive(ledger, 'update', [], { readAtMs }));
    const held = ledger.settle(arrive(ledger, 'step-2', [], { readAtMs: 30 }));
    expect(held).toEqual({ count: 3, sinceMs: 10 });
    const alone = ledger.settle(arrive(ledger, 'update', [], { readAtMs: 40 }));
    expect(alone).toEqual({ count: 1, sinceMs: 40 });
    for (const waiting of [held, alone]) ledger.keepOwed(waiting);
    expect(ledger.takeOwed(3)).toEqual({ count: 3, sinceMs: 10 });
    expect(ledger.takeOwed(3)).toEqual({ count: 1, sinceMs: 10 });
    ledger.keepOwed({ count: 1, sinceMs: 50 });
    expect(ledger.takeOwed(3)).toEqual({ count: 1, sinceMs: 50 });
  });

  it('[R2] receipts that still wait when a new handshake begins are owed no more', () => {
    const ledger = new ReceiptLedger();
    ledger.keepOwed({ count: 3, sinceMs: 0 });
    ledger.beginHandshake(new Map());
    expect(ledger.takeOwed(10).count).toBe(0);
  });
});
