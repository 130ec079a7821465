import { expect, test } from 'vitest';
import { highlightHtml } from './highlight-html.ts';

test('tags, attributes and values are told apart, and nothing gets lost', () => {
  const html = '<quire-room\n  name="Ada > Ben"\n>\n  say "hi" a=b\n  <b readonly>x</b>\n</quire-room>';
  const tokens = highlightHtml(html);
  expect(tokens.map(({ text }) => text).join('')).toBe(html);
  const of = (kind: string) => tokens.filter((token) => token.kind === kind).map(({ text }) => text);
  expect(of('tag')).toEqual(['<quire-room', '>', '<b', '>', '</b', '>', '</quire-room', '>']);
  expect(of('attribute')).toEqual(['name']);
  expect(of('value')).toEqual(['"Ada > Ben"']);
});
