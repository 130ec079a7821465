import {
  type EntryDraft,
  type EntryId,
  FIRST_EPOCH,
  type LoadedDocument,
  MemoryStore,
  nextEpoch,
} from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { storedText } from '../testing/gateway-stage.ts';
import { HeldReplication, type Links, linkNodes } from '../testing/linked-nodes.ts';
import { openGuard } from '../testing/open-guard.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { type Collaboration, type CollaborationOptions, createCollaboration, type Extension } from './collaboration.ts';

const name = 'plan' as DocumentName;
const comments = companionOf(name, 'comments');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A store whose reads and writes a test can hold up. */
class HeldStore extends MemoryStore {
  beforeLoadEnds: (() => Promise<void>) | null = null;
  beforeAppend: (() => Promise<void>) | null = null;
  appends = 0;

  override async load(document: string): Promise<LoadedDocument | null> {
    const loaded = await super.load(document);
    await this.beforeLoadEnds?.();
    return loaded;
  }

  override async append(draft: EntryDraft): Promise<EntryId> {
    this.appends += 1;
    await this.beforeAppend?.();
    return super.append(draft);
  }
}

interface Node {
  readonly store: HeldStore;
  readonly collaboration: Collaboration;
  readonly replication: HeldReplication;
}

function startNode(options: Partial<CollaborationOptions> = {}): Node {
  const store = new HeldStore();
  const replication = new HeldReplication();
  const collaboration = createCollaboration({
    store,
    replication,
    guard: openGuard,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    limits: testLimits,
    maxJournalQueueBytes: 2 ** 26,
    extensions: [],
    ...options,
  });
  ends.push(async () => {
    replication.acknowledge();
    await collaboration.close();
    await store.close();
  });
  return { store, collaboration, replication };
}

function startTwo(options: Partial<CollaborationOptions> = {}): { here: Node; there: Node; links: Links } {
  const [here, there] = [startNode(options), startNode()];
  const links = linkNodes([here, there]);
  ends.push(() => links.close());
  return { here, there, links };
}

async function enter(node: Node, document: string = name, doc?: Y.Doc): Promise<Page> {
  const page = new Page(node.collaboration, document, doc === undefined ? {} : { doc });
  ends.push(() => page.leave());
  await until(() => page.read().isIn, { what: `nobody is let into ${document}` });
  await until(() => page.read().receipts > 0, { what: 'its step 2 is durable' });
  return page;
}

function write(node: Node, text: string, document = name, author = ''): Promise<void> {
  return node.collaboration.edit(document, author, (doc) => {
    const body = doc.getText('body');
    body.insert(body.length, text);
  });
}

const shows = (page: Page, text: string): Promise<unknown> =>
  until(() => page.text === text, { what: () => `a page that shows “${page.text}” shows “${text}”` });

const isPutOut = (page: Page, reason: string): Promise<unknown> =>
  until(() => page.read().ends.includes(reason), { what: () => `put out with ${reason}, not ${page.ends.join()}` });

describe('entries of other nodes', () => {
  it('[G2] show on every screen here without being journalled or published again', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enter(here), await enter(here)];
    await write(there, 'hello');
    await links.carryAll();
    expect([ada.text, ben.text]).toEqual(['hello', 'hello']);
    expect([here.store.appends, links.waitingFor(there)]).toEqual([0, []]);
    ada.type('!');
    await shows(ben, 'hello!');
    await links.carryAll();
    expect([await storedText(there.store, name), here.store.appends]).toEqual(['hello!', 1]);
  });

  it('[G1] are in the journal before any screen shows them, and are applied once whoever brings them hears so', async () => {
    const { here, there, links } = startTwo();
    const ada = await enter(here);
    await write(there, 'x');
    const entries = links.waitingFor(here);
    await here.store.adopt(entries);
    expect(ada.text).toBe('');
    await here.collaboration.adopted(entries);
    expect([ada.text, await storedText(here.store, name)]).toEqual(['x', 'x']);
  });

  it('of documents that are closed here cost nothing but their place in the journal', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'cold');
    await links.carryAll();
    expect([here.collaboration.openDocuments, await storedText(here.store, name)]).toEqual([0, 'cold']);
    expect((await enter(here)).text).toBe('cold');
  });

  it('[G2] twice, and in another order, change nothing', async () => {
    const { here, there, links } = startTwo();
    const ada = await enter(here);
    for (const letter of 'abc') await write(there, letter);
    const entries = links.waitingFor(here);
    for (const entry of [...entries].reverse()) {
      await here.store.adopt([entry]);
      await here.collaboration.adopted([entry]);
      await here.collaboration.adopted([entry]);
    }
    expect(ada.text).toBe('abc');
  });

  it('[R3] that wait for missing ones appear with these', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enter(here), await enter(there)];
    for (const letter of 'abc') {
      ben.type(letter);
      await until(() => ben.read().receipts > 'abc'.indexOf(letter) + 1, { what: 'on disk' });
    }
    const [first] = links.waitingFor(here);
    await links.carry(here, (entry) => entry !== first);
    expect(ada.text).toBe('');
    await links.carryAll();
    expect(ada.text).toBe('abc');
  });

  it('[G2] that are large come in slices, and whole', async () => {
    const { here, there, links } = startTwo();
    const ada = await enter(here);
    const text = 'long '.repeat(120_000);
    await write(there, text);
    await links.carryAll();
    expect(ada.text.length).toBe(text.length);
  });

  it('have extensions hear of the change as of one that the server makes', async () => {
    const changes: unknown[] = [];
    const extension: Extension = {
      async onChange({ transactionOrigin }) {
        changes.push(transactionOrigin);
      },
    };
    const { here, there, links } = startTwo({ extensions: [extension] });
    await here.collaboration.read(name, () => {});
    const held = here.collaboration.edit(name, '', () => {});
    await held;
    await write(there, 'x');
    await here.collaboration.read(name, async () => {
      await links.carryAll();
    });
    await until(() => changes.length > 0, { what: 'a hook hears of it' });
    expect(changes).toEqual([{ source: 'local' }]);
  });

  it('[R5] tell who wrote what, for whoever brings it back', async () => {
    const { here, there, links } = startTwo();
    const ada = await enter(here);
    await write(there, 'by ben', name, 'ben');
    await links.carryAll();
    expect(ada.text).toBe('by ben');
    const entries = await here.store.load(name);
    expect(entries?.entries.map(({ updates }) => updates.map(({ author }) => author))).toEqual([['ben']]);
  });

  it('that wait with a batch which the disk refuses come into the document all the same', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enter(here), await enter(here)];
    const disk = Promise.withResolvers<void>();
    here.store.beforeAppend = () => disk.promise;
    await write(there, 'theirs');
    const entries = links.waitingFor(here);
    await here.store.adopt(entries);
    ada.type('mine');
    const adopting = here.collaboration.adopted(entries);
    await until(() => here.store.appends === 1, { what: 'at the disk' });
    disk.reject(new Error('the disk refuses'));
    await adopting;
    expect(ben.text).toBe('theirs');
    expect(ada.read().closedWith).toBe(closeCodes.internalError);
  });
});

