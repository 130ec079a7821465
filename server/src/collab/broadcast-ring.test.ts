import { describe, expect, it } from 'vitest';
import { BroadcastRing, type RingBudget, type RingLimit, type RingReader } from './broadcast-ring.ts';

const KIB = 1024;

class Reader implements RingReader {
  position: number;
  isOut = false;
  /** Whose limit it fell out by. */
  limit: RingLimit | null = null;

  constructor(position: number) {
    this.position = position;
  }

  fellOut(limit: RingLimit): void {
    this.isOut = true;
    this.limit = limit;
  }
}

const budgetOf = (maxBytes = 1024 * KIB): RingBudget => ({ bytes: 0, maxBytes });
const body = (mark: number, bytes = KIB): Uint8Array => new Uint8Array(bytes).fill(mark);
const marks = (bodies: readonly Uint8Array[]): number[] => bodies.map(([mark]) => mark ?? -1);

function join(ring: BroadcastRing): Reader {
  const reader = new Reader(ring.end);
  ring.join(reader);
  return reader;
}

describe('the ring of a document', () => {
  it('[R16] holds nothing while nobody is behind, and numbers all the same', () => {
    const budget = budgetOf();
    const ring = new BroadcastRing(64 * KIB, budget);
    ring.append([body(1), body(2)]);
    expect([ring.end, ring.bytes, budget.bytes]).toEqual([2, 0, 0]);
    const reader = join(ring);
    ring.append([body(3)]);
    expect(marks(ring.read(reader.position, 64 * KIB))).toEqual([3]);
    ring.leave(reader);
    expect([ring.end, ring.bytes, budget.bytes]).toEqual([3, 0, 0]);
  });

  it('[R16] holds a broadcast once, however many have yet to be sent it', () => {
    const ring = new BroadcastRing(64 * KIB, budgetOf());
    join(ring);
    ring.append([body(1)]);
    const forOne = ring.bytes;
    const other = new BroadcastRing(64 * KIB, budgetOf());
    for (let readers = 0; readers < 100; readers += 1) join(other);
    other.append([body(1)]);
    expect(other.bytes).toBe(forOne);
  });

  it('[G4] never holds more than the document may, and casts out exactly those who need what was let go of', () => {
    const ring = new BroadcastRing(8 * KIB, budgetOf());
    const early = join(ring);
    ring.append([body(0)]);
    const late = join(ring);
    let most = 0;
    for (let mark = 1; mark <= 6; mark += 1) {
      ring.append([body(mark)]);
      most = Math.max(most, ring.bytes);
    }
    expect([early.isOut, late.isOut, early.limit]).toEqual([true, false, 'document-ring']);
    expect(marks(ring.read(late.position, 64 * KIB))).toEqual([1, 2, 3, 4, 5, 6]);
    ring.append([body(7), body(8)]);
    expect(late.isOut).toBe(true);
    expect(most).toBeLessThanOrEqual(8 * KIB);
    expect(ring.bytes).toBe(0); // nobody is left
  });

  it('[G4] holds nothing of a broadcast that is larger than all it may hold', () => {
    const ring = new BroadcastRing(8 * KIB, budgetOf());
    const reader = join(ring);
    ring.append([body(1, 9 * KIB)]);
    expect(reader.isOut).toBe(true);
    expect(ring.bytes).toBe(0);
  });

  it('[G4] small broadcasts are weighed with what an array costs beside them', () => {
    const ring = new BroadcastRing(8 * KIB, budgetOf());
    const reader = join(ring);
    for (let count = 0; count < 100; count += 1) ring.append([body(1, 10)]);
    expect(reader.isOut).toBe(true);
  });

  it('[G4] all documents together hold no more than the node may', () => {
    const budget = budgetOf(10 * KIB);
    const rings = [1, 2, 3].map(() => new BroadcastRing(8 * KIB, budget));
    const readers = rings.map(join);
    for (const ring of rings) ring.append([body(1, 4 * KIB)]);
    expect(readers.map(({ isOut, limit }) => [isOut, limit])).toEqual([
      [false, null],
      [false, null],
      [true, 'rings'],
    ]);
    expect(budget.bytes).toBeLessThanOrEqual(10 * KIB);
    for (const ring of rings) ring.close();
    expect(budget.bytes).toBe(0);
  });

  it('lets go of what nobody needs any more, while others are still behind', () => {
    const ring = new BroadcastRing(1024 * KIB, budgetOf());
    const [slow, quick] = [join(ring), join(ring)];
    for (let mark = 0; mark < 200; mark += 1) {
      ring.append([body(mark)]);
      slow.position = Math.max(0, mark - 10);
      quick.position = mark + 1;
    }
    expect(ring.bytes).toBeLessThan(80 * KIB);
    expect(marks(ring.read(slow.position, KIB))).toEqual([189]);
  });

  it('is read in portions, and a broadcast larger than one is one', () => {
    const ring = new BroadcastRing(1024 * KIB, budgetOf());
    const reader = join(ring);
    ring.append([body(1), body(2, 50 * KIB), body(3), body(4)]);
    const portions: number[][] = [];
    while (reader.position < ring.end) {
      const portion = ring.read(reader.position, 4 * KIB);
      reader.position += portion.length;
      portions.push(marks(portion));
    }
    expect(portions).toEqual([[1], [2], [3, 4]]);
    expect(ring.read(reader.position, 4 * KIB)).toEqual([]);
  });
});
