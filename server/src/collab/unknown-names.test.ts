import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createDocuments } from '../api/documents.ts';
import { toApiError } from '../api/problems.ts';
import { createClusterStage, write } from '../testing/cluster-stage.ts';
import type { Page } from '../testing/page.ts';

const name = 'plan' as DocumentName;
const stage = createClusterStage();
afterEach(() => stage.close());

function startNode() {
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  const node = stage.startNode({ log });
  const enter = (document: string = name): Page => stage.open(node, document);
  return { ...node, warnings, enter, write: () => write(node, 'x', name) };
}

const isIn = (page: Page): Promise<unknown> => until(() => page.read().isIn, { what: 'let in' });
const isAskedToRetry = async (page: Page): Promise<void> => {
  await until(() => page.read().closedWith !== null, { what: 'refused' });
  expect(page.closedWith).toBe(closeCodes.loadFailed);
};

describe('[R13] while other nodes may have what this one has not', () => {
  it('a name of which nothing is stored is not opened, and whoever asks is to try again', async () => {
    const { enter, replication, warnings } = startNode();
    replication.knowsAllNames = false;
    await isAskedToRetry(enter());
    expect(warnings.join()).toMatch(/was not opened.*can not be known/);
    replication.knowsAllNames = true;
    await isIn(enter());
  });

  it('nothing is created, by HTTP neither', async () => {
    const { replication, store, write } = startNode();
    replication.knowsAllNames = false;
    const refused = await write().catch((error: unknown) => error);
    expect(toApiError(refused)).toMatchObject({ code: 'load-failed', message: expect.stringMatching(/out of reach/) });
    expect(await store.stat(name)).toBeNull();
  });

  it('nothing is said to be missing: neither to who asks for it nor to who deletes it', async () => {
    const { collaboration, replication, store, write } = startNode();
    const documents = createDocuments({
      store,
      editor: collaboration,
      knowsAllNames: () => replication.knowsAllNames,
    });
    replication.knowsAllNames = false;
    const maybe = expect.objectContaining({ code: 'load-failed', message: expect.stringMatching(/out of reach/) });
    await expect(documents.get(name)).rejects.toEqual(maybe);
    await expect(documents.create({ name })).rejects.toMatchObject({ closeCode: closeCodes.loadFailed });
    const refused = await collaboration.delete(name).catch((error: unknown) => error);
    expect(toApiError(refused)).toEqual(maybe);
    replication.knowsAllNames = true;
    await expect(documents.get(name)).rejects.toMatchObject({ code: 'unknown-document' });
    await write();
    replication.knowsAllNames = false;
    expect(await documents.get(name)).toMatchObject({ name });
    await collaboration.delete(name);
  });

  it('a name that was deleted is not taken for empty: somebody may have begun it anew', async () => {
    const { collaboration, enter, replication, write } = startNode();
    await write();
    await collaboration.delete(name);
    replication.knowsAllNames = false;
    await isAskedToRetry(enter());
  });

  it('a document that is stored is opened, and one that is open goes on; so do the comments on it', async () => {
    const { enter, replication, write } = startNode();
    await write();
    const empty = enter('empty');
    await isIn(empty);
    replication.knowsAllNames = false;
    const ada = enter();
    await isIn(ada);
    expect(ada.text).toBe('x');
    empty.type('y');
    await until(() => empty.read().receipts === 2, { what: 'receipted' });
    await isIn(enter(companionOf(name, 'comments')));
  });

  it('what the server keeps for itself is opened: nobody is let in before it has caught up', async () => {
    const { collaboration, replication } = startNode();
    replication.knowsAllNames = false;
    const { document } = await collaboration.openInternal('\ufdd0registry');
    expect(document.store.clients.size).toBe(0);
  });
});
