import { expect, test } from 'vitest';
import { busyTicks, ownTicks } from './disturbance.ts';

test('the machine’s time is user, nice, system, interrupts and stolen, not idle and not waiting', () => {
  expect(busyTicks('cpu  100 20 30 9999 888 5 6 7 0 0\ncpu0 1 2 3 4')).toBe(168);
});

test('a process counts its own time and its dead children’s, whatever its name', () => {
  const fields = ['S', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 40, 30, 20, 10, 20, 0];
  expect(ownTicks(`123 (a (strange) name) ${fields.join(' ')}`)).toBe(100);
});
