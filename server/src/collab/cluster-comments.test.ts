import { type Entry, MemoryStore } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName, THREADS_MAP } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type AccessRules, createAccessRules } from '../auth/access-rules.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { createGuard } from '../auth/guard.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createRegistry, type Registry } from '../registry/registry.ts';
import { type ClusterNode, createClusterStage, write } from '../testing/cluster-stage.ts';
import { storedText } from '../testing/gateway-stage.ts';
import { HeldReplication, linkNodes, type TestNode } from '../testing/linked-nodes.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { type Collaboration, createCollaboration } from './collaboration.ts';
import { sweepCompanions } from './companion-sweep.ts';

const name = 'plan' as DocumentName;
const comments = companionOf(name, 'comments');
const log = pino({ level: 'silent' });
const stage = createClusterStage();
const { enter, open, startTwo } = stage;
afterEach(() => stage.close());

const comment = ({ collaboration }: Pick<ClusterNode, 'collaboration'>, id: string): Promise<void> =>
  collaboration.edit(comments, 'ada', (doc) => {
    doc.getMap(THREADS_MAP).set(id, new Y.Map<unknown>([['quote', id]]));
  });

const threadsOf = (page: Page): string[] => [...page.read().doc.getMap(THREADS_MAP).keys()].toSorted();
const hasThreads = (page: Page, ...threads: readonly string[]): Promise<unknown> =>
  until(() => threadsOf(page).join() === threads.join(), { what: () => `threads: ${threadsOf(page).join()}` });
const isAbout = (document: string) => (entry: Entry) => entry.document === document;

async function isAskedToRetry(page: Page): Promise<void> {
  await until(() => page.read().closedWith !== null, { what: 'asked to come again' });
  expect(page.closedWith).toBe(closeCodes.loadFailed);
}

describe('comments from another node', () => {
  it('[G2] show to whoever has them open here', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    await links.carryAll();
    const reader = await enter(here, comments);
    await comment(there, 'one');
    await links.carryAll();
    await hasThreads(reader, 'one');
  });

  it('that come before their document are shown, and can be written on once it has come', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    await comment(there, 'one');
    await links.carry(here, isAbout(comments));
    const reader = await enter(here, comments);
    expect(threadsOf(reader)).toEqual(['one']);
    await expect(comment(here, 'two')).rejects.toMatchObject({ code: 'UNKNOWN_DOCUMENT' });
    await links.carryAll();
    await here.collaboration.settled();
    await comment(here, 'two');
    await links.carryAll();
    await hasThreads(reader, 'one', 'two');
    await hasThreads(await enter(there, comments), 'one', 'two');
  });

  it('[R14] of a later document of that name are not opened before this has come', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await comment(there, 'old');
    await links.carryAll();
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    await comment(there, 'new');
    await links.carry(here, isAbout(comments));
    expect((await enter(here, name)).text).toBe('old');
    await isAskedToRetry(open(here, comments));
    await links.carryAll();
    expect(threadsOf(await enter(here, comments))).toEqual(['new']);
    expect((await enter(here, name)).text).toBe('new');
  });

  it('[R14] of a document that has ended end with it, where the end of the comments has yet to come', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await comment(there, 'old');
    await links.carryAll();
    const [ada, reader] = [await enter(here, name), await enter(here, comments)];
    await there.collaboration.delete(name);
    await links.carry(here, isAbout(name));
    for (const page of [ada, reader]) {
      await until(() => page.read().ends.includes(closeCodes.documentDeleted.name), { what: 'put out' });
    }
    expect(threadsOf(await enter(here, comments))).toEqual([]);
    await links.carryAll();
    expect((await here.store.load(comments))?.epoch).toEqual((await there.store.load(comments))?.epoch);
  });

  it('are left alone by the sweep while their document has yet to come', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    await comment(there, 'new');
    await links.carry(here, isAbout(comments));
    await sweepCompanions(here.store, log).done;
    await links.carryAll();
    expect(threadsOf(await enter(here, comments))).toEqual(['new']);
    expect(links.waitingFor(there)).toEqual([]);
  });
});

describe('[G6] threads that another node wrote', () => {
  it('are brought back by whoever saw them there: they come again until these are here, and are not put out for good', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    await links.carryAll();
    await comment(there, 'one');
    const reader = await enter(there, comments);
    reader.doc.getText('draft').insert(0, 'mine');
    await until(() => reader.read().receipts === 2, { what: 'on disk there' });
    await isAskedToRetry(await enter(here, comments, { doc: reader.doc }));
    await links.carryAll();
    const back = await enter(here, comments, { doc: reader.doc });
    await until(() => back.read().receipts === 1, { what: 'its step 2' });
    expect(threadsOf(back)).toEqual(['one']);
  });

  it('are not written into through a node that lacks them', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    await links.carryAll();
    await comment(there, 'one');
    const forger = new Y.Doc();
    Y.applyUpdate(forger, Y.encodeStateAsUpdate((await enter(there, comments)).doc));
    let forged: Uint8Array | null = null;
    forger.on('update', (update: Uint8Array) => {
      forged = update;
    });
    (forger.getMap(THREADS_MAP).get('one') as Y.Map<unknown>).set('quote', 'forged');
    if (forged === null) throw new Error('something was changed');
    const page = await enter(here, comments);
    page.say({ kind: 'update', update: forged });
    await isAskedToRetry(page);
    await links.carryAll();
    const quotes = (await enter(here, comments)).read().doc.getMap<Y.Map<unknown>>(THREADS_MAP);
    expect(quotes.get('one')?.get('quote')).toBe('one');
  });
});

