import { closeCodes, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClusterNode, createClusterStage, shows, write } from '../testing/cluster-stage.ts';
import { storedText } from '../testing/gateway-stage.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Extension } from './collaboration.ts';
import { type FlushTimer, systemFlushTimer } from './flush-window.ts';

const name = 'plan' as DocumentName;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const stage = createClusterStage();
const { enterWhole, open, startTwo } = stage;
afterEach(() => stage.close());

describe('entries of other nodes', () => {
  it('[G2] show on every screen here without being journalled or published again', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enterWhole(here, name), await enterWhole(here, name)];
    await write(there, 'hello', name);
    await links.carryAll();
    await Promise.all([shows(ada, 'hello'), shows(ben, 'hello')]);
    expect([here.store.appends, links.waitingFor(there)]).toEqual([0, []]);
    ada.type('!');
    await shows(ben, 'hello!');
    await links.carryAll();
    expect([await storedText(there.store, name), here.store.appends]).toEqual(['hello!', 1]);
  });

  it('[G1] are in the journal before any screen shows them', async () => {
    const { here, there, links } = startTwo();
    const ada = await enterWhole(here, name);
    await write(there, 'x', name);
    const entries = links.waitingFor(here);
    await here.store.adopt(entries);
    expect(ada.text).toBe('');
    await here.collaboration.adopted(entries);
    await shows(ada, 'x');
    expect(await storedText(here.store, name)).toBe('x');
  });

  it('of documents that are closed here cost nothing but their place in the journal', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'cold', name);
    await links.carryAll();
    expect([here.collaboration.openDocuments, await storedText(here.store, name)]).toEqual([0, 'cold']);
    expect((await enterWhole(here, name)).text).toBe('cold');
  });

  it('[G2] twice, and in another order, change nothing', async () => {
    const { here, there, links } = startTwo();
    const ada = await enterWhole(here, name);
    for (const letter of 'abc') await write(there, letter, name);
    const entries = links.waitingFor(here);
    for (const entry of [...entries].reverse()) {
      await here.store.adopt([entry]);
      await here.collaboration.adopted([entry]);
      await here.collaboration.adopted([entry]);
    }
    await shows(ada, 'abc');
    await here.collaboration.settled();
    expect(ada.text).toBe('abc');
  });

  it('[R3] that wait for missing ones appear with these', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enterWhole(here, name), await enterWhole(there, name)];
    for (const letter of 'abc') {
      ben.type(letter);
      await until(() => ben.read().receipts > 'abc'.indexOf(letter) + 1, { what: 'on disk' });
    }
    const [first] = links.waitingFor(here);
    await links.carry(here, (entry) => entry !== first);
    await here.collaboration.settled();
    expect(ada.text).toBe('');
    await links.carryAll();
    await shows(ada, 'abc');
  });

  it('[G2] that are large come in slices, and whole', async () => {
    const { here, there, links } = startTwo();
    const ada = await enterWhole(here, name);
    const text = 'long '.repeat(120_000);
    await write(there, text, name);
    await links.carryAll();
    await until(() => ada.text.length === text.length, { what: 'all of it' });
  });

  it('have extensions hear of the change as of one that the server makes', async () => {
    const changes: unknown[] = [];
    const extension: Extension = {
      async onChange({ transactionOrigin }) {
        changes.push(transactionOrigin);
      },
    };
    const { here, there, links } = startTwo({ extensions: [extension] });
    await write(there, 'x', name);
    await here.collaboration.read(name, async () => {
      await links.carryAll();
    });
    await until(() => changes.length > 0, { what: 'a hook hears of it' });
    expect(changes).toEqual([{ source: 'local' }]);
  });

  it('[G4] wait with whoever brings them once much is on its way, and hold up no other document', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enterWhole(here, name), await enterWhole(here, 'other')];
    const disk = Promise.withResolvers<void>();
    here.store.beforeAppend = () => disk.promise;
    ada.type('mine');
    await until(() => here.store.appends === 1, { what: 'at the disk' });
    await write(there, 'few', name);
    await links.carry(here);
    await write(there, 'long '.repeat(1_800_000), name);
    const large = links.waitingFor(here);
    await links.carry(there);
    await here.store.adopt(large);
    let isTaken = false;
    const bringing = here.collaboration.adopted(large).then(() => {
      isTaken = true;
    });
    await write(there, 'small', 'other');
    await links.carry(here, ({ document }) => document === 'other');
    await shows(ben, 'small');
    expect(isTaken).toBe(false);
    disk.resolve();
    await bringing;
    await until(() => ada.text.length > 9_000_000, { what: 'all of it' });
  });

  it('[R5] tell who wrote what, for whoever brings it back', async () => {
    const { here, there, links } = startTwo();
    const ada = await enterWhole(here, name);
    await write(there, 'by ben', name, 'ben');
    await links.carryAll();
    await shows(ada, 'by ben');
    const entries = await here.store.load(name);
    expect(entries?.entries.map(({ updates }) => updates.map(({ author }) => author))).toEqual([['ben']]);
  });

  it('that wait with a batch which the disk refuses come into the document all the same', async () => {
    const { here, there, links } = startTwo();
    const [ada, ben] = [await enterWhole(here, name), await enterWhole(here, name)];
    const disk = Promise.withResolvers<void>();
    here.store.beforeAppend = () => disk.promise;
    await write(there, 'theirs', name);
    const entries = links.waitingFor(here);
    await here.store.adopt(entries);
    ada.type('mine');
    const adopting = here.collaboration.adopted(entries);
    await until(() => here.store.appends === 1, { what: 'at the disk' });
    disk.reject(new Error('the disk refuses'));
    await adopting;
    await shows(ben, 'theirs');
    expect(ada.read().closedWith).toBe(closeCodes.internalError);
  });
});

