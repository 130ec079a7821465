import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { leafletRules, leafletStyles } from './leaflet-styles.ts';

const sheet = readFileSync(createRequire(import.meta.url).resolve('leaflet/dist/leaflet.css'), 'utf8');

test('what Leaflet needs of its style sheet is as the installed version has it', () => {
  const whole = squeeze(sheet);
  for (const rule of leafletRules) expect(whole).toContain(squeeze(rule));
});

test('a map asks for no picture', () => {
  expect(leafletStyles).not.toContain('url(');
});

function squeeze(css: string): string {
  return css.replace(/\s+/g, ' ').replace(/\s*([{}:;,])\s*/g, '$1');
}
