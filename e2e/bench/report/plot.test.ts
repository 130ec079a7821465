import { expect, test } from 'vitest';
import { drawBars } from './plot.ts';

test('a plot has a bar for everybody, to scale, and text that XML can hold', () => {
  const svg = drawBars({
    title: 'p99 < 250 & more',
    caption: 'higher is better',
    bars: [
      { label: 'Quire', value: 200, min: 180, max: 200, isOurs: true },
      { label: 'other', value: 100, min: 100, max: 100, isOurs: false },
    ],
  });
  expect(svg).toContain('p99 &lt; 250 &amp; more');
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
  expect(widths).toHaveLength(2);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(2, 1);
  expect(svg.match(/class="range"/g)).toHaveLength(1);
});
