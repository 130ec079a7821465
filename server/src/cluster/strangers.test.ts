import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Strangers } from './strangers.ts';
import { SILENT_AFTER_MS } from './watch.ts';

it('[G7] takes a process whose words can’t be read to be alive while they change, and not for what may be old', () => {
  const clock = new ManualClock();
  const strangers = new Strangers(clock);
  const say = (word: string): void => strangers.hear('a', Buffer.from(word));
  say('one');
  say('one');
  expect([strangers.isAlive('a'), strangers.isAnyAlive]).toEqual([false, false]);
  say('two');
  expect([...strangers.incarnations].map((each) => [each, strangers.isAlive(each)])).toEqual([['a', true]]);
  clock.advance(SILENT_AFTER_MS - 1);
  say('two');
  expect([strangers.isAlive('a'), strangers.isAnyAlive]).toEqual([true, true]);
  clock.advance(1);
  expect([strangers.isAlive('a'), strangers.isAlive('b'), strangers.isAnyAlive]).toEqual([false, false, false]);
});

it('[G4] remembers so many, and forgets first who said something new the longest ago', () => {
  const strangers = new Strangers(new ManualClock());
  strangers.hear('first', Buffer.from('one'));
  strangers.hear('second', Buffer.from('one'));
  strangers.hear('first', Buffer.from('two'));
  for (let other = 0; other < 255; other += 1) strangers.hear(`${other}`, Buffer.from('one'));
  expect([...strangers.incarnations].slice(0, 2)).toEqual(['first', '0']);
});
