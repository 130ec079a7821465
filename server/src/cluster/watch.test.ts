import { describe, expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Announcement } from './announcement.ts';
import { spansOf } from './spans.ts';
import { isComplete, SILENT_AFTER_MS, Watch, type Way } from './watch.ts';

const NODE = '00000000000000a1';
const first = announcementOf({
  node: NODE,
  incarnation: '00000000000000b1',
  address: 'b',
  roll: { members: new Set([NODE]), forgotten: new Set() },
  holdings: new Map([['00000000000000b1', spansOf([1, 2])]]),
});

function open() {
  const clock = new ManualClock();
  const watch = new Watch(clock);
  const hear = (change: Partial<Announcement> = {}, way: Way = 'bus') => watch.hear({ ...first, ...change }, way);
  const isAlive = (incarnation = first.incarnation) => {
    const heard = watch.get(incarnation);
    return heard !== undefined && watch.isAlive(heard);
  };
  return { clock, watch, hear, isAlive };
}

describe('the watch', () => {
  it('[G7] takes a node for alive when what it says moves, and for silent four seconds after it stopped', () => {
    const { clock, hear, isAlive } = open();
    hear();
    expect(isAlive()).toBe(false);
    hear({ counter: 2 });
    expect(isAlive()).toBe(true);
    clock.advance(SILENT_AFTER_MS - 1);
    hear({ counter: 2 });
    expect(isAlive()).toBe(true);
    clock.advance(1);
    expect(isAlive()).toBe(false);
  });

  it('[R11] is not deceived by a bus that was rewound, nor by old news from others', () => {
    const { clock, hear, isAlive, watch } = open();
    hear({ counter: 5 }, 'direct');
    clock.advance(SILENT_AFTER_MS);
    hear({ counter: 3 });
    hear({ counter: 9 }, 'told');
    expect(isAlive()).toBe(false);
    expect(watch.get(first.incarnation)?.announcement.counter).toBe(9);
  });

  it('[G7] hears a node on the bus though what it answers directly is always later', () => {
    const { clock, hear, watch } = open();
    hear();
    for (let counter = 3; counter < 30; counter += 2) {
      clock.advance(1_000);
      hear({ counter: counter + 1 }, 'direct');
      const heard = hear({ counter });
      expect(watch.isOnBus(heard)).toBe(true);
    }
  });

  it('[G7] sees a node speak though others told of later words already', () => {
    const { clock, hear, isAlive } = open();
    hear();
    for (let counter = 2; counter < 10; counter += 1) {
      hear({ counter: counter + 1 }, 'told');
      clock.advance(1_000);
      hear({ counter });
      expect(isAlive()).toBe(true);
    }
  });

  it('[R12] knows what others told of a node when it hears that node itself say less', () => {
    const { hear, watch } = open();
    hear({ counter: 9, holdings: new Map([['00000000000000c1', spansOf([7])]]) }, 'told');
    const heard = hear({ counter: 2 });
    expect(heard).toBe(watch.get(first.incarnation));
    expect(heard.announcement.counter).toBe(9);
  });

  it('[R12] takes from others what a node said that the bus has no room for', () => {
    const { hear } = open();
    const rest = new Map([['00000000000000c1', spansOf([7])]]);
    const heard = hear({ counter: 2, digest: 'more' });
    expect(isComplete(heard)).toBe(false);
    hear({ counter: 1, holdings: rest }, 'told');
    expect([heard.holdings.get('00000000000000c1'), isComplete(heard)]).toEqual([spansOf([7]), false]);
    hear({ counter: 2, holdings: rest }, 'told');
    expect(isComplete(heard)).toBe(true);
  });

  it('[R12] can not tell at first whether somebody that it hears on the bus is alive', () => {
    const { clock, hear, watch } = open();
    hear({}, 'told');
    expect(watch.isUndecided).toBe(false);
    clock.advance(60_000);
    hear();
    expect(watch.isUndecided).toBe(true);
    clock.advance(2_500);
    expect(watch.isUndecided).toBe(false);
    hear({ incarnation: '00000000000000b2', state: 'leaving' });
    expect(watch.isUndecided).toBe(false);
  });

  it('[G7] takes the word of a node that leaves', () => {
    const { hear, isAlive } = open();
    hear({}, 'direct');
    hear({ counter: 2, state: 'leaving' });
    expect(isAlive()).toBe(false);
  });

  it('[R12] believes the latest life of a node about what exists, and every one that is alive', () => {
    const { clock, watch, hear } = open();
    const later = { incarnation: '00000000000000a9', generation: 2, holdings: new Map() };
    hear({}, 'direct');
    hear(later);
    expect(watch.current(NODE)?.announcement.generation).toBe(1);
    expect(watch.claims([NODE])).toHaveLength(2);
    clock.advance(SILENT_AFTER_MS);
    expect(watch.current(NODE)?.announcement.generation).toBe(2);
    expect(watch.claims([NODE]).map(({ announcement }) => announcement.generation)).toEqual([2]);
  });

  it('[R12] believes a node that was restored from an old backup, though its generation is low, and goes on to', () => {
    const { clock, watch, hear } = open();
    hear({ generation: 9 }, 'direct');
    clock.advance(SILENT_AFTER_MS);
    const restored = '00000000000000a9';
    hear({ incarnation: restored, generation: 2 });
    expect(watch.current(NODE)?.announcement.generation).toBe(9);
    hear({ incarnation: restored, generation: 2, counter: 2 });
    expect(watch.current(NODE)?.announcement.generation).toBe(2);
    hear({ incarnation: restored, generation: 2, counter: 3 });
    clock.advance(SILENT_AFTER_MS);
    expect(watch.current(NODE)?.announcement.generation).toBe(2);
  });

  it('[R12] finds a copy of its own directory only when that goes on speaking', () => {
    const { watch, hear } = open();
    hear();
    hear({ counter: 2 });
    expect(watch.clone(NODE)).toBeNull();
    hear({ counter: 3 });
    expect(watch.clone(NODE)?.announcement.incarnation).toBe(first.incarnation);
  });

  it('[G4] lets go of what nobody needs: the dead of those who do not belong, and lives that are long over', () => {
    const { clock, watch, hear } = open();
    for (let life = 1; life <= 20; life += 1)
      hear({ incarnation: life.toString(16).padStart(16, '0'), generation: life });
    expect(watch.prune(() => false)).toEqual([]);
    clock.advance(2_500);
    watch.prune(() => true);
    expect(watch.incarnations).toHaveLength(9);
    clock.advance(10 * 60_000);
    watch.prune(() => true);
    expect(watch.incarnations).toEqual(['0000000000000014']);
    expect(watch.prune(() => false)).toEqual(['0000000000000014']);
  });

  it('knows more of what an incarnation holds with everything it says, and never less', () => {
    const { watch, hear } = open();
    hear();
    hear({ counter: 2, holdings: new Map([['00000000000000c1', spansOf([7])]]) });
    expect([...(watch.get(first.incarnation)?.holdings.keys() ?? [])]).toHaveLength(2);
  });
});
