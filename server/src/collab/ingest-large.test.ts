import { MemoryStore, PersistenceError } from '@quire/persistence';
import {
  type ClientFrame,
  type CloseCode,
  closeCodes,
  companionOf,
  type DocumentName,
  encodePresence,
  type ServerFrame,
  THREADS_MAP,
} from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { AccessError, type Authenticator, allow, type Grant } from '../auth/authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { lasting, type Standing } from '../auth/standing.ts';
import { systemClock } from '../clock.ts';
import { FakePort } from '../testing/fake-port.ts';
import { EMPTY_UPDATE, EMPTY_VECTOR, storedText } from '../testing/gateway-stage.ts';
import { HeldJudge } from '../testing/held-judge.ts';
import {
  makeCrowd,
  makeDeletion,
  makeDialogue,
  makeManyDeletions,
  makeManyTexts,
  makeNest,
  makeUpdate,
} from '../testing/made-up-updates.ts';
import { testLimits } from '../testing/start-gateway.ts';
import type { CollabSession } from './collab-session.ts';
import { type Collaboration, type CollaborationLimits, createCollaboration } from './collaboration.ts';
import type { Ruling } from './judgement-thread.ts';
import { withDeletes } from './novelty.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const origin = { remoteAddress: '127.0.0.1', url: new URL('http://localhost/collab'), headers: new Headers() };
const everybodyEdits: Authenticator = {
  authenticate: async ({ token }) => allow(token === 'carl' ? 'commenter' : 'editor', { id: token, name: null }),
};
const PLAN = 'plan' as DocumentName;
const COMMENTS = companionOf(PLAN, 'comments');
const LARGE = 9_000;
const cutShort = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 1);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket that counts the reasons for which it is not read. */
class CountingPort extends FakePort {
  stops = 0;
  override stopReading(): void {
    this.stops += 1;
  }
  override readOn(): void {
    this.stops -= 1;
  }
}

/** Somebody who has a document open, over a line that nothing is lost on. */
interface Person {
  readonly port: CountingPort;
  readonly session: CollabSession;
  /** How often it was told something of this kind. */
  readonly count: (kind: ServerFrame['kind']) => number;
  readonly receipts: () => number;
  /** Why its document was closed. */
  readonly reason: () => string | undefined;
  readonly text: () => string;
  readonly say: (...frames: readonly ClientFrame[]) => void;
}

function stage(
  limits: Partial<CollaborationLimits> = {},
  store = new MemoryStore(),
  authenticator: Authenticator = everybodyEdits,
  standing: Standing = lasting,
) {
  const judge = new HeldJudge();
  const log = pino({ level: 'silent' });
  const collaboration = createCollaboration({
    store,
    guard: createGuard(authenticator, log),
    standing,
    log,
    clock: systemClock,
    limits: { ...testLimits, ...limits },
    maxJournalQueueBytes: 1024 * 1024,
    extensions: [],
    judge,
  });
  ends.push(async () => {
    judge.close();
    const closed = collaboration.close();
    store.flush();
    await closed;
    await store.close();
  });
  return { judge, collaboration, store, enter: (name: string, token = 'ada') => enter(collaboration, name, token) };
}

async function enter(collaboration: Collaboration, name: string, token: string): Promise<Person> {
  const port = new CountingPort();
  const session = collaboration.openSession(port, origin);
  const doc = new Y.Doc();
  const kinds: string[] = [];
  let receipts = 0;
  let reason: string | undefined;
  const listen = (): void => {
    for (const frame of port.takeFrames()) {
      kinds.push(frame.kind);
      if (frame.kind === 'update' || frame.kind === 'step-2') Y.applyUpdate(doc, frame.update);
      if (frame.kind === 'receipt' && frame.durable) receipts += 1;
      if (frame.kind === 'closed') reason = frame.reason;
    }
  };
  const say = (...frames: readonly ClientFrame[]): void => {
    for (const frame of frames) session.receive(name, frame, null);
  };
  const person: Person = {
    port,
    session,
    say,
    count(kind) {
      listen();
      return kinds.filter((heard) => heard === kind).length;
    },
    receipts() {
      listen();
      return receipts;
    },
    reason() {
      listen();
      return reason;
    },
    text() {
      listen();
      return doc.getText('body').toString();
    },
  };
  say({ kind: 'token', token, providerVersion: null }, { kind: 'step-1', stateVector: EMPTY_VECTOR });
  say({ kind: 'step-2', update: EMPTY_UPDATE });
  await until(() => person.receipts() === 1, { what: `${token} is let into ${name}` });
  return person;
}

/** A stage on which everybody's access is taken back when a test says so, and nobody is put out for it. */
function stageWithStanding() {
  let end: CloseCode | null = null;
  const standing: Standing = { findEnd: () => end, onEnded: () => () => {} };
  const takeBack = (): void => {
    end = closeCodes.accessRevoked;
  };
  return { ...stage({}, new MemoryStore(), everybodyEdits, standing), takeBack };
}

