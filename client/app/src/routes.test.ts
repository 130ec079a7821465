import { expect, test } from 'vitest';
import { documentPath, parseRoute } from './routes.ts';

test.each(['plan', 'team/plan', 'a%2Fb', '100 %', 'Fähre?#x', '../..', 'plan '])(
  'the address of document “%s” leads back to it',
  (name) => {
    const { pathname } = new URL(documentPath(name), 'http://quire.example');
    expect(parseRoute(pathname)).toEqual({ page: 'document', name });
  },
);

test('slashes may be typed as they are', () => {
  expect(parseRoute('/d/team/plan')).toEqual({ page: 'document', name: 'team/plan' });
});

test('the bin has one address', () => {
  expect(parseRoute('/bin')).toEqual({ page: 'bin' });
  expect(parseRoute('/bin/')).toEqual({ page: 'not-found' });
});

test('the gallery has one address, and what lies below it is no page', () => {
  for (const path of ['/widgets', '/widgets/']) expect(parseRoute(path)).toEqual({ page: 'widgets' });
  expect(parseRoute('/widgets/quire.js')).toEqual({ page: 'not-found' });
});

test('comments are beside their document, and no page of their own', () => {
  for (const pathname of ['/d/~comments%2Fteam%2Fplan', '/d/~comments/plan'])
    expect(parseRoute(pathname)).toEqual({ page: 'not-found' });
});

test('an address that is none leads to the page that says so', () => {
  for (const pathname of ['/d', '/d/', '/x', '/d/%E0%A4%A'])
    expect(parseRoute(pathname)).toEqual({ page: 'not-found' });
});
