import { expect, test } from 'vitest';
import { findCores, parseCoreList, readAllowedCores, shareOutCores } from './cores.ts';

test.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['2,4-5\n', [2, 4, 5]],
])('the kernel’s %j is %j', (list, cores) => {
  expect(parseCoreList(list)).toEqual(cores);
});

const alone = (core: number): number[] => [core];

test.each([
  ['the first of two', [0, 1], alone, { server: '0', load: '1', areApart: true }],
  ['one of those that a container has', [2, 3, 6], alone, { server: '2', load: '3,6', areApart: true }],
  ['the only one, with the load', [5], alone, { server: '5', load: '5', areApart: false }],
  [
    'one whose other thread idles',
    [0, 1, 2, 3],
    (core: number) => [core % 2, (core % 2) + 2],
    { server: '0', load: '1,3', areApart: true },
  ],
  ['one whose other thread is all that there is', [0, 1], () => [0, 1], { server: '0', load: '1', areApart: false }],
] as const)('a server has %s', (_, allowed, twinsOf, cores) => {
  expect(shareOutCores(allowed, twinsOf)).toEqual(cores);
});

test('here there are such', () => {
  const { load, server } = findCores();
  expect(load === server).toBe(readAllowedCores().length === 1);
});
