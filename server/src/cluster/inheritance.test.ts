import type { Holdings } from '@quire/persistence';
import { describe, expect, it } from 'vitest';
import type { ReceiptPolicy } from './cluster.ts';
import { Inheritance } from './inheritance.ts';

const holding = (incarnation: string, last: number) => new Map([[incarnation, [{ first: 1, last }]]]);
const inherit = (held: Holdings, policy: ReceiptPolicy, isOwn = false): Inheritance => {
  const owed = [...held.keys()].map((incarnation) => ({ incarnation, after: 0, isOwn }));
  return new Inheritance(held, owed, policy);
};
const isHeldBy = (inheritance: Inheritance, others: readonly Holdings[]): boolean => {
  inheritance.heldBy(others);
  return inheritance.isHeld;
};

describe('[G1] what a node held when it started', () => {
  it('is held once each part of it is on some other node, seen at different times', () => {
    const inheritance = inherit(new Map([...holding('a', 5), ...holding('b', 2)]), 'cluster');
    expect(isHeldBy(inheritance, [holding('a', 4), new Map()])).toBe(false);
    expect(isHeldBy(inheritance, [holding('a', 5), new Map()])).toBe(false);
    expect(isHeldBy(inheritance, [new Map(), holding('b', 2)])).toBe(true);
  });

  it('has to be on every other node where receipts are strict', () => {
    const inheritance = inherit(holding('a', 5), 'strict');
    expect(isHeldBy(inheritance, [holding('a', 5), holding('a', 4)])).toBe(false);
    expect(isHeldBy(inheritance, [holding('a', 5), holding('a', 9)])).toBe(true);
    // A node that joins later has yet to fetch it, and holds up nobody's receipt.
    expect(isHeldBy(inheritance, [holding('a', 5), new Map()])).toBe(true);
  });

  it('or in Redis, of which it has what a process of this node wrote, and with "strict" too', () => {
    const inheritance = inherit(holding('a', 5), 'strict', true);
    expect(isHeldBy(inheritance, [holding('a', 2), new Map()])).toBe(false);
    expect(inheritance.due).toEqual({ incarnation: 'a', first: 1, last: 5 });
    inheritance.published('a', [{ first: 1, last: 3 }]);
    expect(inheritance.due).toEqual({ incarnation: 'a', first: 4, last: 5 });
    expect(inheritance.owed).toEqual([{ incarnation: 'a', after: 3, isOwn: true }]);
    inheritance.published('a', [{ first: 4, last: 5 }]);
    expect([inheritance.isHeld, inheritance.due, inheritance.owed]).toEqual([true, null, []]);
  });

  it('and too large for Redis has its second place on another node', () => {
    const inheritance = inherit(holding('a', 1), 'strict', true);
    inheritance.tooLarge('a', [{ first: 1, last: 1 }]);
    expect([inheritance.due, inheritance.isHeld]).toEqual([null, false]);
    expect(isHeldBy(inheritance, [new Map(), holding('a', 1)])).toBe(true);
  });

  it('and too large for Redis is not waited for where there is no other node to have it', () => {
    const inheritance = inherit(holding('a', 2), 'strict', true);
    inheritance.tooLarge('a', [{ first: 2, last: 2 }]);
    expect(isHeldBy(inheritance, [])).toBe(false);
    inheritance.published('a', [{ first: 1, last: 1 }]);
    expect(isHeldBy(inheritance, [])).toBe(true);
  });

  it('and is known to be where it has to be is not waited for', () => {
    const after = (sequence: number) => [{ incarnation: 'a', after: sequence, isOwn: true }];
    expect(new Inheritance(holding('a', 5), after(5), 'strict').isHeld).toBe(true);
    expect(new Inheritance(holding('a', 5), after(3), 'strict').due).toEqual({ incarnation: 'a', first: 4, last: 5 });
  });

  it('waits for nobody where there is nothing, or no other node and nothing that goes to Redis', () => {
    expect(isHeldBy(inherit(new Map(), 'cluster'), [new Map()])).toBe(true);
    expect(isHeldBy(inherit(holding('a', 5), 'cluster'), [])).toBe(true);
    expect(isHeldBy(inherit(holding('a', 5), 'cluster', true), [])).toBe(false);
  });
});
