import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BacklogAge } from './backlog-age.ts';

describe('the age of a backlog', () => {
  it('is that of its oldest, to the second, whatever comes and goes', () => {
    const step = fc.record({ wait: fc.nat(3_000), come: fc.nat(5), leave: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const age = new BacklogAge();
        const cameAt: number[] = [];
        let now = 0;
        let gone = 0;
        for (const { wait, come, leave } of steps) {
          now += wait;
          if (come > 0) age.came(cameAt.length + 1, now);
          for (let count = 0; count < come; count += 1) cameAt.push(now);
          gone = Math.min(cameAt.length, gone + leave);
          age.left(gone, cameAt.length);
          const oldest = cameAt[gone];
          const real = oldest === undefined ? 0 : now - oldest;
          expect(age.oldestMs(now)).toBeGreaterThanOrEqual(real);
          expect(age.oldestMs(now)).toBeLessThan(real + (real === 0 && oldest === undefined ? 1 : 1_000));
        }
      }),
    );
  });

  it('[G4] takes bounded memory however long the bus is away, and still knows the oldest', () => {
    const age = new BacklogAge();
    for (let second = 0; second < 50_000; second += 1) age.came(second + 1, second * 1_000);
    expect(age.oldestMs(50_000_000)).toBe(50_000_000);
    age.left(49_990, 50_000);
    expect(age.oldestMs(50_000_000)).toBeLessThan(60_000);
  });
});