const update = (bytes: Uint8Array): ClientFrame => ({ kind: 'update', update: bytes });

describe('a large update', () => {
  it('[G4] holds up nobody: others edit their documents, and the same one, while it is being judged', async () => {
    const { judge, enter } = stage();
    const [ada, ben, eve] = [await enter('plan'), await enter('other', 'ben'), await enter('plan', 'eve')];
    ada.say(update(makeManyTexts(1, LARGE)));
    expect(judge.waiting).toBe(1);
    ben.say(update(makeManyTexts(2, 1)));
    eve.say(update(makeManyTexts(3, 1)));
    await until(() => ben.receipts() === 2 && eve.receipts() === 2, { what: 'the others have their receipts' });
    expect([judge.waiting, ada.receipts(), eve.text()]).toEqual([1, 1, 'x']);
    judge.ruleNext();
    await until(() => ada.receipts() === 2, { what: 'it has its receipt' });
    await until(() => eve.text().length === LARGE + 1, { what: 'it is on other screens' });
  });

  it('[R4] is overtaken by nothing that its sender says after it, in its document', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter('plan');
    const more = [LARGE, LARGE + 1].map((clock) => update(makeManyTexts(1, 1, clock)));
    ada.say(update(makeManyTexts(1, LARGE)), ...more, { kind: 'query-presence' });
    await turn();
    const told = ada.count('presence');
    expect(ada.receipts()).toBe(1);
    judge.ruleNext();
    await until(() => ada.receipts() === 4, { what: 'all have their receipts' });
    expect(ada.count('presence')).toBe(told + 1);
    expect(await storedText(store, 'plan')).toHaveLength(LARGE + 2);
  });

  it('[R4] is read beyond until much waits behind it, and then not until it is judged, whatever becomes of it', async () => {
    const { judge, enter } = stage({ maxUnestablishedBytes: 20_000 });
    const ada = await enter('plan');
    const typeOn = (keys: number, clock: number): void => {
      for (let key = 0; key < keys; key += 1) ada.say(update(makeManyTexts(1, 1, clock + key)));
    };
    ada.say(update(makeManyTexts(1, LARGE)));
    typeOn(10, LARGE);
    expect(ada.port.stops).toBe(0);
    typeOn(40, LARGE + 10);
    expect(ada.port.stops).toBe(1);
    judge.ruleNext();
    await until(() => ada.receipts() === 52, { what: 'all have their receipts' });
    expect(ada.port.stops).toBe(0);
    ada.say(update(makeManyTexts(1, LARGE, LARGE + 50)));
    typeOn(50, 2 * LARGE + 50);
    expect(ada.port.stops).toBe(1);
    judge.ruleNext({ kind: 'failed' });
    await until(() => !ada.port.isOpen, { what: 'it is closed' });
    expect(ada.port.stops).toBe(0);
  });

  it('[R4] does not keep its socket from being read for what waits at the door of another document', async () => {
    const { judge, enter } = stage({ maxUnestablishedBytes: 20_000 }, new MemoryStore(), {
      authenticate: ({ token }) =>
        token === 'slow' ? new Promise(() => {}) : Promise.resolve(allow('editor', { id: token, name: null })),
    });
    const ada = await enter('plan');
    ada.session.receive('other', { kind: 'token', token: 'slow', providerVersion: null }, null);
    ada.session.receive('other', { kind: 'step-2', update: new Uint8Array(6_000) }, null);
    ada.say(update(makeManyTexts(1, LARGE)));
    for (let key = 0; key < 30; key += 1) ada.say(update(makeManyTexts(1, 1, LARGE + key)));
    expect(ada.port.stops).toBe(1);
    judge.ruleNext();
    await until(() => ada.receipts() === 32, { what: 'all have their receipts' });
    expect(ada.port.stops).toBe(0);
  });

  it('[G4] of somebody who only reads is judged by nobody: without news it has a receipt, and with some none', async () => {
    const { judge, enter } = stage();
    const [ada, carl] = [await enter('plan'), await enter('plan', 'carl')];
    const deletions = makeManyDeletions(1, LARGE);
    for (const [at, change] of [makeManyTexts(1, 2 * LARGE), deletions].entries()) {
      ada.say(update(change));
      judge.ruleNext();
      await until(() => ada.receipts() === at + 2, { what: 'it is saved' });
    }
    const asked = judge.roomsAsked;
    carl.say({ kind: 'step-2', update: deletions });
    await until(() => carl.receipts() === 2, { what: 'it has its receipt' });
    carl.say({ kind: 'step-2', update: makeManyDeletions(1, 2 * LARGE) });
    await until(() => carl.count('receipt') === 3, { what: 'it is told that this was not taken' });
    carl.say({ kind: 'step-2', update: makeManyTexts(3, LARGE) }, { kind: 'step-2', update: cutShort(deletions) });
    await until(() => carl.count('receipt') === 5, { what: 'nor was that' });
    expect(carl.receipts()).toBe(2);
    expect([judge.roomsAsked, judge.waiting, judge.unfinished]).toEqual([asked, 0, 0]);
    expect([carl.port.isOpen, carl.port.stops]).toEqual([true, 0]);
  });

  it('[G4] or small, and too long to be counted where it arrives, is counted where nobody waits for it', async () => {
    const { judge, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('plan', 'ben')];
    ada.say(update(makeDialogue(1, 2, 60_000)));
    judge.ruleNext();
    await until(() => ada.receipts() === 2, { what: 'it is saved' });
    const far = Array.from({ length: 50 }, (_, clock) => ({ text: 'z', origin: { client: 1, clock } }));
    ada.say(update(makeUpdate([{ client: 3, clock: 0, items: far }])));
    expect(judge.waiting).toBe(1);
    ben.say(update(makeUpdate([{ client: 4, clock: 0, items: far.slice(0, 3) }])));
    expect(judge.waiting).toBe(1);
    judge.ruleNext();
    await until(() => !ada.port.isOpen, { what: 'it is refused' });
    expect(ada.port.closedWith).toBe(closeCodes.updateTooComplex);
    await until(() => ben.receipts() === 2, { what: 'the other one goes on' });
    expect(judge.unfinished).toBe(0);
  });

  it('[R4] may be followed by another that is larger than what may wait behind it, and by what was read with that', async () => {
    const { judge, store, enter } = stage({ maxUnestablishedBytes: 20_000 });
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(1, LARGE, LARGE)), update(makeManyTexts(2, 1)));
    expect([ada.port.isOpen, ada.port.stops]).toEqual([true, 1]);
    judge.ruleNext();
    await until(() => judge.waiting === 1, { what: 'the second is asked about' });
    judge.ruleNext();
    await until(() => ada.receipts() === 4, { what: 'all have their receipts' });
    expect(await storedText(store, 'plan')).toHaveLength(2 * LARGE + 1);
  });

  it('[G4] has its turn with those of its sender, and is wanted until its sender is put out or its document is gone', async () => {
    const { judge, collaboration, enter } = stage();
    const [ada, ben, eve] = [await enter('plan'), await enter('other', 'ben'), await enter('third', 'eve')];
    for (const person of [ada, ben, eve]) person.say(update(makeManyTexts(1, LARGE)));
    const areWanted = (): readonly boolean[] => judge.senders.map((sender) => sender.isWanted());
    expect(judge.senders.map(({ party }) => party)).toEqual(['user ada', 'user ben', 'user eve']);
    expect(areWanted()).toEqual([true, true, true]);
    ada.session.find('plan')?.closeDocument(closeCodes.unauthorized);
    ben.port.isOpen = false;
    ben.session.end(1001, '');
    expect(areWanted()).toEqual([false, true, true]);
    await collaboration.edit('third' as DocumentName, '', (document) => document.getText('body').insert(0, 'x'));
    await collaboration.delete('third' as DocumentName);
    expect(areWanted()).toEqual([false, true, false]);
  });

  it('[R3] is not taken in where the disk refused what it was judged to build on: it comes again behind that', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter('plan');
    const append = store.append.bind(store);
    let refuse = (): void => {};
    store.append = () =>
      new Promise((_, reject) => {
        refuse = () => reject(new PersistenceError('QUEUE_FULL', 'too much is waiting'));
      });
    ada.say(update(makeManyTexts(1, 1)), update(makeManyTexts(1, LARGE, 1)));
    expect(judge.waiting).toBe(1);
    await turn();
    refuse();
    await until(() => !ada.port.isOpen, { what: 'the first is refused' });
    ada.session.end(closeCodes.overloaded.code, '');
    store.append = append;
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    expect(await store.load('plan')).toBeNull();
  });

  const endings: readonly (readonly [string, Ruling, CloseCode])[] = [
    ['is no update', { kind: 'bad' }, closeCodes.badUpdate],
    ['has too many parts', { kind: 'too-complex' }, closeCodes.updateTooComplex],
    ['takes more time or memory than it may', { kind: 'beyond-budget' }, closeCodes.updateTooComplex],
    ['meets a fault of ours', { kind: 'failed' }, closeCodes.internalError],
    ['meets a server that stops', { kind: 'closed' }, closeCodes.serviceRestart],
  ];
  it.each(endings)(
    '[R4] that %s ends its session, and nothing of it or behind it is stored',
    async (_, ruling, code) => {
      const { judge, store, enter } = stage();
      const ada = await enter('plan');
      const ben = await enter('plan', 'ben');
      ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(2, 1)));
      judge.ruleNext(ruling);
      await until(() => !ada.port.isOpen, { what: 'its session ends' });
      expect(ada.port.closedWith).toBe(code);
      ada.session.end(code.code, '');
      ben.say(update(makeManyTexts(3, 1)));
      await until(() => ben.receipts() === 2, { what: 'the other one goes on' });
      expect(await storedText(store, 'plan')).toBe('x');
    },
  );

  it('[G4] for which there is no room among those that wait ends its session, to come back with backoff', async () => {
    const { judge, enter } = stage();
    const ada = await enter('plan');
    judge.hasRoom = false;
    ada.say(update(makeManyTexts(1, LARGE)));
    await until(() => !ada.port.isOpen, { what: 'its session ends' });
    expect([ada.port.closedWith, judge.waiting]).toEqual([closeCodes.overloaded, 0]);
  });

  it('[G4] what waits behind it has a limit', async () => {
    const { judge, store, enter } = stage({ maxUnestablishedBytes: 20_000, maxUnestablishedFrames: 3 });
    const [ada, ben] = [await enter('plan'), await enter('other', 'ben')];
    for (const person of [ada, ben]) person.say(update(makeManyTexts(1, LARGE)));
    for (let key = 0; key < 50; key += 1) ada.say(update(makeManyTexts(1, 1, LARGE + key)));
    expect(ada.port.isOpen).toBe(true);
    for (let key = 0; key < 100; key += 1) ben.say(update(makeManyTexts(1, 1, LARGE + key)));
    expect(ben.port.closedWith).toBe(closeCodes.overloaded);
    judge.ruleNext();
    await until(() => ada.receipts() === 52, { what: 'all have their receipts' });
    expect(await storedText(store, 'plan')).toHaveLength(LARGE + 50);
  });

  it.each(['limits.maxNestingDepth', 'limits.maxDocumentBytes'])(
    '[G4] keeps to %s as a small one does',
    async (limit) => {
      const { judge, enter } = stage(limit === 'limits.maxDocumentBytes' ? { maxDocumentBytes: 20_000 } : {});
      const ada = await enter('plan');
      const nest = makeNest({ client: 9, clock: 0 }, testLimits.maxNestingDepth + 1);
      const texts = makeManyTexts(1, LARGE);
      ada.say(update(limit === 'limits.maxNestingDepth' ? Y.mergeUpdates([texts, nest]) : texts));
      judge.ruleNext();
      if (limit === 'limits.maxNestingDepth') {
        await until(() => ada.port.closedWith === closeCodes.updateTooComplex, { what: 'its session ends' });
      } else {
        await until(() => ada.count('closed') === 1, { what: 'its document is closed' });
      }
    },
  );

  it('[R5] of a step 2 only what is new is stored, under the names of those who wrote it', async () => {
    const { judge, store, enter } = stage();
    const [ada, ben] = [await enter('plan', 'ada'), await enter('plan', 'ben')];
    ada.say(update(makeManyTexts(1, 1)));
    ben.say(update(makeManyTexts(2, 1)));
    await until(() => ada.receipts() === 2 && ben.receipts() === 2, { what: 'both are saved' });
    const before = (await store.load('plan'))?.entries.length ?? 0;
    const whole = Y.mergeUpdates([makeManyTexts(1, LARGE), makeManyTexts(2, LARGE)]);
    for (const round of ['news', 'no news']) {
      ben.say({ kind: 'step-1', stateVector: EMPTY_VECTOR }, { kind: 'step-2', update: whole });
      judge.ruleNext();
      const receipts = round === 'news' ? 3 : 4;
      await until(() => ben.receipts() === receipts, { what: `a receipt for ${round}` });
    }
    const added = (await store.load('plan'))?.entries.slice(before).flatMap(({ updates }) => updates) ?? [];
    const said = added.map(({ author, update: bytes }) => {
      const { structs } = Y.decodeUpdate(bytes);
      return [author, structs[0]?.id, structs.length];
    });
    expect(said).toEqual([
      ['ada', { client: 1, clock: 1 }, LARGE - 1],
      ['ben', { client: 2, clock: 1 }, LARGE - 1],
    ]);
    expect(ada.text()).toHaveLength(2 * LARGE);
  });
});

