import { MemoryStore } from '@quire/persistence';
import { closeCodes, companionOf, type DocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { toApiError } from '../api/problems.ts';
import { systemClock } from '../clock.ts';
import { HeldReplication } from '../testing/linked-nodes.ts';
import { openGuard } from '../testing/open-guard.ts';
import { Page } from '../testing/page.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { createCollaboration } from './collaboration.ts';

const name = 'plan' as DocumentName;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function startNode() {
  const store = new MemoryStore();
  const replication = new HeldReplication();
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  const collaboration = createCollaboration({
    store,
    replication,
    guard: openGuard,
    log,
    clock: systemClock,
    limits: testLimits,
    maxJournalQueueBytes: 2 ** 26,
    extensions: [],
  });
  ends.push(async () => {
    await collaboration.close();
    await store.close();
  });
  const enter = (document: string = name): Page => {
    const page = new Page(collaboration, document);
    ends.push(() => page.leave());
    return page;
  };
  const write = (document = name): Promise<void> =>
    collaboration.edit(document, '', (doc) => doc.getText('body').insert(0, 'x'));
  return { store, replication, collaboration, warnings, enter, write };
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
