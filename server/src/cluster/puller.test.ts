import { type Entry, MemoryStore } from '@quire/persistence';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Logger } from '../observability/log.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Adopter } from './adopter.ts';
import { RecordError } from './entry-record.ts';
import type { Source } from './gaps.ts';
import { noMeters } from './meters.ts';
import { PeerError, type Want } from './peer-link.ts';
import { Puller } from './puller.ts';

const silent = pino({ level: 'silent' });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const theirs = '00000000000000b1';
const missing = new Map([[theirs, [{ first: 1, last: 3 }]]]);
const source: Source = { incarnation: theirs, address: 'b', holdings: missing };

function entry(sequence: number, document = 'plan'): Entry {
  return {
    id: { incarnation: theirs, sequence },
    document,
    epoch: { count: 1, id: '0000000000000000' },
    time: 1,
    updates: [{ author: '', update: new Uint8Array([0, 0]) }],
  };
}

function open(answer: (wants: readonly Want[]) => readonly Entry[], log: Logger = silent) {
  const clock = new ManualClock();
  const store = new MemoryStore({ clock });
  const adopter = new Adopter({ store, clock, log, meters: noMeters });
  const asked: (readonly Want[])[] = [];
  let [adoptions, unreadable] = [0, 0];
  const puller = new Puller({
    peers: {
      status: () => Promise.reject(new PeerError('unreachable', 'not asked for')),
      entries: async (_address, wants) => {
        asked.push(wants);
        return answer(wants);
      },
    },
    adopter,
    clock,
    log,
    meters: noMeters,
    onAdopted: () => {
      adoptions += 1;
    },
    onUnreadable: () => {
      unreadable += 1;
    },
    onError() {},
  });
  return { clock, store, adopter, puller, asked, adoptions: () => adoptions, unreadable: () => unreadable };
}

describe('the puller', () => {
  it('[R11] stores what it is given, and says that there may be more to ask for', async () => {
    const { puller, store, adoptions, clock } = open(() => [entry(1), entry(2)]);
    puller.pull(missing, [source]);
    await turn();
    expect(store.holdings().get(theirs)).toEqual([{ first: 1, last: 2 }]);
    expect(adoptions()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('[G4] asks a peer one thing at a time', async () => {
    const { puller, asked } = open(() => [entry(1)]);
    puller.pull(missing, [source]);
    puller.pull(missing, [source]);
    expect(asked).toHaveLength(1);
    await turn();
  });

  it('[R12] tells an operator how far it is, every five seconds, where it has much to fetch, and nothing of a little', async () => {
    const lines: unknown[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { puller, clock } = open(([want]) => [entry(want?.spans[0]?.first ?? 0)], log);
    const from = (first: number, last: number): Source['holdings'] => new Map([[theirs, [{ first, last }]]]);
    const fetch = async (first: number, last: number): Promise<void> => {
      puller.pull(from(first, last), [{ ...source, holdings: from(first, last) }]);
      await turn();
    };
    await fetch(1, 999);
    expect(lines).toEqual([]);
    await fetch(2, 2_001);
    await fetch(3, 2_001);
    clock.advance(5_000);
    await fetch(4, 2_001);
    expect(lines).toMatchObject([
      { msg: 'Fetching entries from other nodes', missing: 2_000, pulled: 1 },
      { msg: 'Fetching entries from other nodes', missing: 1_998, pulled: 3 },
    ]);
  });

  it('asks a peer that fails, or gives nothing, ever less often', async () => {
    const { puller, asked, clock } = open(() => {
      throw new PeerError('unreachable', 'it is not there');
    });
    for (let passed = 0; passed < 60_000; passed += 250) {
      puller.pull(missing, [source]);
      await turn();
      clock.advance(250);
    }
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.length).toBeLessThan(25);
  });

  it('[R13] says that an answer is of a later release, and not that a peer is away or damaged something', async () => {
    const faults = [
      new PeerError('unreachable', 'it is not there'),
      new PeerError('unsuitable', 'it is damaged', { cause: new RecordError('damaged', 'half of it') }),
      new PeerError('unsuitable', 'it is of tomorrow', { cause: new RecordError('unknown-version', 'version 2') }),
    ];
    const said = [];
    for (const fault of faults) {
      const { puller, unreadable } = open(() => {
        throw fault;
      });
      puller.pull(missing, [source]);
      await turn();
      said.push(unreadable());
    }
    expect(said).toEqual([0, 0, 1]);
  });

  it('[G4] takes only what it asked for', async () => {
    const { puller, store } = open(() => [entry(1), entry(99)]);
    puller.pull(missing, [source]);
    await turn();
    expect(store.holdings().get(theirs)).toEqual([{ first: 1, last: 1 }]);
  });

  it('[R11] passes over an entry that can not be stored, and takes the others', async () => {
    const { puller, store, adopter } = open(() => [entry(1), entry(2, 'bad\u0000name'), entry(3)]);
    puller.pull(missing, [source]);
    await turn();
    expect(store.holdings().get(theirs)).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 3 },
    ]);
    expect(adopter.refused.get(theirs)).toEqual([{ first: 2, last: 2 }]);
  });

  it('[G5] keeps what it was given while the disk refuses writes, and stores it without asking again', async () => {
    const { puller, store, adopter, asked } = open(() => [entry(1)]);
    store.refuse();
    puller.pull(missing, [source]);
    await turn();
    expect(store.holdings().size).toBe(0);
    expect(adopter.refused.size).toBe(0);
    store.recover();
    await turn();
    expect(store.holdings().size).toBe(1);
    expect(asked).toHaveLength(1);
  });
});
