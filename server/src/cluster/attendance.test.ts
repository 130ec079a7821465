import { expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Attendance } from './attendance.ts';
import { SILENT_AFTER_MS, Watch } from './watch.ts';

function stage() {
  const clock = new ManualClock();
  const watch = new Watch(clock);
  const said: string[] = [];
  const attendance = new Attendance({
    watch,
    strangers: { incarnations: [], isAlive: () => false },
    membership: { node: 'ours' },
    clock,
    onBusSince: () => 0,
    onMet: (incarnation) => said.push(`${incarnation} met`),
    onLost: (incarnation) => said.push(`${incarnation} lost`),
  });
  let counter = 0;
  const hear = (incarnation: string, generation: number): void => {
    counter += 1;
    watch.hear(announcementOf({ node: 'theirs', incarnation, generation, counter }), 'bus');
    attendance.note();
  };
  const pass = (ms: number): string[] => {
    clock.advance(ms);
    attendance.note();
    return said.splice(0);
  };
  return { hear, pass };
}

it('[G7] loses once more, when it dies, a process that was lost while it was alive: rooms may have found it again', () => {
  const { hear, pass } = stage();
  for (let times = 0; times < 2; times += 1) hear('first', 1);
  // From a copy of its directory, until it draws an id of its own.
  for (let times = 0; times < 2; times += 1) hear('copy', 2);
  hear('first', 3);
  expect(pass(0)).toEqual(['first met', 'first lost', 'copy met', 'first met', 'copy lost']);
  const later: string[] = [];
  for (let passedMs = 0; passedMs < 2 * SILENT_AFTER_MS; passedMs += 1_000) {
    hear('first', 3);
    later.push(...pass(1_000));
  }
  expect(later).toEqual(['copy lost']);
});
