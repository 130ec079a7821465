import { describe, expect, it } from 'vitest';
import { NO_SPANS, spansOf } from './spans.ts';
import { UnsafeEntries } from './unsafe-entries.ts';

const entry = (document: string, sequence: number) => ({ document, id: { incarnation: '00000000000000b1', sequence } });

describe('[G1] what is not yet where receipts want it', () => {
  it('is told by document, without what is there by now', () => {
    const unsafe = new UnsafeEntries();
    unsafe.add([entry('plan', 1), entry('notes', 2), entry('plan', 3)], NO_SPANS);
    expect(unsafe.of('plan', NO_SPANS)).toEqual(spansOf([1, 3]));
    expect(unsafe.of('plan', spansOf([1]))).toEqual(spansOf([3]));
    expect(unsafe.of('other', NO_SPANS)).toEqual([]);
    unsafe.addUnnamed(spansOf([9]));
    expect(unsafe.of('other', NO_SPANS)).toEqual(spansOf([9]));
  });

  it('[G4] is told of more than need be where there is too much of it, and never of less', () => {
    const unsafe = new UnsafeEntries();
    for (let sequence = 1; sequence <= 30_000; sequence += 1) unsafe.add([entry(`d${sequence}`, sequence)], NO_SPANS);
    expect(unsafe.of('d1', NO_SPANS)[0]?.first).toBe(1);
    expect(unsafe.of('d30000', NO_SPANS).at(-1)?.last).toBe(30_000);
    expect(unsafe.of('d1', [{ first: 1, last: 30_000 }])).toEqual([]);
    for (let sequence = 1; sequence <= 1_000; sequence += 2) unsafe.add([entry('hot', 30_000 + sequence)], NO_SPANS);
    const told = unsafe.of('hot', [{ first: 1, last: 30_000 }]);
    expect(told.length).toBeLessThan(100);
    expect([told[0]?.first, told.at(-1)?.last]).toEqual([30_001, 30_999]);
  });
});
