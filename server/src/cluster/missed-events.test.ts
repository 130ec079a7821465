import { afterEach, describe, expect, it } from 'vitest';
import type { TakenEvents, UnheardHead } from '../events/closed-heads.ts';
import { HandBus, Post } from '../testing/hand-bus.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { away, connected, full } from '../testing/rooms-stage.ts';
import type { NodeReport } from './cluster.ts';
import { LATENCY_MS, MissedEvents, MOST_TRIES, NOTICED_AFTER_MS, TRY_AGAIN_MS } from './missed-events.ts';
import { PeerError } from './peer-link.ts';

const NOTHING: TakenEvents = { isAll: true, heads: [] };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function nodeOf(id: string, report: Partial<NodeReport> = {}): NodeReport {
  return {
    id,
    address: `http://${id}`,
    isSelf: false,
    state: 'ready',
    release: '1',
    heardMsAgo: 0,
    missingEntries: 0,
    ...report,
  };
}

function stage({ documents = 2, status = connected as HandBus['status'] } = {}) {
  const clock = new ManualClock();
  const bus = new HandBus(new Post());
  bus.status = status;
  const nodes = [nodeOf('self', { isSelf: true }), nodeOf('one')];
  const answers = new Map<string, TakenEvents>();
  const asked: string[] = [];
  const logged: unknown[] = [];
  const failures: Error[] = [];
  const heard: string[] = [];
  const missed = new MissedEvents({
    bus,
    clock,
    log: { error: (entry: unknown) => void logged.push(entry) },
    link: {
      async takenEvents(address, withinMs) {
        asked.push(`${address} ${withinMs}`);
        const [failure] = failures.splice(0);
        if (failure !== undefined) throw failure;
        const answer = answers.get(address);
        if (answer === undefined) throw new PeerError('unreachable', 'gone');
        return answer;
      },
    },
    readNodes: () => nodes,
    readDocuments: () => ({
      get areOfConcern() {
        return documents > 0;
      },
      takenWithin: () => NOTHING,
      missUntil: (at) => heard.push(at === null ? 'settled' : `until ${at}`),
      reach: ({ head, life, takenAt }: UnheardHead) => heard.push(`${life} ${head} at ${takenAt}`),
      *loseCount() {
        for (let count = 1; count <= documents; count += 1) {
          heard.push(`lost ${count}`);
          yield;
        }
      },
    }),
  });
  ends.push(() => missed.close());
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number): Promise<void> => {
    await turn();
    clock.advance(ms);
    await turn();
  };
  const beAway = async (ms: number): Promise<void> => {
    bus.become(away);
    await pass(ms);
    bus.become(connected);
    await turn();
  };
  return { answers, asked, beAway, bus, clock, failures, heard, logged, missed, nodes, pass };
}

describe('what was said while the bus was away', () => {
  it('[G3] is counted once it is back: the other nodes say how far their events came', async () => {
    const { answers, asked, beAway, clock, heard, pass } = stage();
    answers.set('http://one', { isAll: true, heads: [{ life: '0/plan', head: 'a.1', agoMs: 700 }] });
    await beAway(5_000);
    expect([asked, heard]).toEqual([['http://one 5000'], ['until 5000']]);
    // What was told just before the answer is still on its way.
    await pass(LATENCY_MS - 1);
    expect(heard).toEqual(['until 5000']);
    await pass(1);
    expect(heard).toEqual(['until 5000', '0/plan a.1 at 4300', 'settled']);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, TakenEvents | null]>([
    ['has forgotten some of it', { isAll: false, heads: [{ life: '0/plan', head: 'a.1', agoMs: 0 }] }],
    ['does not answer any more', null],
  ])('[G3] is told as unknown where a node %s', async (_, answer) => {
    const { answers, beAway, heard, nodes, pass } = stage();
    nodes.push(nodeOf('two', answer === null ? { state: 'silent', heardMsAgo: 5_000 + NOTICED_AFTER_MS } : {}));
    answers.set('http://one', NOTHING);
    if (answer !== null) answers.set('http://two', answer);
    await beAway(5_000);
    for (let tries = 1; tries < MOST_TRIES; tries += 1) await pass(TRY_AGAIN_MS);
    await pass(LATENCY_MS);
    expect(heard.filter((each) => !each.includes(' at '))).toEqual(['until 5000', 'lost 1', 'lost 2', 'settled']);
  });

  it('a node that was gone before has taken nothing of it', async () => {
    const { answers, asked, beAway, heard, nodes, pass } = stage();
    nodes.push(nodeOf('two', { state: 'silent', heardMsAgo: 5_001 + NOTICED_AFTER_MS }));
    nodes.push(nodeOf('three', { state: 'silent', heardMsAgo: null }));
    answers.set('http://one', NOTHING);
    await beAway(5_000);
    await pass(LATENCY_MS);
    expect([asked.length, heard]).toEqual([1, ['until 5000', 'settled']]);
  });

  it('a node that is busy is asked again, about so much longer', async () => {
    const { answers, asked, beAway, heard, pass } = stage();
    await beAway(5_000);
    answers.set('http://one', NOTHING);
    await pass(TRY_AGAIN_MS);
    await pass(LATENCY_MS);
    expect([asked, heard]).toEqual([
      ['http://one 5000', 'http://one 6000'],
      ['until 5000', 'settled'],
    ]);
  });

  it('is counted from its beginning where the bus goes away once more before that is done', async () => {
    const { answers, asked, beAway, heard, pass } = stage();
    answers.set('http://one', NOTHING);
    await beAway(5_000);
    await pass(LATENCY_MS / 2);
    await beAway(1_000);
    await pass(LATENCY_MS);
    expect([asked, heard]).toEqual([
      ['http://one 5000', 'http://one 6500'],
      ['until 5000', 'until 6500', 'settled'],
    ]);
  });

  it('is not settled where asking fails as it should not, and is counted after the next time', async () => {
    const { answers, asked, beAway, failures, heard, logged, pass } = stage();
    const err = new Error('as it should not');
    failures.push(err);
    answers.set('http://one', NOTHING);
    await beAway(5_000);
    await pass(LATENCY_MS);
    expect([logged, heard]).toEqual([[{ err }], ['until 5000']]);
    await beAway(1_000);
    await pass(LATENCY_MS);
    expect([asked.at(-1), heard.at(-1)]).toEqual(['http://one 7000', 'settled']);
  });

  it('nobody is asked where nobody can have missed anything, nor of a bus that only took no writes', async () => {
    const { asked, beAway, bus, heard, pass } = stage({ documents: 0, status: { state: 'connecting' } });
    bus.become(connected);
    await pass(0);
    expect([asked, heard]).toEqual([[], ['until 0', 'settled']]);
    bus.become(full);
    bus.become(connected);
    await pass(0);
    expect(heard).toHaveLength(2);
    await beAway(1_000);
    expect(asked).toEqual([]);
  });

  it('[G4] many documents are told some at a time, and none once it is closed', async () => {
    const { beAway, clock, heard, missed, pass } = stage({ documents: 250 });
    await beAway(1_000);
    for (let tries = 1; tries < MOST_TRIES; tries += 1) await pass(TRY_AGAIN_MS);
    await pass(LATENCY_MS);
    expect(heard.at(-1)).toBe('lost 100');
    await pass(10);
    expect(heard.at(-1)).toBe('lost 200');
    missed.close();
    await pass(1_000);
    expect([heard.at(-1), clock.pending]).toEqual(['lost 200', 0]);
  });
});
