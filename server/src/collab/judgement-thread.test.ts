import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { makeManySubdocuments, makeManyTexts, makeTangle } from '../testing/made-up-updates.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { type Case, judge, weighCase } from './judgement.ts';
import {
  JudgementThread,
  type JudgementThreadOptions,
  type Question,
  type Ruling,
  type Sender,
  type WorkerListener,
} from './judgement-thread.ts';

const EMPTY_VECTOR = Y.encodeStateVector(new Y.Doc());
const holdings = { stateVector: EMPTY_VECTOR, ahead: new Map(), pending: [], tombstone: new Map() };
const caseOf = (update: Uint8Array, maxParts = 500_000): Case => ({
  kind: 'update',
  update,
  holdings,
  serverRoot: null,
  maxParts,
});
const ada: Sender = { party: 'ada', isWanted: () => true };
const typed = (text: string): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = 1_000_000; // what it weighs counts here, and ids that are drawn differ in length
  doc.getText('body').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
};

/** A thread that answers when a test says so. */
class FakeWorker {
  readonly asked: Question[] = [];
  readonly listener: WorkerListener;
  isResting = false;
  isTerminated = false;

  constructor(listener: WorkerListener) {
    this.listener = listener;
  }

  ask(question: Question): void {
    this.isResting = false;
    this.asked.push(question);
  }

