import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { Strangers } from './strangers.ts';
import { JUDGED_AFTER_MS, SILENT_AFTER_MS } from './watch.ts';

it('[G7] takes a process whose words can’t be read to be alive while they change, and not for what may be old', () => {
  const clock = new ManualClock();
  const strangers = new Strangers(clock);
  const say = (word: string): void => strangers.hear('a', Buffer.from(word), 'later');
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

it('[R12] is undecided about who was heard once, until it would have spoken again', () => {
  const clock = new ManualClock();
  const strangers = new Strangers(clock);
  expect(strangers.isUndecided).toBe(false);
  strangers.hear('a', Buffer.from('one'), 'later');
  clock.advance(JUDGED_AFTER_MS - 1);
  expect(strangers.isUndecided).toBe(true);
  clock.advance(1);
  expect(strangers.isUndecided).toBe(false);
  strangers.hear('b', Buffer.from('one'), 'later');
  strangers.hear('b', Buffer.from('two'), 'later');
  expect(strangers.isUndecided).toBe(false);
});

it('[R12] takes a node to be alive that answers what can’t be read, for as long as it is asked no more often', () => {
  const clock = new ManualClock();
  const strangers = new Strangers(clock);
  const node = '00000000000000a1';
  const speaker = { node, generation: 3, address: 'http://a', release: '9.0.0' };
  const words = Buffer.from(JSON.stringify(speaker));
  strangers.answered('00000000000000a2', words, 'later');
  expect(strangers.all).toEqual([]);
  strangers.answered(node, words, 'later');
  clock.advance(14_000);
  expect(strangers.all).toEqual([{ speaker, fault: 'later', isAlive: true, heardMsAgo: 14_000, saidMsAgo: 14_000 }]);
  clock.advance(1_000);
  expect(strangers.all).toEqual([{ speaker, fault: 'later', isAlive: false, heardMsAgo: 15_000, saidMsAgo: 15_000 }]);
  strangers.answered(node, null, 'damaged');
  expect(strangers.all).toMatchObject([{ speaker: { node, release: '' }, fault: 'damaged', isAlive: true }]);
});

it('[R12] has nothing to wait for of a node any more that says and answers what can be read', () => {
  const strangers = new Strangers(new ManualClock());
  strangers.hear('a', Buffer.from('one'), 'damaged');
  strangers.answered('00000000000000a1', null, 'later');
  strangers.heardWell('a');
  expect(strangers.all).toMatchObject([{ fault: 'later' }]);
  strangers.answeredWell('00000000000000a1');
  expect([strangers.all, [...strangers.incarnations]]).toEqual([[], []]);
});

it('[G4] remembers so many, and forgets first who said something new the longest ago', () => {
  const strangers = new Strangers(new ManualClock());
  strangers.hear('first', Buffer.from('one'), 'later');
  strangers.hear('second', Buffer.from('one'), 'later');
  strangers.hear('first', Buffer.from('two'), 'later');
  for (let other = 0; other < 255; other += 1) strangers.hear(`${other}`, Buffer.from('one'), 'later');
  expect([...strangers.incarnations].slice(0, 2)).toEqual(['first', '0']);
});