describe('a title that another node’s people typed', () => {
  const rename = (node: Node, title: string): Promise<void> =>
    node.collaboration.edit(name, '', (doc) => void doc.getMap('meta').set('title', title));

  it('is in the index here without an entry of this node', async () => {
    const { here, there, links } = startTwo();
    const ada = await enter(here);
    await rename(there, 'Plan B');
    await links.carryAll();
    ada.read();
    await here.collaboration.settled();
    expect(await here.store.stat(name)).toMatchObject({ title: 'Plan B' });
    expect(here.store.appends).toBe(0);
  });
});

describe('[R14] a life that another node has ended', () => {
  it('ends for everybody here as it does there, comments too', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x');
    await links.carryAll();
    const [ada, reader] = [await enter(here), await enter(here, comments)];
    await there.collaboration.delete(name);
    await links.carryAll();
    await isPutOut(ada, closeCodes.documentDeleted.name);
    await isPutOut(reader, closeCodes.documentDeleted.name);
    expect(here.collaboration.openDocuments).toBe(0);
    expect((await enter(here)).text).toBe('');
    expect(await here.store.stat(name)).toMatchObject({ state: 'deleted' });
  });

  it('leaves no word in the next, whoever held it and comes back', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old');
    await links.carryAll();
    const ada = await enter(here);
    await there.collaboration.delete(name);
    await write(there, 'new');
    await links.carryAll();
    await isPutOut(ada, closeCodes.documentDeleted.name);
    ada.type(' and more');
    const again = new Page(here.collaboration, name, { doc: ada.doc });
    ends.push(() => again.leave());
    await isPutOut(again, closeCodes.staleEpoch.name);
    expect((await enter(here)).text).toBe('new');
    expect(await storedText(here.store, name)).toBe('new');
  });

  it('is over also where it lost against one that was begun at the same time', async () => {
    const { here, there, links } = startTwo();
    await write(here, 'both');
    await links.carryAll();
    await Promise.all([here.collaboration.delete(name), there.collaboration.delete(name)]);
    await write(here, 'here');
    await write(there, 'there');
    const pages = [await enter(here), await enter(there)];
    await links.carryAll();
    const [mine, theirs] = [await here.store.load(name), await there.store.load(name)];
    expect(mine?.epoch).toEqual(theirs?.epoch);
    const survivor = await storedText(here.store, name);
    expect(['here', 'there']).toContain(survivor);
    expect(await storedText(there.store, name)).toBe(survivor);
    const loser = survivor === 'here' ? pages[1] : pages[0];
    if (loser === undefined) throw new Error('there were two');
    await isPutOut(loser, closeCodes.documentDeleted.name);
  });

  it('crosses a load: nobody is shown what is over', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old');
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    here.store.beforeLoadEnds = () => read.promise;
    const ada = new Page(here.collaboration, name);
    ends.push(() => ada.leave());
    await turn();
    await there.collaboration.delete(name);
    await write(there, 'new');
    await links.carryAll();
    here.store.beforeLoadEnds = null;
    read.resolve();
    await until(() => ada.read().closedWith !== null, { what: 'refused' });
    expect([ada.closedWith, ada.text]).toEqual([closeCodes.loadFailed, '']);
    expect((await enter(here)).text).toBe('new');
  });

  it('puts those out with the code of a deletion whose edit finds it over, and receipts nothing of them', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old');
    await links.carryAll();
    const [ada, ben] = [await enter(here), await enter(here)];
    const receipts = ada.receipts;
    await there.collaboration.delete(name);
    // The store has gone on, and the documents have yet to hear of it.
    await here.store.adopt(links.waitingFor(here));
    ada.type('late');
    await isPutOut(ada, closeCodes.documentDeleted.name);
    await isPutOut(ben, closeCodes.documentDeleted.name);
    expect([ada.receipts, here.collaboration.openDocuments]).toEqual([receipts, 0]);
    await links.carryAll();
    expect((await enter(here)).text).toBe('');
    await expect(write(here, 'fresh')).resolves.toBeUndefined();
  });

  it('in which nothing was stored here is opened again, by those who came before its document', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old');
    await there.collaboration.delete(name);
    await write(there, 'new');
    const early = await enter(here);
    await links.carryAll();
    await until(() => early.read().closedWith !== null, { what: 'asked to come again' });
    expect(early.closedWith).toBe(closeCodes.loadFailed);
    expect((await enter(here)).text).toBe('new');
  });

  it('whose words come to light later keeps whoever has them out of the present one', async () => {
    const { here, there, links } = startTwo();
    await write(here, 'both');
    await links.carryAll();
    const ben = await enter(there);
    ben.type(' and ben');
    await until(() => links.waitingFor(here).length > 0, { what: 'on disk there' });
    await here.collaboration.delete(name);
    await write(here, 'new');
    const held = await enter(here);
    expect(held.text).toBe('new');
    await links.carryAll();
    // Somebody with nothing but what was written there.
    const [entry] = (await there.store.entries({ incarnation: there.store.incarnation, after: 0, limit: 1 })) ?? [];
    expect(entry).toBeDefined();
    const again = new Page(here.collaboration, name, { doc: ben.doc });
    ends.push(() => again.leave());
    await isPutOut(again, closeCodes.staleEpoch.name);
    expect(held.text).toBe('new');
    expect(held.read().ends).toEqual([]);
  });
});

