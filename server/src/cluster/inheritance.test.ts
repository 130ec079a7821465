import { describe, expect, it } from 'vitest';
import { Inheritance } from './inheritance.ts';

const holding = (incarnation: string, last: number) => new Map([[incarnation, [{ first: 1, last }]]]);

describe('[G1] what a node held when it started', () => {
  it('is held once each part of it is on some other node, seen at different times', () => {
    const inheritance = new Inheritance(new Map([...holding('a', 5), ...holding('b', 2)]), 'cluster');
    expect(inheritance.isHeldBy([holding('a', 4), new Map()])).toBe(false);
    expect(inheritance.isHeldBy([holding('a', 5), new Map()])).toBe(false);
    expect(inheritance.isHeldBy([new Map(), holding('b', 2)])).toBe(true);
  });

  it('has to be on every other node where receipts are strict', () => {
    const inheritance = new Inheritance(holding('a', 5), 'strict');
    expect(inheritance.isHeldBy([holding('a', 5), holding('a', 4)])).toBe(false);
    expect(inheritance.isHeldBy([holding('a', 5), holding('a', 9)])).toBe(true);
    // A node that joins later has yet to fetch it, and holds up nobody's receipt.
    expect(inheritance.isHeldBy([holding('a', 5), new Map()])).toBe(true);
  });

  it('waits for nobody where there is nothing, or no other node', () => {
    expect(new Inheritance(new Map(), 'cluster').isHeldBy([new Map()])).toBe(true);
    expect(new Inheritance(holding('a', 5), 'cluster').isHeldBy([])).toBe(true);
  });
});
