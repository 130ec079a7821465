import { describe, expect, it } from 'vitest';
import { announcementOf } from '../testing/announcements.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Announcement } from './announcement.ts';
import type { Stranger } from './strangers.ts';
import { findUnreadNodes } from './unread-nodes.ts';
import { Watch } from './watch.ts';

const alive = { fault: 'later', isAlive: true, heardMsAgo: 0, saidMsAgo: 0 } as const;
const silent = { fault: 'later', isAlive: false, heardMsAgo: null, saidMsAgo: 1_000 } as const;

function strangerOf(node: string, generation: number, standing: Omit<Stranger, 'speaker'>): Stranger {
  return { speaker: { node, generation, address: `http://${node}`, release: `${generation}.0.0` }, ...standing };
}

function wordOf(node: string, generation: number, counter: number): Announcement {
  return announcementOf({ node, incarnation: `${node}${generation}`, generation, counter, release: '1.0.0' });
}

describe('nodes of which nothing can be read here but whose words they are', () => {
  const find = (strangers: readonly Stranger[], watch = new Watch(new ManualClock())): string[] =>
    findUnreadNodes(strangers, ['b', 'c'], watch).map(({ node, release, isAlive }) => {
      return `${node} ${release} ${isAlive ? 'alive' : 'silent'}`;
    });

  it('[R12] are all that are alive, and those of the others that are members', () => {
    const nameless = { speaker: null, ...alive };
    expect(find([strangerOf('b', 2, silent), strangerOf('x', 3, alive), strangerOf('y', 3, silent), nameless])).toEqual(
      ['b 2.0.0 silent', 'x 3.0.0 alive', '  alive'],
    );
    expect(find([{ speaker: null, ...silent }])).toEqual([]);
  });

  it('[R12] are each known by its latest words, and by those of the process that is alive', () => {
    expect(find([strangerOf('b', 3, silent), strangerOf('b', 4, silent), strangerOf('b', 2, silent)])).toEqual([
      'b 4.0.0 silent',
    ]);
    expect(find([strangerOf('b', 2, alive), strangerOf('b', 4, silent)])).toEqual(['b 2.0.0 alive']);
  });

  it('[R12] are not those that have said something later that can be read, as after they were put back', () => {
    const clock = new ManualClock();
    const watch = new Watch(clock);
    watch.hear(wordOf('b', 3, 1), 'told');
    expect(find([strangerOf('b', 2, silent)], watch)).toEqual([]);
    expect(find([strangerOf('b', 4, silent)], watch)).toEqual(['b 4.0.0 silent']);
    // Out of a backup, it counts its starts from before.
    for (const counter of [2, 3]) watch.hear(wordOf('b', 3, counter), 'bus');
    expect(find([strangerOf('b', 4, silent)], watch)).toEqual([]);
    // What it was heard to say before that counts no more when it is silent again; what it has said since does.
    clock.advance(60_000);
    expect(find([strangerOf('b', 4, { ...silent, saidMsAgo: 60_001 })], watch)).toEqual([]);
    expect(find([strangerOf('b', 4, { ...silent, saidMsAgo: 59_999 })], watch)).toEqual(['b 4.0.0 silent']);
  });

  it('[R12] are not those whose very words can be read since this node was updated, but what was damaged stays so', () => {
    const watch = new Watch(new ManualClock());
    watch.hear(wordOf('b', 4, 1), 'bus');
    expect(find([strangerOf('b', 4, silent)], watch)).toEqual([]);
    expect(find([strangerOf('b', 5, silent)], watch)).toEqual(['b 5.0.0 silent']);
    expect(find([{ ...strangerOf('b', 4, silent), fault: 'damaged' }], watch)).toEqual(['b 4.0.0 silent']);
  });
});