describe('a large step 2', () => {
  it('[R5] may delete what lies in more pieces than a call has arguments', async () => {
    const { judge, store, enter } = stage({ maxUpdateParts: 200_000 });
    const [ada, pieces] = [await enter('plan'), 140_000];
    const text = makeUpdate([{ client: 1, clock: 0, items: [{ text: 'x'.repeat(2 * pieces) }] }]);
    for (const bytes of [text, makeManyDeletions(1, pieces)]) {
      ada.say(update(bytes));
      await until(() => judge.waiting === 1, { what: 'it is asked about' });
      judge.ruleNext();
    }
    await until(() => ada.receipts() === 3, { what: 'every other character is deleted' });
    const deletes = Y.createDeleteSet();
    const some = Array.from({ length: 1_000 }, (_, at) => ({ clock: 2 * at + 1, len: 1 }));
    deletes.clients.set(1, [...some, { clock: 2_000, len: 2 * pieces - 2_000 }]);
    ada.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    ada.say({ kind: 'step-2', update: withDeletes(text, text.length - 1, deletes) });
    judge.ruleNext();
    await until(() => ada.receipts() === 4 || !ada.port.isOpen, { what: 'it has its answer' });
    expect(ada.port.closedWith).toBeNull();
    expect(await storedText(store, 'plan')).toBe('');
  });
});

