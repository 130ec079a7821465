import { expect, test } from 'vitest';
import { presenceColors, safeColor } from './presence-colors.ts';

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('there are ten colours, and white text on each has a contrast of at least 5.3', () => {
  expect(new Set(presenceColors.map((color) => color.value)).size).toBe(10);
  for (const { value } of presenceColors) expect(1.05 / (luminance(value) + 0.05)).toBeGreaterThanOrEqual(5.3);
});

test('a colour from the wire that is not one cannot reach a style', () => {
  for (const bad of ['red; background: url(//x)', 'var(--ink)', '#fff', '', null, 7, {}]) {
    expect(safeColor(bad)).toBe('#4b5c70');
  }
  expect(safeColor('#7C3AED')).toBe('#7C3AED');
});
