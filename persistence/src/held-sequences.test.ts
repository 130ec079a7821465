import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldSequences } from './held-sequences.ts';

it('[R11] knows exactly what was added, in whatever order and however often', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 80 }), (sequences) => {
      const held = new HeldSequences();
      const model = new Set<number>();
      for (const sequence of sequences) {
        held.add(sequence);
        model.add(sequence);
        let contiguous = 0;
        while (model.has(contiguous + 1)) contiguous += 1;
        expect(held.contiguous).toBe(contiguous);
        for (let probe = 0; probe <= 41; probe++) expect(held.has(probe)).toBe(model.has(probe));
      }
    }),
  );
});
