import { type Entry, MemoryStore } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createGatewayStage, storedText, textOf } from '../testing/gateway-stage.ts';
import { HeldReplication, type Links, linkNodes, type TestNode } from '../testing/linked-nodes.ts';

const name = 'plan' as DocumentName;
const stage = createGatewayStage();
afterEach(() => stage.close());

interface Gateway extends TestNode {
  readonly url: string;
  readonly store: MemoryStore;
  readonly replication: HeldReplication;
  readonly collaboration: Awaited<ReturnType<typeof stage.start>>['collaboration'];
}

async function startNode(): Promise<Gateway> {
  const store = new MemoryStore();
  const replication = new HeldReplication();
  const { url, collaboration } = await stage.start({ store, replication });
  return { url, store, replication, collaboration };
}

/** Entries go over as soon as they are stored, one batch after the other. */
function keepCarrying(nodes: readonly TestNode[], links: Links): () => void {
  let underway: Promise<void> = Promise.resolve();
  const ends = nodes.map(({ store }) =>
    store.onStored(() => {
      underway = underway.then(() => links.carryAll());
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}

async function startTwo(): Promise<{ here: Gateway; there: Gateway; links: Links }> {
  const [here, there] = [await startNode(), await startNode()];
  const links = linkNodes([here, there]);
  stage.atEnd(() => links.close());
  return { here, there, links };
}

describe('people with unmodified providers of both dialects on two nodes', () => {
  it('[G2] end with what all of them typed and erased, whoever typed where', async () => {
    const edit = fc.record({ by: fc.nat(3), at: fc.nat(30), erases: fc.boolean() });
    let typed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 10, maxLength: 60 }), async (edits) => {
        const { here, there, links } = await startTwo();
        const stop = keepCarrying([here, there], links);
        const people = [here, there].flatMap(({ url }) => [
          stage.joinHocuspocus(url, name),
          stage.joinYWebsocket(url, name),
        ]);
        await until(() => people.every(({ provider }) => provider.synced), { what: 'all are in' });
        for (const { at, by, erases } of edits) {
          const body = people[by]?.doc.getText('body');
          if (body === undefined) throw new Error('there are four');
          if (erases && body.length > 0) body.delete(at % body.length, 1);
          else body.insert(at % (body.length + 1), String.fromCodePoint(0x4e00 + typed++));
          if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        const first = people[0]?.doc as Y.Doc;
        // Everybody has their own edits: once all have the same, all have everything.
        const isSettled = (): boolean =>
          people.every(({ doc }) => Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(first)));
        await until(isSettled, { what: 'all have the same' });
        for (const { collaboration } of [here, there]) await collaboration.settled();
        await links.carryAll();
        const texts = await Promise.all([here, there].map(({ store }) => storedText(store, name)));
        for (const text of [...texts, ...people.map(({ doc }) => textOf(doc))]) expect(text).toBe(textOf(first));
        stop();
        await stage.close();
      }),
      { numRuns: 8 },
    );
    expect(typed).toBeGreaterThan(50);
  }, 60_000);

  it('[R14] are put out by a deletion on the other node with the code of a deletion', async () => {
    const { here, there, links } = await startTwo();
    const ada = stage.joinYWebsocket(here.url, name);
    const raw = await stage.openRaw(here.url, name);
    const codes: number[] = [];
    ada.provider.on('connection-close', (event) => void codes.push(event?.code ?? 0));
    await until(() => ada.provider.synced, { what: 'in' });
    ada.doc.getText('body').insert(0, 'x');
    await until(() => links.waitingFor(there).length > 0, { what: 'on disk' });
    await links.carryAll();
    await there.collaboration.delete(name);
    await links.carryAll();
    await until(() => codes.length > 0, { what: 'closed' });
    expect(codes[0]).toBe(closeCodes.documentDeleted.code);
    await until(() => raw.heard.some((frame) => frame.kind === 'closed'), { what: 'told' });
    expect(raw.heard.at(-1)).toMatchObject({ kind: 'closed', reason: closeCodes.documentDeleted.name });
  });

  it('[G6] see comments of the other node in whatever order these and their document come', async () => {
    const comments = companionOf(name, 'comments');
    const { here, there, links } = await startTwo();
    await there.collaboration.edit(name, '', (doc) => doc.getText('body').insert(0, 'x'));
    await there.collaboration.edit(comments, '', (doc) => void doc.getMap('threads').set('one', 'a thread'));
    const reader = stage.joinHocuspocus(here.url, comments);
    await until(() => reader.provider.synced, { what: 'in' });
    const isOfComments = (entry: Entry): boolean => entry.document === comments;
    await links.carry(here, isOfComments);
    await until(() => reader.doc.getMap('threads').has('one'), { what: 'the thread' });
    await links.carryAll();
    expect(reader.provider.synced).toBe(true);
  });
});