describe('a document that is being loaded', () => {
  it('[G2] gets what comes meanwhile once it is in memory', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'a');
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    here.store.beforeLoadEnds = () => read.promise;
    const ada = new Page(here.collaboration, name);
    ends.push(() => ada.leave());
    await turn();
    await write(there, 'b');
    await links.carryAll();
    here.store.beforeLoadEnds = null;
    read.resolve();
    await shows(ada, 'ab');
  });

  it('[G4] is read again when more comes than can be kept', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'a');
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    const load = vi.spyOn(here.store, 'load');
    here.store.beforeLoadEnds = () => read.promise;
    const ada = new Page(here.collaboration, name);
    ends.push(() => ada.leave());
    await turn();
    const [entry] = links.waitingFor(here);
    expect(entry).toBeUndefined();
    await write(there, 'b');
    const brought = links.waitingFor(here);
    const heavy = brought.map((one) => ({ ...one, updates: [...one.updates, ...fillers(17)] }));
    await links.carry(here);
    await here.collaboration.adopted(heavy);
    here.store.beforeLoadEnds = null;
    read.resolve();
    await shows(ada, 'ab');
    expect(load.mock.calls.filter(([document]) => document === name).length).toBe(2);
  });
});

/** Updates that weigh so many mebibytes, and are let go of before anybody reads them. */
function fillers(mebibytes: number) {
  return Array.from({ length: mebibytes }, () => ({ author: '', update: new Uint8Array(1024 * 1024) }));
}

describe('a room', () => {
  it('[G7] is joined when its document opens, and left when that is let go of', async () => {
    const { here } = startTwo();
    const ada = await enter(here);
    expect([...here.replication.rooms.keys()]).toEqual([name]);
    here.replication.rooms.get(name)?.relay('to everybody');
    const stateless = (): unknown[] => ada.read().heard.filter(({ kind }) => kind === 'stateless');
    expect(stateless()).toEqual([{ kind: 'stateless', payload: 'to everybody' }]);
    ada.leave();
    await until(() => here.replication.rooms.size === 0, { what: 'left' });
  });
});

it('[R14] an entry of this life that a later one has ended already brings nobody back', async () => {
  const { here, there, links } = startTwo();
  await write(there, 'x');
  const [first] = links.waitingFor(here);
  await links.carryAll();
  const ada = await enter(here);
  if (first === undefined) throw new Error('something was written');
  const second = nextEpoch(FIRST_EPOCH);
  const standIn = { ...first, updates: [], buried: { by: second, tombstone: new Uint8Array([0]) } };
  await here.store.adopt([standIn]);
  await here.collaboration.adopted([standIn]);
  await isPutOut(ada, closeCodes.documentDeleted.name);
});