describe('a large update of what is not its sender’s to write', () => {
  it.each([
    ['carries', makeManyTexts(1, LARGE)],
    [
      'builds on',
      Y.mergeUpdates([
        makeManyTexts(2, LARGE),
        makeUpdate([{ client: 3, clock: 0, items: [{ text: 'x', origin: { client: 1, clock: 7 } }] }]),
      ]),
    ],
    ['deletes', Y.mergeUpdates([makeManyTexts(2, LARGE), makeDeletion({ client: 1, clock: 0 })])],
  ])('[R14] is refused where it %s something of a former life', async (_, bytes) => {
    const { judge, collaboration, store, enter } = stage();
    const ada = await enter(PLAN);
    ada.say(update(makeManyTexts(1, 1)));
    await until(() => ada.receipts() === 2, { what: 'the first life is there' });
    await collaboration.delete(PLAN);
    await collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 'new'));
    for (const kind of ['update', 'step-2'] as const) {
      const ben = await enter(PLAN, 'ben');
      ben.say({ kind, update: bytes });
      judge.ruleNext();
      await until(() => ben.reason() === closeCodes.staleEpoch.name, { what: `the ${kind} is refused` });
      expect(ben.port.isOpen).toBe(true);
    }
    expect(await storedText(store, PLAN)).toBe('new');
  });

  it('[G6] ends its session where it speaks as the server', async () => {
    const { judge, collaboration, store, enter } = stage();
    const ada = await enter(PLAN);
    await collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 's'));
    const [server = 0] = await collaboration.read(PLAN, ({ store: { clients } }) => [...clients.keys()]);
    ada.say(update(makeManyTexts(server, LARGE, 1)));
    judge.ruleNext();
    await until(() => ada.port.closedWith === closeCodes.badUpdate, { what: 'its session ends' });
    expect(await storedText(store, PLAN)).toBe('s');
  });

  /** The document, a comment on it, and somebody who may comment. */
  async function stageComments() {
    const staged = stage();
    const { collaboration, enter } = staged;
    await collaboration.edit(PLAN, '', (document) => document.getText('body').insert(0, 'text'));
    await collaboration.edit(COMMENTS, 'ada', (document) => {
      document.getMap(THREADS_MAP).set('one', new Y.Map([['quote', 'text']]));
    });
    const carl = await enter(COMMENTS, 'carl');
    const copy = new Y.Doc();
    Y.applyUpdate(copy, await collaboration.read(COMMENTS, (document) => Y.encodeStateAsUpdate(document)));
    const before = Y.encodeStateVector(copy);
    const change = (make: (threads: Y.Map<Y.Map<unknown>>) => void): Uint8Array => {
      copy.getMap('drafts').set('large', 'x'.repeat(300_000));
      make(copy.getMap(THREADS_MAP));
      return Y.encodeStateAsUpdate(copy, before);
    };
    return { ...staged, carl, change };
  }

  it.each<[string, (threads: Y.Map<Y.Map<unknown>>) => void]>([
    ['a thread', (threads) => threads.set('two', new Y.Map())],
    ['the removal of a thread', (threads) => threads.delete('one')],
    ['another value for what a thread says', (threads) => threads.get('one')?.set('quote', 'forged')],
  ])('[G6] closes the comments where the server alone writes: %s among much else', async (_, make) => {
    const { judge, store, carl, change } = await stageComments();
    carl.say(update(change(make)));
    judge.ruleNext();
    await until(() => carl.reason() === closeCodes.writtenByServer.name, { what: 'it is refused' });
    expect(carl.port.isOpen).toBe(true);
    expect((await store.load(COMMENTS))?.entries).toHaveLength(1);
  });

  it('is taken in where it is anything else in the comments, and only there from somebody who may only comment', async () => {
    const { judge, store, enter, carl, change } = await stageComments();
    const bytes = change(() => {});
    carl.say(update(bytes));
    judge.ruleNext();
    await until(() => carl.receipts() === 2, { what: 'it has its receipt' });
    expect((await store.load(COMMENTS))?.entries).toHaveLength(2);
    const writing = await enter(PLAN, 'carl');
    writing.say(update(bytes));
    await until(() => writing.count('receipt') === 2, { what: 'it has its answer' });
    // Nor does somebody who may not write take anybody's room.
    expect([writing.receipts(), judge.waiting, judge.roomsAsked]).toEqual([1, 0, 1]);
    writing.say({ kind: 'step-1', stateVector: EMPTY_VECTOR }, { kind: 'step-2', update: bytes });
    await until(() => writing.count('receipt') === 3, { what: 'it has its answer too' });
    expect([writing.receipts(), await storedText(store, PLAN)]).toEqual([1, 'text']);
  });

  it('closes the comments where there is nothing to comment on', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter(COMMENTS);
    ada.say(update(makeManyTexts(1, LARGE)));
    judge.ruleNext();
    await until(() => ada.reason() === closeCodes.noSuchDocument.name, { what: 'it is refused' });
    expect(await store.load(COMMENTS)).toBeNull();
  });
});

