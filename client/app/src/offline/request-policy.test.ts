import { expect, test } from 'vitest';
import { decidePolicy } from './request-policy.ts';

const origin = 'https://quire.example';
const get = (path: string, mode = 'no-cors') => ({ method: 'GET', mode, url: `${origin}${path}` });

test('a page of the app can come from the store, whatever its address', () => {
  expect(decidePolicy(get('/', 'navigate'), origin)).toBe('page');
  expect(decidePolicy(get('/d/team%2Fplan?x=1', 'navigate'), origin)).toBe('page');
});

test('what the server answers is never taken from the store, also when a person types its address', () => {
  for (const path of ['/v1/documents', '/healthz', '/readyz', '/metrics', '/collab', '/yjs/team']) {
    expect(decidePolicy(get(path, 'navigate'), origin)).toBe('untouched');
  }
  expect(decidePolicy(get('/v1x', 'navigate'), origin)).toBe('page');
});

test('only reading requests to our own address are handled', () => {
  expect(decidePolicy({ ...get('/', 'navigate'), method: 'POST' }, origin)).toBe('untouched');
  expect(decidePolicy({ method: 'GET', mode: 'navigate', url: 'https://elsewhere.example/' }, origin)).toBe(
    'untouched',
  );
});

test('files with a hash in their name are stored for good, those without are refreshed', () => {
  expect(decidePolicy(get('/assets/index-abc.js'), origin)).toBe('immutable');
  expect(decidePolicy(get('/theme.js'), origin)).toBe('refreshed');
});
