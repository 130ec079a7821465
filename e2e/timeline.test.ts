import { expect, it } from 'vitest';
import { createTimeline } from './timeline.ts';

const withoutTimes = (told: string): string => told.replaceAll(/^\d+\.\d{3} s {2}/gm, '');

it('a timeline tells the latest events, and how many came before those', () => {
  const timeline = createTimeline(2);
  for (const event of ['first', 'second']) timeline.note(event);
  expect(withoutTimes(timeline.tell())).toBe('first\nsecond');
  for (const event of ['third', 'fourth', 'fifth']) timeline.note(event);
  expect(withoutTimes(timeline.tell())).toBe('3 earlier events are left out\nfourth\nfifth');
});