describe('while a large update is being judged', () => {
  const presenceOf = (clientId: number, clock: number, state: string): ClientFrame => ({
    kind: 'presence',
    presence: encodePresence([{ clientId, clock, state }]),
  });

  it('[G6] a fresh token of its sender counts at once, and once', async () => {
    const tokens: string[] = [];
    const { judge, enter } = stage({}, new MemoryStore(), {
      authenticate: async ({ token }) => {
        tokens.push(token);
        return allow(token === 'only to read' ? 'reader' : 'editor', { id: 'ada', name: null });
      },
    });
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)), { kind: 'token', token: 'only to read', providerVersion: null });
    await until(() => ada.count('authenticated') === 2, { what: 'it is told what it may do now' });
    expect(judge.waiting).toBe(1);
    ada.say(update(makeManyTexts(1, 1, LARGE)));
    judge.ruleNext();
    await until(() => ada.count('receipt') === 3, { what: 'both have their answer' });
    expect([ada.receipts(), tokens]).toEqual([1, ['ada', 'only to read']]);
  });

  it('[G7] who is here goes on being told, and who leaves is off all screens', async () => {
    const { judge, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('plan', 'ben')];
    ada.say(presenceOf(7, 1, '{}'));
    await until(() => ben.count('presence') === 1, { what: 'Ben sees Ada' });
    ada.say(update(makeManyTexts(1, LARGE)), presenceOf(7, 2, '{"at":1}'));
    await until(() => ben.count('presence') === 2, { what: 'Ben sees where she is' });
    ada.say(presenceOf(7, 3, 'null'));
    await until(() => ben.count('presence') === 3, { what: 'Ben sees that she left' });
    expect(judge.waiting).toBe(1);
  });

  it('[G7] who closes the document is off all screens at once, and what they had sent is stored', async () => {
    const { judge, store, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('plan', 'ben')];
    ada.say(presenceOf(7, 1, '{}'));
    await until(() => ben.count('presence') === 1, { what: 'Ben sees Ada' });
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(1, 1, LARGE)), { kind: 'close' });
    await until(() => ben.count('presence') === 2, { what: 'Ben sees that she left' });
    expect(judge.waiting).toBe(1);
    judge.ruleNext();
    await until(() => ben.text().length === LARGE + 1, { what: 'Ben has all that she wrote' });
    expect(await storedText(store, 'plan')).toHaveLength(LARGE + 1);
  });

  it('[R4] who closed the document, and opened it again, hears nothing of what becomes of it', async () => {
    const { judge, enter } = stage({ maxDocumentBytes: 20_000 });
    const ada = await enter('plan');
    ada.say(
      update(makeManyTexts(1, LARGE)),
      { kind: 'close' },
      { kind: 'token', token: 'ada', providerVersion: null },
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'step-2', update: EMPTY_UPDATE },
    );
    await until(() => ada.receipts() === 2, { what: 'it is open again' });
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    expect([ada.reason(), ada.port.isOpen]).toEqual([undefined, true]);
    ada.say(update(makeManyTexts(2, 1)));
    await until(() => ada.receipts() === 3, { what: 'it goes on' });
  });

  it('its sender may leave: what was sent before the goodbye is stored, and the document waits for it', async () => {
    const { judge, collaboration, store, enter } = stage({ unloadDelayMs: 0 });
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(1, 1, LARGE)));
    ada.port.isOpen = false;
    ada.session.end(1001, '');
    for (let look = 0; look < 5; look += 1) await turn();
    expect(collaboration.openDocuments).toBe(1);
    judge.ruleNext();
    await until(() => collaboration.openDocuments === 0, { what: 'the document leaves memory' });
    expect(await storedText(store, 'plan')).toHaveLength(LARGE + 1);
  });

  it('[R4] its sender may close the document and open it again, in that order', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(
      update(makeManyTexts(1, LARGE)),
      { kind: 'close' },
      { kind: 'token', token: 'ada', providerVersion: null },
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'step-2', update: makeManyTexts(2, 1) },
    );
    judge.ruleNext();
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toHaveLength(LARGE + 1));
  });

  it('[R4] its sender may ask to be let in again behind it, and is let in where it is refused', async () => {
    const { judge, store, enter } = stage({ maxDocumentBytes: 20_000 });
    const ada = await enter('plan');
    ada.say(
      update(makeManyTexts(1, LARGE)),
      update(makeManyTexts(1, 1, LARGE)),
      { kind: 'token', token: 'ada', providerVersion: null },
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'step-2', update: makeManyTexts(2, 1) },
    );
    judge.ruleNext();
    await until(() => ada.reason() === closeCodes.documentTooLarge.name, { what: 'it is refused' });
    await until(() => ada.count('authenticated') === 2, { what: 'its sender is let in again' });
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe('x'));
  });

  it('[G6] its sender may be put out: nothing of it is stored', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(2, 1)));
    ada.session.find('plan')?.closeDocument(closeCodes.unauthorized);
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    expect(await store.load('plan')).toBeNull();
    expect(ada.port.isOpen).toBe(true);
  });

  it('[G6] its sender may be put out, and leave then: nothing of it is stored', async () => {
    const { judge, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(2, 1)));
    ada.session.find('plan')?.closeDocument(closeCodes.unauthorized);
    ada.port.isOpen = false;
    ada.session.end(1001, '');
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    expect(await store.load('plan')).toBeNull();
  });

  it('[G6] its sender may leave, and have their access taken back then: nothing of it or behind it is stored', async () => {
    const { judge, store, enter, takeBack } = stageWithStanding();
    const [ada, ben] = [await enter('plan'), await enter('plan', 'ben')];
    ada.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(2, 1)));
    ada.port.isOpen = false;
    ada.session.end(1001, '');
    takeBack();
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    ben.say(update(makeManyTexts(3, 1)));
    await until(() => ben.receipts() === 2, { what: 'the other one goes on' });
    expect(await storedText(store, 'plan')).toBe('x');
  });

  it('[R14] its document may be deleted, which does not wait for it; nothing of it comes into the next life', async () => {
    const { judge, collaboration, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, 1)));
    await until(() => ada.receipts() === 2, { what: 'the document is there' });
    ada.say(update(makeManyTexts(1, LARGE, 1)));
    await collaboration.delete('plan' as DocumentName);
    const ben = await enter('plan', 'ben');
    judge.ruleNext();
    for (let look = 0; look < 5; look += 1) await turn();
    expect([ben.text(), await storedText(store, 'plan')]).toEqual(['', '']);
  });

  it('[G1] a server that stops waits for it, and for its receipt', async () => {
    const { judge, collaboration, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, LARGE)));
    let isSettled = false;
    const settled = collaboration.settled().then(() => {
      isSettled = true;
    });
    ada.say(update(makeManyTexts(1, 1, LARGE)));
    for (let look = 0; look < 5; look += 1) await turn();
    expect(isSettled).toBe(false);
    judge.ruleNext();
    await settled;
    expect(ada.receipts()).toBeGreaterThanOrEqual(2);
    const last = makeManyTexts(1, LARGE, LARGE + 1);
    ada.say(update(last));
    const closed = collaboration.close();
    judge.ruleNext();
    await closed;
    expect(ada.receipts()).toBe(4);
  });

  it('[R4] a server that stops waits for it no longer than it may: its sender, who has no receipt, brings it again', async () => {
    const { judge, collaboration, store, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('other', 'ben')];
    for (const person of [ada, ben]) person.say(update(makeManyTexts(1, LARGE)), update(makeManyTexts(2, 1)));
    await collaboration.close(20);
    expect([judge.waiting, collaboration.openDocuments]).toEqual([0, 0]);
    for (const { port, receipts } of [ada, ben]) {
      expect([port.closedWith, receipts()]).toEqual([closeCodes.serviceRestart, 1]);
    }
    expect([await store.load('plan'), await store.load('other')]).toEqual([null, null]);
  });
});

