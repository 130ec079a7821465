import { expect, test } from 'vitest';
import { createTimeline, describeTimeline } from './timeline.ts';

/** A clock that is told what time it is. */
function createHands(): { now: () => number; at: number } {
  const hands = { at: 0, now: () => hands.at };
  return hands;
}

test('what happened to several people is told in one order', () => {
  const hands = createHands();
  const [ada, ben] = [createTimeline(hands), createTimeline(hands)];
  const noted = [
    [100, ada, 'connects to /collab'],
    [101.25, ben, 'connects to /yjs/plan'],
    [104, ada, '→ update, 24 bytes'],
    [112.5, ben, '← update, 24 bytes'],
    [1_500, ada, 'link: offline'],
  ] as const;
  for (const [at, timeline, what] of noted) {
    hands.at = at;
    timeline.note(what);
  }
  expect(describeTimeline({ Ada: { timeline: ada }, 'Ben at work': { timeline: ben } })).toMatchInlineSnapshot(`
    "What went over the wire last:
            0.0 ms  Ada          connects to /collab
            1.3 ms  Ben at work  connects to /yjs/plan
            4.0 ms  Ada          → update, 24 bytes
           12.5 ms  Ben at work  ← update, 24 bytes
         1400.0 ms  Ada          link: offline"
  `);
});

test('the last are kept and shown, and it is said how many came before', () => {
  const timeline = createTimeline({ size: 5, now: () => 7 });
  for (let number = 1; number <= 8; number += 1) timeline.note(`event ${number}`);
  expect(timeline.events.map(({ what }) => what)).toEqual(['event 4', 'event 5', 'event 6', 'event 7', 'event 8']);
  expect(describeTimeline({ Ada: { timeline } }, { last: 2 })).toMatchInlineSnapshot(`
    "What went over the wire last:
            0.0 ms  Ada  event 7
            0.0 ms  Ada  event 8
      (not shown: 6 earlier ones of Ada)"
  `);
});

test('of nobody there is nothing to tell', () => {
  expect(describeTimeline({})).toBe('What went over the wire last: nothing.');
});
