import { expect, test } from 'vitest';
import { drawBars, ticksUpTo } from './plot.ts';

test('a plot has a bar for everybody, to scale, and text that XML can hold', () => {
  const svg = drawBars({
    title: 'p99 < 250 & more',
    caption: 'higher is better',
    unit: 'typists held',
    bars: [
      { label: 'Quire', value: 200, min: 180, max: 200, isOurs: true },
      { label: 'other', value: 100, min: 100, max: 100, isOurs: false },
    ],
  });
  expect(svg).toContain('p99 &lt; 250 &amp; more');
  const widths = [...svg.matchAll(/<rect class="bar[^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
  expect(widths).toHaveLength(2);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 1);
  expect(svg.match(/class="range"/g)).toHaveLength(1);
});

test.each([
  [1300, [0, 500, 1000]],
  [4500, [0, 1000, 2000, 3000, 4000]],
  [5, [0, 1, 2, 3, 4, 5]],
  [11.4, [0, 2.5, 5, 7.5, 10]],
  [0.9, [0, 0.2, 0.4, 0.6000000000000001, 0.8]],
])('an axis up to %d has ticks at %j', (largest, ticks) => {
  expect(ticksUpTo(largest)).toEqual(ticks);
});

test('a plot has an axis with what it counts', () => {
  const bars = [{ label: 'Quire', value: 1200, min: 1100, max: 1300, isOurs: true }];
  const svg = drawBars({ title: 'Typists', caption: '', unit: 'typists held', bars });
  const ticks = [...svg.matchAll(/class="tick"[^>]*>([^<]*)</g)].map((match) => match[1]);
  expect(ticks).toEqual(['0', '500', '1,000', 'typists held']);
});
