import { expect, it } from 'vitest';
import { NOTABLE_SKEW_MS, SkewWatch } from './skew-watch.ts';

it('a clock that is off is told of once, ahead or behind, and once when it is right again', () => {
  const told: string[] = [];
  const write =
    (level: string) =>
    ({ aheadMs }: { readonly aheadMs: number }): void => {
      told.push(`${level} ${aheadMs}`);
    };
  const watch = new SkewWatch({ info: write('info'), warn: write('warn') } as unknown as ConstructorParameters<
    typeof SkewWatch
  >[0]);
  const beyond = NOTABLE_SKEW_MS + 1;
  for (const skewMs of [null, 0, NOTABLE_SKEW_MS, beyond, beyond, 3, -3, -beyond, -beyond]) watch.note(skewMs);
  expect(told).toEqual([`warn ${beyond}`, 'info 3', `warn ${-beyond}`]);
});