/** Resolves once they all have their receipts. */
async function writesSomeKeys(person: Person): Promise<void> {
  const before = person.receipts();
  for (let key = 0; key < 5; key += 1) {
    person.say(update(makeManyTexts(2, 1, key)));
    while (person.receipts() <= before + key) await turn();
  }
}

describe('a small update that takes long', () => {
  it('[G4] comes into its document in slices: others edit theirs meanwhile', async () => {
    const { enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('other', 'ben')];
    ada.say(update(makeUpdate([{ client: 1, clock: 0, items: Array.from({ length: 3_000 }, () => ({ text: 'x' })) }])));
    await until(() => ada.receipts() === 2, { what: 'the first is saved' });
    ada.say(update(makeCrowd(10, 1_500)));
    await turn();
    await writesSomeKeys(ben);
    expect(ada.receipts()).toBe(2);
    await until(() => ada.receipts() === 3, { what: 'it has its receipt' });
    expect(ada.text()).toHaveLength(4_500);
  });

  it('[G4] does so too inside a large step 2 of which the document has all the rest', async () => {
    const { judge, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('other', 'ben')];
    const known = makeManyTexts(2, LARGE);
    ada.say(update(makeUpdate([{ client: 1, clock: 0, items: Array.from({ length: 3_000 }, () => ({ text: 'x' })) }])));
    ada.say(update(known));
    await until(() => judge.waiting === 1, { what: 'the large one is asked about' });
    judge.ruleNext();
    await until(() => ada.receipts() === 3, { what: 'the first two are saved' });
    ada.say({ kind: 'step-1', stateVector: EMPTY_VECTOR });
    const crowd = Array.from({ length: 1_500 }, (_, at) => makeCrowd(10 + at, 1));
    ada.say({ kind: 'step-2', update: Y.mergeUpdates([known, ...crowd]) });
    judge.ruleNext();
    await turn();
    await writesSomeKeys(ben);
    expect(ada.receipts()).toBe(3);
    await until(() => ada.receipts() === 4, { what: 'it has its receipt' });
    expect(ada.text()).toHaveLength(LARGE + 4_500);
  });
});

