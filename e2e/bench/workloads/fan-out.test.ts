import { expect, test } from 'vitest';
import { findMissing } from './fan-out.ts';

const lossy = { arrivals: 90, expectedArrivals: 100 };

test.each(['quire', 'quire-yjs'] as const)('%s must deliver all under load', (name) => {
  expect(() => findMissing(name, lossy)).toThrow(/10 of 100 arrivals are missing/);
  expect(findMissing(name, { arrivals: 100, expectedArrivals: 100 })).toBe(0);
});

test.each(['hocuspocus', 'y-websocket', 'bare'] as const)('%s may be beyond its limit', (name) => {
  expect(findMissing(name, lossy)).toBe(10);
});
