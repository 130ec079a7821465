import { expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Attendance } from './attendance.ts';
import { Strangers } from './strangers.ts';
import { JUDGED_AFTER_MS, SILENT_AFTER_MS, Watch } from './watch.ts';

function stage() {
  const clock = new ManualClock();
  const watch = new Watch(clock);
  const strangers = new Strangers(clock);
  const said: string[] = [];
  const attendance = new Attendance({
    watch,
    strangers,
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
  const hearStrange = (incarnation: string, words: string): void => {
    strangers.hear(incarnation, Buffer.from(words), 'later');
    attendance.note();
  };
  const pass = (ms: number): string[] => {
    clock.advance(ms);
    attendance.note();
    return said.splice(0);
  };
  return { hear, hearStrange, pass };
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

it('[G7] loses, as soon as it can be told that it is dead, a process that died before it was heard twice: people may have come to it', () => {
  const { hear, hearStrange, pass } = stage();
  hear('short-lived', 1);
  hearStrange('of tomorrow', 'hello');
  expect(pass(JUDGED_AFTER_MS - 1)).toEqual([]);
  expect(pass(1)).toEqual(['short-lived lost', 'of tomorrow lost']);
  expect(pass(60_000)).toEqual([]);
  // It had only stood still.
  hear('short-lived', 1);
  expect(pass(0)).toEqual(['short-lived met']);
});

it('[G7] loses a process that is remembered no more', () => {
  const { hearStrange, pass } = stage();
  for (const words of ['one', 'two']) hearStrange('first', words);
  for (let other = 0; other < 256; other += 1) hearStrange(`${other}`, 'one');
  expect(pass(0)).toEqual(['first met', 'first lost']);
});