describe('an update that would take longer than any may', () => {
  it('[G4] is refused before it is journalled, however small it is', async () => {
    const { judge, store, enter } = stage({ maxUpdateParts: 200_000 });
    const ada = await enter('plan');
    ada.say(update(makeDialogue(1, 2, 28_000)));
    judge.ruleNext();
    await until(() => ada.receipts() === 2, { what: 'much is there' });
    ada.say(update(makeCrowd(10, 2_000)));
    await until(() => !ada.port.isOpen, { what: 'its session ends' });
    expect(ada.port.closedWith).toBe(closeCodes.updateTooComplex);
    expect((await store.load('plan'))?.entries).toHaveLength(1);
  });

  it('[G4] is refused where it is large, and hangs on what the document has', async () => {
    const { judge, store, enter } = stage({ maxUpdateParts: 200_000 });
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, 1)));
    await until(() => ada.receipts() === 2, { what: 'the first is saved' });
    const item = { text: 'x', origin: { client: 1, clock: 0 } };
    const runs = Array.from({ length: 10_000 }, (_, at) => ({ client: 10 + at, clock: 0, items: [item] }));
    ada.say(update(makeUpdate(runs)));
    judge.ruleNext();
    await until(() => !ada.port.isOpen, { what: 'its session ends' });
    expect(ada.port.closedWith).toBe(closeCodes.updateTooComplex);
    expect((await store.load('plan'))?.entries).toHaveLength(1);
  });
});

