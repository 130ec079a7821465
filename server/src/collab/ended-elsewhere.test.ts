import { FIRST_EPOCH, nextEpoch } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createClusterStage, isPutOut, shows, write } from '../testing/cluster-stage.ts';
import { storedText } from '../testing/gateway-stage.ts';

const name = 'plan' as DocumentName;
const comments = companionOf(name, 'comments');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const stage = createClusterStage();
const { enterWhole, open, startTwo } = stage;
afterEach(() => stage.close());

describe('[R14] a life that another node has ended', () => {
  it('ends for everybody here as it does there, comments too', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    await links.carryAll();
    const [ada, reader] = [await enterWhole(here, name), await enterWhole(here, comments)];
    await there.collaboration.delete(name);
    await links.carryAll();
    await isPutOut(ada, closeCodes.documentDeleted.name);
    await isPutOut(reader, closeCodes.documentDeleted.name);
    expect(here.collaboration.openDocuments).toBe(0);
    expect((await enterWhole(here, name)).text).toBe('');
    expect(await here.store.stat(name)).toMatchObject({ state: 'deleted' });
  });

  it('leaves no word in the next, whoever held it and comes back', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await links.carryAll();
    const ada = await enterWhole(here, name);
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    await links.carryAll();
    await isPutOut(ada, closeCodes.documentDeleted.name);
    ada.type(' and more');
    const again = open(here, name, { doc: ada.doc });
    await isPutOut(again, closeCodes.staleEpoch.name);
    expect((await enterWhole(here, name)).text).toBe('new');
    expect(await storedText(here.store, name)).toBe('new');
  });

  it('is over also where it lost against one that was begun at the same time', async () => {
    const { here, there, links } = startTwo();
    await write(here, 'both', name);
    await links.carryAll();
    await Promise.all([here.collaboration.delete(name), there.collaboration.delete(name)]);
    await write(here, 'here', name);
    await write(there, 'there', name);
    const pages = [await enterWhole(here, name), await enterWhole(there, name)];
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
    await write(there, 'old', name);
    await links.carryAll();
    const read = Promise.withResolvers<void>();
    here.store.beforeLoadEnds = () => read.promise;
    const ada = open(here, name);
    await turn();
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    await links.carryAll();
    here.store.beforeLoadEnds = null;
    read.resolve();
    await until(() => ada.read().closedWith !== null, { what: 'refused' });
    expect([ada.closedWith, ada.text]).toEqual([closeCodes.loadFailed, '']);
    expect((await enterWhole(here, name)).text).toBe('new');
  });

  it('puts those out with the code of a deletion whose edit finds it over, and receipts nothing of them', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await links.carryAll();
    const [ada, ben] = [await enterWhole(here, name), await enterWhole(here, name)];
    const receipts = ada.receipts;
    await there.collaboration.delete(name);
    // The store has gone on, and the documents have yet to hear of it.
    await here.store.adopt(links.waitingFor(here));
    ada.type('late');
    await isPutOut(ada, closeCodes.documentDeleted.name);
    await isPutOut(ben, closeCodes.documentDeleted.name);
    expect([ada.receipts, here.collaboration.openDocuments]).toEqual([receipts, 0]);
    await links.carryAll();
    expect((await enterWhole(here, name)).text).toBe('');
    await expect(write(here, 'fresh', name)).resolves.toBeUndefined();
  });

  it('in which nothing was stored here is opened again, by those who came before its document', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    const early = await enterWhole(here, name);
    await links.carryAll();
    await until(() => early.read().closedWith !== null, { what: 'asked to come again' });
    expect(early.closedWith).toBe(closeCodes.loadFailed);
    expect((await enterWhole(here, name)).text).toBe('new');
  });

  it('that has yet to be heard of here is asked to come again, who was told of the next one elsewhere', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'old', name);
    await links.carryAll();
    await there.collaboration.delete(name);
    await write(there, 'new', name);
    const ada = open(there, name, { epoch: '' });
    await until(() => ada.read().isIn, { what: 'let in there' });
    ada.leave();
    const moved = { doc: ada.doc, epoch: ada.epoch ?? '' };
    const early = open(here, name, moved);
    await until(() => early.read().closedWith !== null, { what: 'asked to come again' });
    expect([early.closedWith, early.text]).toEqual([closeCodes.loadFailed, 'new']);
    await links.carryAll();
    const late = open(here, name, moved);
    await until(() => late.read().isIn, { what: 'let in here' });
    late.type('!');
    await shows(await enterWhole(here, name), 'new!');
    late.leave();
  });

  it('whose words come to light later keeps whoever has them out of the present one', async () => {
    const { here, there, links } = startTwo();
    await write(here, 'both', name);
    await links.carryAll();
    const ben = await enterWhole(there, name);
    ben.type(' and ben');
    await until(() => links.waitingFor(here).length > 0, { what: 'on disk there' });
    await here.collaboration.delete(name);
    await write(here, 'new', name);
    const held = await enterWhole(here, name);
    expect(held.text).toBe('new');
    await links.carryAll();
    // Somebody with nothing but what was written there.
    const [entry] = (await there.store.entries({ incarnation: there.store.incarnation, after: 0, limit: 1 })) ?? [];
    expect(entry).toBeDefined();
    const again = open(here, name, { doc: ben.doc });
    await isPutOut(again, closeCodes.staleEpoch.name);
    expect(held.text).toBe('new');
    expect(held.read().ends).toEqual([]);
  });

  it('an entry of this life that a later one has ended already brings nobody back', async () => {
    const { here, there, links } = startTwo();
    await write(there, 'x', name);
    const [first] = links.waitingFor(here);
    await links.carryAll();
    const ada = await enterWhole(here, name);
    if (first === undefined) throw new Error('something was written');
    const second = nextEpoch(FIRST_EPOCH);
    const standIn = { ...first, updates: [], buried: { by: second, tombstone: new Uint8Array([0]) } };
    await here.store.adopt([standIn]);
    await here.collaboration.adopted([standIn]);
    await isPutOut(ada, closeCodes.documentDeleted.name);
  });
});