  rest(): void {
    this.isResting = true;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  answer(): void {
    const question = this.asked.shift();
    if (question === undefined) throw new Error('nothing was asked');
    this.listener.onAnswer({ number: question.number, finding: judge(question.asked) });
  }
}

function stage(options: Partial<JudgementThreadOptions> = {}) {
  const clock = new ManualClock();
  const workers: FakeWorker[] = [];
  const errors: unknown[] = [];
  const thread = new JudgementThread({
    clock,
    log: { error: (details: unknown) => void errors.push(details) } as JudgementThreadOptions['log'],
    meters: null,
    maxBytes: 1_000,
    maxMs: 10_000,
    maxHeapMb: 100,
    startWorker: (_, listener) => {
      const worker = new FakeWorker(listener);
      workers.push(worker);
      return worker;
    },
    ...options,
  });
  const rulings: (readonly [string, Ruling['kind']])[] = [];
  const ask = (name: string, { update = typed(name), sender = ada } = {}): Promise<void> =>
    thread.judge(caseOf(update), sender).then((ruling) => {
      if (ruling.kind === 'sound') ruling.letGo();
      rulings.push([name, ruling.kind]);
    });
  const last = (): FakeWorker => {
    const worker = workers.at(-1);
    if (worker === undefined) throw new Error('no thread was started');
    return worker;
  };
  return { clock, thread, workers, errors, rulings, ask, last };
}

/** Where the system has no thread to give, or one that takes no questions, as often as is said. */
function stageWithThreads(threads: ('none' | 'deaf' | 'sound')[]) {
  const started: FakeWorker[] = [];
  const staged = stage({
    startWorker: (_, listener) => {
      const kind = threads.shift();
      if (kind === 'none') throw new Error('no thread to be had');
      const worker = new FakeWorker(listener);
      if (kind === 'deaf') {
        worker.ask = () => {
          throw new Error('it takes no questions');
        };
      }
      started.push(worker);
      return worker;
    },
  });
  const last = (): FakeWorker => {
    const worker = started.at(-1);
    if (worker === undefined) throw new Error('no thread was started');
    return worker;
  };
  return { ...staged, last };
}

describe('the thread that judges large updates', () => {
  it('is started by the first one, keeps no process alive between them, and is ended when none has come for a while', async () => {
    const { clock, thread, workers, ask, last } = stage();
    expect(workers).toEqual([]);
    const judged = ask('first');
    last().answer();
    await judged;
    expect(last().isResting).toBe(true);
    clock.advance(29_999);
    expect(thread.running).toBe(true);
    clock.advance(1);
    expect([thread.running, last().isTerminated]).toEqual([false, true]);
    const again = ask('again');
    last().answer();
    await again;
    expect(workers).toHaveLength(2);
    thread.close();
    expect(clock.pending).toBe(0);
  });

  it('judges one at a time, those of one sender in the order in which they came', async () => {
    const { rulings, ask, last } = stage();
    const all = Promise.all([ask('one'), ask('two', { update: new Uint8Array([255]) }), ask('three')]);
    for (const _ of [1, 2, 3]) {
      expect(last().asked).toHaveLength(1);
      last().answer();
    }
    await all;
    expect(rulings).toEqual([
      ['one', 'sound'],
      ['two', 'bad'],
      ['three', 'sound'],
    ]);
  });

  it('[G4] has room for so many bytes, and for one that is larger when it is alone', async () => {
    const { thread, ask, last } = stage({ maxBytes: 100 });
    expect(thread.makeRoomFor(5_000, ada)).toBe(true);
    const judged = ask('x'.repeat(50));
    expect(thread.makeRoomFor(10, ada)).toBe(true);
    expect(thread.makeRoomFor(5_000, ada)).toBe(false);
    last().answer();
    await judged;
    expect(thread.makeRoomFor(5_000, ada)).toBe(true);
  });

  it('[G4] counts what is told of the document too, until what was found has been compared with it', async () => {
    const { thread, last } = stage({ maxBytes: 2_000 });
    const crowded = caseOf(typed('x'));
    const clocks = new Map(Array.from({ length: 10 }, (_, client) => [client, 1]));
    const judged = thread.judge(
      { ...crowded, holdings: { ...holdings, stateVector: new Uint8Array(1_000), ahead: clocks } },
      ada,
    );
    expect(thread.makeRoomFor(300, ada)).toBe(true);
    expect(thread.makeRoomFor(500, ada)).toBe(false);
    last().answer();
    const ruling = await judged;
    expect(thread.makeRoomFor(500, ada)).toBe(false);
    if (ruling.kind !== 'sound') throw new Error('a sound update expected');
    ruling.letGo();
    expect(thread.makeRoomFor(500, ada)).toBe(true);
  });

  it('[G4] goes round: who sends many waits longer, and nobody else does', async () => {
    const { rulings, ask, last } = stage();
    const ben: Sender = { party: 'ben', isWanted: () => true };
    const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => ask(name));
    const all = Promise.all([...flood, ask('b1', { sender: ben }), ask('b2', { sender: ben })]);
    for (let turn = 0; turn < 6; turn += 1) last().answer();
    await all;
    expect(rulings.map(([name]) => name)).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
  });

  it('[G4] takes the room from whoever has most waiting, for somebody who has less', async () => {
    const bytes = weighCase(caseOf(typed('x')));
    const { thread, rulings, ask, last } = stage({ maxBytes: 4 * bytes });
    const ben: Sender = { party: 'ben', isWanted: () => true };
    const flood = ['1', '2', '3', '4'].map((name) => ask(name));
    expect(thread.makeRoomFor(bytes, ada)).toBe(false);
    expect(thread.makeRoomFor(bytes, ben)).toBe(true);
    await flood[3];
    expect(rulings).toEqual([['4', 'crowded-out']]);
    const late = ask('b', { sender: ben });
    expect(thread.makeRoomFor(2 * bytes, ben)).toBe(false);
    for (let turn = 0; turn < 4; turn += 1) last().answer();
    await Promise.all([...flood, late]);
    expect(rulings.slice(1).map(([name, kind]) => `${name} ${kind}`)).toEqual([
      '1 sound',
      '2 sound',
      'b sound',
      '3 sound',
    ]);
  });

  it('[G4] drops what waits once nobody wants it, and lets it take no room', async () => {
    const bytes = weighCase(caseOf(typed('x')));
    const { clock, thread, rulings, ask, last } = stage({ maxBytes: 3 * bytes });
    let isBenHere = true;
    const ben: Sender = { party: 'ben', isWanted: () => isBenHere };
    const all = Promise.all([ask('1'), ask('b', { sender: ben }), ask('2')]);
    expect(thread.makeRoomFor(bytes, { party: 'carl', isWanted: () => true })).toBe(false);
    isBenHere = false;
    expect(thread.makeRoomFor(bytes, { party: 'carl', isWanted: () => true })).toBe(true);
    last().answer();
    last().answer();
    await all;
    expect(rulings).toEqual([
      ['b', 'unwanted'],
      ['1', 'sound'],
      ['2', 'sound'],
    ]);
    thread.close();
    expect(clock.pending).toBe(0);
  });

  it('[G4] abandons what it is judging once nobody wants it, and goes on with the next in a new one', async () => {
    const { clock, workers, rulings, ask, last } = stage();
    let isWanted = true;
    const left = ask('left', { sender: { party: 'ben', isWanted: () => isWanted } });
    const next = ask('next');
    clock.advance(250);
    expect(workers).toHaveLength(1);
    isWanted = false;
    clock.advance(250);
    await left;
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
    last().answer();
    await next;
    expect(rulings).toEqual([
      ['left', 'unwanted'],
      ['next', 'sound'],
    ]);
  });

  it('[G4] ends with an update that takes more time than it may; those behind it get a new one', async () => {
    const { clock, thread, workers, rulings, ask, last } = stage();
    const [slow, next] = [ask('slow'), ask('next')];
    clock.advance(9_999);
    expect(last().isTerminated).toBe(false);
    clock.advance(1);
    await slow;
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
    // What the first one says now is about nobody.
    workers[0]?.answer();
    workers[0]?.listener.onEnd(new Error('ended'));
    last().answer();
    await next;
    expect(rulings).toEqual([
      ['slow', 'beyond-budget'],
      ['next', 'sound'],
    ]);
    thread.close();
  });

  it('tells a crash, which is our fault, from an update that took all of its memory', async () => {
    const { errors, rulings, ask, last } = stage();
    const all = Promise.all([ask('crash'), ask('balloon'), ask('next')]);
    last().listener.onEnd(new Error('a bug'));
    last().listener.onEnd(Object.assign(new Error(), { code: 'ERR_WORKER_OUT_OF_MEMORY' }));
    last().answer();
    await all;
    expect(rulings).toEqual([
      ['crash', 'failed'],
      ['balloon', 'beyond-budget'],
      ['next', 'sound'],
    ]);
    expect(errors).toHaveLength(1);
  });

  it('[G4] of which none can be started or asked fails the update that it was for, and the next is tried', async () => {
    const { clock, thread, errors, rulings, ask, last } = stageWithThreads(['sound', 'none', 'deaf', 'sound']);
    const all = Promise.all([ask('slow'), ask('none'), ask('deaf'), ask('next')]);
    clock.advance(10_000);
    last().answer();
    await all;
    expect(rulings).toEqual([
      ['slow', 'beyond-budget'],
      ['none', 'failed'],
      ['deaf', 'failed'],
      ['next', 'sound'],
    ]);
    expect(errors).toHaveLength(2);
    thread.close();
    expect(clock.pending).toBe(0);
  });

  it('abandons what it has not judged when it closes, and takes nothing more', async () => {
    const { clock, thread, rulings, ask, last } = stage();
    const all = Promise.all([ask('one'), ask('two')]);
    thread.close();
    await all;
    await ask('three');
    expect(rulings.map(([, kind]) => kind)).toEqual(['closed', 'closed', 'closed']);
    expect(last().isTerminated).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('a real thread', () => {
  const threads: JudgementThread[] = [];
  afterEach(() => {
    for (const thread of threads.splice(0)) thread.close();
  });

  function start(options: Partial<JudgementThreadOptions> = {}): JudgementThread {
    const thread = new JudgementThread({
      clock: systemClock,
      log: pino({ level: 'silent' }),
      meters: null,
      maxBytes: 100_000_000,
      maxMs: 25_000,
      maxHeapMb: 512,
      ...options,
    });
    threads.push(thread);
    return thread;
  }

  it('finds what this one would, and gives the bytes back', async () => {
    const update = makeManyTexts(7, 20_000);
    const here = judge(caseOf(update));
    const there = await start().judge(caseOf(update.slice()), ada);
    expect(there).toMatchObject(here);
    expect(there.kind).toBe('sound');
  });

  it('[G4] an update of which kilobytes become a gigabyte costs itself alone, and the next is judged', async () => {
    const thread = start({ maxHeapMb: 48 });
    const balloon = thread.judge(caseOf(makeManySubdocuments(7, 150_000)), ada);
    const next = thread.judge(caseOf(makeManyTexts(8, 100)), ada);
    expect((await balloon).kind).toBe('beyond-budget');
    expect((await next).kind).toBe('sound');
  });

  it('[G4] does not let pass what would loop for minutes when it is applied', async () => {
    const thread = start({ maxMs: 3_000 });
    expect((await thread.judge(caseOf(makeTangle(40_000)), ada)).kind).toBe('beyond-budget');
  });

  it('[G4] has no time for an update that takes longer than it may', async () => {
    const thread = start({ maxMs: 1 });
    expect((await thread.judge(caseOf(makeManyTexts(7, 100_000)), ada)).kind).toBe('beyond-budget');
  });
});
