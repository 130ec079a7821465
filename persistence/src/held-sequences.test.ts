import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstHeldFrom, HeldSequences } from './held-sequences.ts';

it('[R11] knows exactly what was added, in whatever order and however often', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 10 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 80 }),
      (from, sequences) => {
        const held = new HeldSequences(from);
        const model = new Set(Array.from({ length: from }, (_, i) => i + 1));
        for (const sequence of sequences) {
          held.add(sequence);
          model.add(sequence);
          let contiguous = 0;
          while (model.has(contiguous + 1)) contiguous += 1;
          expect(held.contiguous).toBe(contiguous);
          for (let probe = 0; probe <= 41; probe++) expect(held.has(probe)).toBe(model.has(probe));
        }
        const { spans } = held;
        const listed = spans.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        expect(listed).toEqual([...model].sort((a, b) => a - b));
        // Neither overlapping nor touching: between two of them something is missing.
        for (const { last } of spans) expect(model.has(last + 1)).toBe(false);
        for (let probe = 0; probe <= 41; probe++) {
          expect(firstHeldFrom(spans, probe)).toBe(listed.find((each) => each >= probe) ?? Number.POSITIVE_INFINITY);
        }
      },
    ),
  );
});

it('gives out the same spans until something is added, and never changes them afterwards', () => {
  const held = new HeldSequences(3);
  const before = held.spans;
  held.add(2);
  expect(held.spans).toBe(before);
  held.add(4);
  expect(held.spans).toEqual([{ first: 1, last: 4 }]);
  expect(before).toEqual([{ first: 1, last: 3 }]);
});
