import { expect, test } from 'vitest';
import { mergeSettings } from './settings.ts';

const getToken = async () => 'fresh';

test('what an element says of itself counts before what is said further up', () => {
  const outer = {
    server: 'https://a',
    document: 'plan',
    name: 'Ada',
    lang: 'de',
    strings: { send: 'Senden', you: 'du' },
  };
  expect(mergeSettings({ document: 'notes', strings: { you: 'ich' } }, outer)).toEqual({
    ...outer,
    document: 'notes',
    strings: { send: 'Senden', you: 'ich' },
  });
  expect(mergeSettings({}, {})).toEqual({});
});

test('[G6] a token is never shown to another server than the one that it was given for', () => {
  const outer = { server: 'https://a', token: 'secret', getToken };
  expect(mergeSettings({ server: 'https://b' }, outer)).toEqual({ server: 'https://b' });
  expect(mergeSettings({ server: 'https://a' }, outer)).toEqual(outer);
  expect(mergeSettings({}, outer)).toEqual(outer);
});

test('[G6] a token of one’s own takes the place of the other’s way to get one', () => {
  const outer = { server: 'https://a', getToken };
  expect(mergeSettings({ token: 'mine' }, outer)).toEqual({ server: 'https://a', token: 'mine' });
});