describe('a title that another node’s people typed', () => {
  const rename = (node: ClusterNode, title: string): Promise<void> =>
    node.collaboration.edit(name, '', (doc) => void doc.getMap('meta').set('title', title));

  it('is in the index here without an entry of this node', async () => {
    const clock = new ManualClock();
    const timer: FlushTimer = {
      now: () => clock.monotonicMs(),
      after: (ms, task) => (ms < 1 ? systemFlushTimer : clock).after(ms, task),
    };
    const { here, there, links } = startTwo({ timer });
    const ada = await enterWhole(here, name);
    await rename(there, 'Plan B');
    await links.carryAll();
    await until(() => ada.read().doc.getMap('meta').get('title') === 'Plan B', { what: 'on the screen' });
    await here.collaboration.settled();
    clock.advance(10_000);
    await here.collaboration.settled();
    expect(await here.store.stat(name)).toMatchObject({ title: 'Plan B' });
    expect(here.store.appends).toBe(0);
  });
});

describe('a document that is being loaded', () => {
  it('[G2] gets what comes meanwhile once it is in memory', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'a', name);
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    here.store.beforeLoadEnds = () => read.promise;
    const ada = open(here, name);
    await turn();
    await write(there, 'b', name);
    await links.carryAll();
    here.store.beforeLoadEnds = null;
    read.resolve();
    await shows(ada, 'ab');
  });

  it('[G4] is read again when more comes than can be kept', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'a', name);
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    const load = vi.spyOn(here.store, 'load');
    here.store.beforeLoadEnds = () => read.promise;
    const ada = open(here, name);
    await turn();
    const [entry] = links.waitingFor(here);
    expect(entry).toBeUndefined();
    await write(there, 'b', name);
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
    const ada = await enterWhole(here, name);
    expect([...here.replication.rooms.keys()]).toEqual([name]);
    here.replication.rooms.get(name)?.relay('to everybody');
    const stateless = (): unknown[] => ada.read().heard.filter(({ kind }) => kind === 'stateless');
    expect(stateless()).toEqual([{ kind: 'stateless', payload: 'to everybody' }]);
    ada.leave();
    await until(() => here.replication.rooms.size === 0, { what: 'left' });
  });
});
