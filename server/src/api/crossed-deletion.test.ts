import { type DocumentName, MAX_WAITING_CALLS } from '@quire/protocol';
import { until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Bringer } from '../collab/ingest-brought.ts';
import { type Comments, createComments } from '../comments/comments.ts';
import { parseContent } from '../content/content-formats.ts';
import { type ClusterNode, createClusterStage, write } from '../testing/cluster-stage.ts';
import type { Links } from '../testing/linked-nodes.ts';
import { createTurns } from '../turns.ts';
import { type Contents, createContents } from './contents.ts';
import { createDocuments, type Documents } from './documents.ts';

const plan = 'plan' as DocumentName;
const bringer: Bringer = {
  grant: { role: 'editor', canWrite: true, user: { id: 'ada', name: null }, expiresAt: null },
  remoteAddress: '127.0.0.1',
};

const stage = createClusterStage();
let here: ClusterNode;
let there: ClusterNode;
let links: Links;
/** Those of the first node. */
let documents: Documents;
let contents: Contents;
let comments: Comments;
beforeEach(async () => {
  ({ here, there, links } = stage.startTwo());
  const { collaboration, store } = here;
  const takeTurn = createTurns();
  documents = createDocuments({ store, editor: collaboration, takeTurn });
  contents = createContents({ documents, live: collaboration, takeTurn });
  comments = createComments({
    documents,
    live: collaboration,
    takeTurn,
    now: () => 0,
    retries: { add() {} },
    maxAnchorsPerCommenter: 10,
  });
  await documents.create({ name: plan, title: 'Plan' });
  await links.carryAll();
});
afterEach(() => stage.close());

async function turns(): Promise<void> {
  for (let left = 50; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Holds up whatever is to be stored on the first node. @returns what lets it go on */
function holdWrites(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  here.store.beforeAppend = () => promise;
  return () => {
    here.store.beforeAppend = null;
    resolve();
  };
}

/** How each of them ends. */
async function outcomesOf(asked: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((outcome) =>
    outcome.status === 'rejected' ? (outcome.reason.code ?? outcome.reason) : outcome.value,
  );
}

function madeUpdate(): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('body').insert(0, 'hello');
  return Y.encodeStateAsUpdate(doc);
}

const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  'its text': () => contents.read(plan),
  'an update': () => contents.readUpdate(plan, undefined),
  'a copy': () => contents.copy(plan, { name: 'copy' as DocumentName }, bringer),
  'its comments': () => comments.list(plan),
};

const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  'its title': () => documents.rename(plan, 'Changed'),
  'its text': () => contents.replace(plan, parseContent('text', 'hello\n'), 'ada'),
  'an update': () => contents.writeUpdate(plan, bringer, madeUpdate()),
};

describe('[R14] a document that is deleted', () => {
  it.each(Object.keys(reads))('while somebody asks for %s is not found: the server has not failed', async (what) => {
    const letGo = holdWrites();
    // As somebody types: the deletion waits until that is on the disk.
    const typing = write(here, 'typed', plan).catch(() => {});
    await until(() => here.store.appends > 1, { what: 'on its way to the disk' });
    const deleting = documents.delete(plan);
    await turns();
    const outcome = outcomesOf([reads[what]?.() ?? Promise.resolve()]);
    await turns();
    letGo();
    expect(await outcome).toEqual(['unknown-document']);
    await Promise.all([typing, deleting]);
    expect(await here.store.stat('copy')).toBeNull();
  });

  it.each(Object.keys(writes))(
    'by another node while somebody writes %s is not found, and not begun anew',
    async (what) => {
      const letGo = holdWrites();
      const before = here.store.appends;
      const outcome = outcomesOf([writes[what]?.() ?? Promise.resolve()]);
      await until(() => here.store.appends > before, { what: 'on its way to the disk' });
      await there.collaboration.delete(plan);
      await here.store.adopt(links.waitingFor(here));
      letGo();
      expect(await outcome).toEqual(['unknown-document']);
      expect(await here.store.stat(plan)).toMatchObject({ state: 'deleted' });
    },
  );

  it('and begun anew by another node takes in its new life what was written into the former', async () => {
    const letGo = holdWrites();
    const before = here.store.appends;
    const replaced = contents.replace(plan, parseContent('text', 'hello\n'), 'ada');
    await until(() => here.store.appends > before, { what: 'on its way to the disk' });
    await there.collaboration.delete(plan);
    await write(there, 'anew', plan);
    await here.store.adopt(links.waitingFor(here));
    letGo();
    await replaced;
    expect(await here.collaboration.read(plan, (document) => document.getText('body').toString())).toBe('anew');
    expect((await contents.read(plan)).content).toHaveLength(1);
  });

  it('and begun anew by another node while it is loaded is shown as it is in its new life', async () => {
    const notes = 'notes' as DocumentName;
    await write(there, 'old', notes);
    await links.carryAll();
    const { promise: read, resolve: letGo } = Promise.withResolvers<void>();
    here.store.beforeLoadEnds = () => read;
    const asked = contents.readUpdate(notes, undefined);
    await turns();
    await there.collaboration.delete(notes);
    await write(there, 'new', notes);
    await links.carryAll();
    here.store.beforeLoadEnds = null;
    letGo();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, await asked);
    expect(doc.getText('body').toString()).toBe('new');
  });

  it('leaves nobody waiting: as many may ask as before', async () => {
    const letGo = holdWrites();
    const typing = write(here, 'typed', plan).catch(() => {});
    await until(() => here.store.appends > 1, { what: 'on its way to the disk' });
    const deleting = documents.delete(plan);
    await turns();
    const asked = outcomesOf(
      Array.from({ length: MAX_WAITING_CALLS }, () => contents.copy(plan, { name: 'copy' as DocumentName }, bringer)),
    );
    await turns();
    letGo();
    await Promise.all([typing, deleting]);
    expect(new Set(await asked)).toEqual(new Set(['unknown-document']));
    await documents.create({ name: plan });
    await contents.copy(plan, { name: 'copy' as DocumentName }, bringer);
  });
});