interface RuledNode extends TestNode {
  readonly collaboration: Collaboration;
  readonly registry: Registry;
  readonly rules: AccessRules;
}

/** Whoever comes is who their token says, and had it made a second ago. */
const byName = (clock: Clock): Authenticator => ({
  async authenticate({ token }) {
    const issuedAt = clock.now() - 1_000;
    return { user: { id: token, name: null }, expiresAt: null, issuedAt, roleIn: () => 'editor' };
  },
});

async function startRuled(clock: Clock = systemClock): Promise<RuledNode> {
  const store = new MemoryStore({ clock });
  const registry = createRegistry({ clock, log });
  const limits = { maxLinks: 10, maxLinksPerDocument: 10, maxRevocations: 10, revocationDays: 30 };
  const binLimits = { days: 30, maxDocuments: 10 };
  const rules = createAccessRules({ registry, store, clock, audit: log, log, limits, binLimits });
  const collaboration = createCollaboration({
    store,
    replication: new HeldReplication(),
    guard: createGuard(byName(clock), log, { standing: rules.standing, bin: rules.bin }),
    standing: rules.standing,
    log,
    clock,
    limits: testLimits,
    maxJournalQueueBytes: 2 ** 26,
    extensions: [],
  });
  await registry.open(collaboration);
  stage.atEnd(async () => {
    rules.close();
    registry.close();
    await collaboration.close();
    await store.close();
  });
  return { store, collaboration, registry, rules };
}

describe('the registry of another node', () => {
  it('[G6] is in the tables here, and whoever listens hears of it', async () => {
    const [here, there] = [await startRuled(), await startRuled()];
    const links = linkNodes([here, there]);
    stage.atEnd(() => links.close());
    const ended: string[] = [];
    here.rules.standing.onEnded(() => void ended.push('told'));
    await there.rules.revocations.revoke({ user: 'ada' });
    await links.carryAll();
    await here.collaboration.settled();
    const known = here.rules.revocations.list().revocations;
    expect(known.map(({ user }) => user)).toEqual(['ada']);
    expect(ended).toEqual(['told']);
    const [revocation] = known;
    await here.rules.revocations.lift(revocation?.id ?? '');
    await links.carryAll();
    await there.collaboration.settled();
    expect(there.rules.revocations.list().revocations).toEqual([]);
  });

  it('[G6] puts those out here whose access was taken back there, and nobody else', async () => {
    const clock = new ManualClock();
    const [here, there] = [await startRuled(clock), await startRuled(clock)];
    const links = linkNodes([here, there]);
    stage.atEnd(() => links.close());
    const [ada, ben] = ['ada', 'ben'].map((token) => new Page(here.collaboration, name, { token }));
    if (ada === undefined || ben === undefined) throw new Error('there are two');
    await until(() => ada.read().isIn && ben.read().isIn, { what: 'both are in' });
    await there.rules.revocations.revoke({ user: 'ada' });
    await links.carryAll();
    await until(() => ada.read().heard.some(({ kind }) => kind === 'token-request'), { what: 'asked' });
    clock.advance(3_000);
    await until(() => ada.read().ends.includes(closeCodes.accessRevoked.name), { what: 'put out' });
    expect([ben.read().ends, ben.closedWith]).toEqual([[], null]);
    for (const page of [ada, ben]) page.leave();
  });

  it('[G6] [R14] puts those out here whose document is in the bin there, until it is taken out, in the same life', async () => {
    const clock = new ManualClock();
    const [here, there] = [await startRuled(clock), await startRuled(clock)];
    const links = linkNodes([here, there]);
    stage.atEnd(() => links.close());
    await write(there, 'x', name);
    await links.carryAll();
    const before = (await here.store.load(name))?.epoch;
    const reader = await stage.enter(here, name);
    const other = await stage.enter(here, 'other');
    await there.rules.bin.put(name);
    await links.carryAll();
    await here.collaboration.settled();
    reader.type('too late');
    clock.advance(3_000);
    await until(() => reader.read().ends.includes(closeCodes.documentInBin.name), { what: 'put out' });
    const late = stage.open(here, name);
    await until(() => late.read().ends.includes(closeCodes.documentInBin.name), { what: 'not let in' });
    expect(await storedText(here.store, name)).toBe('x');
    expect(other.read().ends).toEqual([]);
    await here.rules.bin.restore(name);
    await links.carryAll();
    await there.collaboration.settled();
    expect((await stage.enter(there, name)).text).toBe('x');
    expect((await here.store.load(name))?.epoch).toEqual(before);
  });

  it('[G2] is the same on both after both wrote at once', async () => {
    const [here, there] = [await startRuled(), await startRuled()];
    const links = linkNodes([here, there]);
    stage.atEnd(() => links.close());
    await Promise.all([
      here.rules.revocations.revoke({ user: 'ada' }),
      there.rules.revocations.revoke({ user: 'ben' }),
      write(here, 'x', name),
    ]);
    await links.carryAll();
    const { token } = await there.rules.links.create(name, { role: 'reader' });
    await links.carryAll();
    for (const { collaboration } of [here, there]) await collaboration.settled();
    const usersOf = ({ rules }: RuledNode) =>
      rules.revocations
        .list()
        .revocations.map(({ user }) => user)
        .toSorted();
    expect([usersOf(here), usersOf(there)]).toEqual([
      ['ada', 'ben'],
      ['ada', 'ben'],
    ]);
    expect((await here.rules.links.open(token)).roleIn(name)).toBe('reader');
    expect(await storedText(there.store, name)).toBe('x');
  });
});
