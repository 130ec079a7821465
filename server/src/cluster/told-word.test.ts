import { describe, expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { decodeAnnouncement } from './announcement.ts';
import { spansOf } from './spans.ts';
import { fullWord, tellWord } from './told-word.ts';
import { isComplete, learnAll, Watch } from './watch.ts';

const word = announcementOf({
  node: '00000000000000a1',
  incarnation: '00000000000000b1',
  address: 'b',
  roll: { members: new Set(['00000000000000a1']), forgotten: new Set() },
  holdings: new Map([['00000000000000b1', spansOf([1, 2])]]),
  digest: 'more',
});

const everyOther = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ first: at * 2 + 1, last: at * 2 + 1 }));

describe('[R12] what is told of a node that is silent', () => {
  it('is all that is known of it, and passes for all that it holds only where it is', () => {
    const heard = new Watch(new ManualClock()).hear(word, 'bus');
    expect(fullWord(heard).digest).toBe('more');
    learnAll(heard, new Map([['00000000000000c1', everyOther(100)]]));
    const told = decodeAnnouncement(tellWord(heard, new Map()) ?? new Uint8Array());
    expect([told.digest, told.holdings.get('00000000000000c1')]).toEqual(['', everyOther(100)]);
  });

  it('leaves out what the teller holds as well, where it is too much, and says that there is more', () => {
    const heard = new Watch(new ManualClock()).hear(word, 'bus');
    const common = everyOther(100_000);
    learnAll(
      heard,
      new Map([
        ['00000000000000c1', common],
        ['00000000000000c2', everyOther(100)],
      ]),
    );
    const ours = new Map([
      ['00000000000000c1', common],
      ['00000000000000c2', everyOther(99)],
    ]);
    const told = decodeAnnouncement(tellWord(heard, ours) ?? new Uint8Array());
    expect([...told.holdings.keys()]).toEqual(['00000000000000b1', '00000000000000c2']);
    expect(told.holdings.get('00000000000000c2')).toEqual(everyOther(100));
    expect(isComplete(new Watch(new ManualClock()).hear(told, 'told'))).toBe(false);
    expect(tellWord(heard, new Map())).toBeNull();
  });
});