describe('while a large update comes into its document', () => {
  it('[G4] [G1] others edit theirs; its receipt and screens wait for all of it', async () => {
    const { judge, enter } = stage();
    const [ada, ben] = [await enter('plan'), await enter('other', 'ben')];
    ada.say(update(makeManyTexts(1, 60_000)));
    judge.ruleNext();
    for (let look = 0; look < 10; look += 1) await turn();
    await writesSomeKeys(ben);
    expect([ada.receipts(), ada.count('update')]).toEqual([1, 0]);
    await until(() => ada.receipts() === 2, { what: 'it has its receipt' });
    expect([ada.count('update'), ada.text().length]).toEqual([1, 60_000]);
  });

  it('[R3] the server edits and shows only all of it, never a part', async () => {
    const { judge, collaboration, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, 60_000)));
    judge.ruleNext();
    while ((await store.stat('plan')) === null) await turn();
    for (let look = 0; look < 8; look += 1) await turn();
    expect(ada.receipts()).toBe(1);
    const lengths: number[] = [];
    const note = (document: Y.Doc): void => void lengths.push(document.getText('body').length);
    await Promise.all([
      collaboration.read('plan' as DocumentName, note),
      collaboration.edit('plan' as DocumentName, '', note),
    ]);
    expect(lengths).toEqual([60_000, 60_000]);
  });

  it('[R14] its document may be deleted, which does not wait for all of it', async () => {
    const { judge, collaboration, store, enter } = stage();
    const ada = await enter('plan');
    ada.say(update(makeManyTexts(1, 60_000)));
    judge.ruleNext();
    while ((await store.stat('plan')) === null) await turn();
    for (let look = 0; look < 8; look += 1) await turn();
    let isDeleted = false;
    void collaboration.delete('plan' as DocumentName).then(() => {
      isDeleted = true;
    });
    // All of it takes some hundred turns of the loop more.
    for (let look = 0; look < 50; look += 1) await turn();
    expect(isDeleted).toBe(true);
    expect([collaboration.openDocuments, ada.receipts()]).toEqual([0, 1]);
  });
});

describe('an update that is brought without a connection', () => {
  it('[G6] is not stored when the access of who brings it was taken back while it was judged', async () => {
    const { judge, collaboration, store, takeBack } = stageWithStanding();
    const grant: Grant = {
      role: 'editor',
      canWrite: true,
      user: { id: 'ada', name: null },
      expiresAt: null,
    };
    const brought = collaboration.bring(PLAN, { grant, remoteAddress: '127.0.0.1' }, { update: makeManyTexts(1, 1) });
    const refused = expect(brought).rejects.toBeInstanceOf(AccessError);
    await until(() => judge.waiting === 1, { what: 'it is being judged' });
    takeBack();
    judge.ruleNext();
    await refused;
    expect(await store.load('plan')).toBeNull();
  });
});
