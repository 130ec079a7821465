import { expect, it } from 'vitest';
import { withoutCredentials } from './without-credentials.ts';

it.each([
  ['redis://quire:hunter22@redis:6379/0', 'redis://…@redis:6379/0'],
  ['redis://:p@ss@redis', 'redis://…@redis'],
  ['redis-sentinel://a:1,b:2/main?sentinel-password=hunter22', 'redis-sentinel://a:1,b:2/main?…'],
  ['https://app.example/quire?key=hunter22&x=1', 'https://app.example/quire?…'],
  ['redis://quire:pass word@h', 'redis://…@h'],
  ['\n redis://quire:hunter22@h?x=hunter22', '\n redis://…@h?…'],
  ['redis-sentinel://a:1, b:2/main?sentinel-password=hunter22', 'redis-sentinel://a:1, b:2/main?…'],
  [' redis-sentinel://a:1/main?sentinel-password=p@ss\nword', ' redis-sentinel://a:1/main?…'],
  ['https://app.example?key=p@ss', 'https://…'],
  ['https://quire:p?ss@app.example', 'https://…'],
  ['https://quire:p#ss@app.example/quire?key=p@ss', 'https://…'],
  ['https://app.example/quire', 'https://app.example/quire'],
  ['https://app.example/@quire', 'https://app.example/@quire'],
  ['what is that? nothing', 'what is that? nothing'],
])('of %j people see %j', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});
