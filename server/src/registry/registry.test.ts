import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DocumentStore, FIRST_EPOCH, MemoryStore, openLevelStore } from '@quire/persistence';
import { closeCodes, type DocumentName, isDocumentName } from '@quire/protocol';
import { until } from '@quire/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { z } from 'zod';
import { type Collaboration, createCollaboration } from '../collab/collaboration.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openGuard } from '../testing/open-guard.ts';
import { testLimits } from '../testing/start-gateway.ts';
import { createRegistry, type Registry, RegistryError, type RegistryHost } from './registry.ts';
import { REGISTRY_NAME } from './registry-name.ts';
import type { RegistryTable } from './registry-table.ts';

const noteSchema = z.object({ text: z.string() });
type Note = z.infer<typeof noteSchema>;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const log = pino({ level: 'silent' });
let clock: ManualClock;
let store: MemoryStore;
beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryStore({ clock });
});

interface Opened {
  readonly registry: Registry;
  readonly notes: RegistryTable<Note>;
  readonly collaboration: Collaboration;
}

function prepare(on: DocumentStore = store, extensions: readonly object[] = []): Opened {
  const registry = createRegistry({ clock, log });
  const notes = registry.table('notes', noteSchema);
  const collaboration = createCollaboration({
    store: on,
    guard: openGuard,
    log,
    clock,
    limits: testLimits,
    maxJournalQueueBytes: 2 ** 26,
    extensions,
  });
  ends.push(async () => {
    registry.close();
    await collaboration.close();
  });
  return { registry, notes, collaboration };
}

async function open(...parameters: Parameters<typeof prepare>): Promise<Opened> {
  const prepared = prepare(...parameters);
  await prepared.registry.open(prepared.collaboration);
  return prepared;
}

function put({ registry, notes }: Pick<Opened, 'registry' | 'notes'>, id: string, text = id): Promise<void> {
  return registry.edit('ada', (draft) => draft.put(notes, id, { text }));
}

function remove({ registry, notes }: Pick<Opened, 'registry' | 'notes'>, id: string): Promise<void> {
  return registry.edit('ada', (draft) => draft.remove(notes, id));
}

const texts = ({ notes }: Pick<Opened, 'notes'>): string[] => [...notes.records.values()].map(({ text }) => text);

describe('what the registry was told', () => {
  it('[G1] is on disk before whoever told it hears so, and before anybody acts on it', async () => {
    store = new MemoryStore({ clock, flushing: 'manual' });
    const opened = await open();
    const heard = vi.fn();
    opened.notes.onChange(heard);
    let isDone = false;
    const putting = put(opened, 'one').then(() => {
      isDone = true;
    });
    await until(() => store.queue.entries > 0, { what: 'at the disk' });
    expect([isDone, heard.mock.calls.length, texts(opened)]).toEqual([false, 0, []]);
    store.flush();
    await putting;
    expect([heard.mock.calls.length, texts(opened)]).toEqual([1, ['one']]);
  });

  it('[G1] is there again after a restart, whoever wrote it, and what was taken away is not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quire-registry-'));
    ends.push(() => rm(directory, { recursive: true }));
    for (const [added, removed, expected] of [
      [['one', 'two'], ['one'], ['two']],
      [['three'], [], ['three', 'two']],
      [['four'], ['two', 'three'], ['four']],
    ] as const) {
      const level = await openLevelStore({ directory });
      const opened = await open(level);
      for (const id of added) await put(opened, id);
      for (const id of removed) await remove(opened, id);
      expect(texts(opened).toSorted()).toEqual(expected);
      for (const end of ends.splice(1).reverse()) await end();
      await level.close();
    }
  });

  it('is heard of once, with what has come and what has gone', async () => {
    const opened = await open();
    await put(opened, 'old');
    const heard = vi.fn();
    opened.notes.onChange(heard);
    await opened.registry.edit('ada', (draft) => {
      draft.remove(opened.notes, 'old');
      draft.put(opened.notes, 'new', { text: 'new' });
    });
    expect(heard.mock.calls).toEqual([
      [{ added: new Map([['new', { text: 'new' }]]), removed: new Map([['old', { text: 'old' }]]) }],
    ]);
  });

  it('holds, whatever those throw who listen', async () => {
    const opened = await open();
    const heard = vi.fn();
    opened.notes.onChange(() => {
      throw new Error('a listener’s own fault');
    });
    opened.notes.onChange(heard);
    await put(opened, 'one');
    await put(opened, 'two');
    expect([heard.mock.calls.length, texts(opened)]).toEqual([2, ['one', 'two']]);
  });
});

describe('an edit of the registry', () => {
  it('sees what the one before it has done', async () => {
    const opened = await open();
    const seen: number[] = [];
    const count = async (id: string): Promise<void> => {
      await opened.registry.edit('', (draft) => {
        seen.push(opened.notes.records.size);
        draft.put(opened.notes, id, { text: id });
      });
    };
    await Promise.all(['a', 'b', 'c'].map(count));
    expect(seen).toEqual([0, 1, 2]);
  });

  it('that is given up by whoever makes it leaves nothing, and the next one goes on', async () => {
    const opened = await open();
    const refused = new Error('thought better of it');
    const edit = opened.registry.edit('', (draft) => {
      draft.put(opened.notes, 'never', { text: '' });
      throw refused;
    });
    await expect(edit).rejects.toBe(refused);
    await put(opened, 'one');
    expect(texts(opened)).toEqual(['one']);
  });

  it('[G5] that the disk refuses is not there, and those after it are whole', async () => {
    const opened = await open();
    await put(opened, 'before');
    store.refuse();
    await expect(put(opened, 'refused')).rejects.toMatchObject({ code: 'REFUSED' });
    store.recover();
    await put(opened, 'after');
    await remove(opened, 'before');
    const again = await open();
    expect([texts(opened), texts(again)]).toEqual([['after'], ['after']]);
  });

  it('weighs the same on the disk however much is in there, and the thousandth leaves no gap', async () => {
    const opened = await open();
    const append = vi.spyOn(store, 'append');
    for (let index = 0; index < 1_050; index += 1) await put(opened, `note-${index}`);
    await remove(opened, 'note-3');
    const bytes = append.mock.calls.map(([draft]) => draft.updates.reduce((sum, { update }) => sum + update.length, 0));
    expect(Math.max(...bytes)).toBeLessThan(100);
    expect((await open()).notes.records.size).toBe(1_049);
  });

  it('[G4] waits with no more than so many others', async () => {
    const opened = await open();
    const append = store.append.bind(store);
    const disk = Promise.withResolvers<void>();
    store.append = async (draft) => {
      await disk.promise;
      return append(draft);
    };
    const edits = Array.from({ length: 1_001 }, (_, index) => put(opened, `note-${index}`));
    await expect(edits.at(-1)).rejects.toMatchObject({ code: 'overloaded' });
    disk.resolve();
    await Promise.all(edits.slice(0, -1));
    expect(opened.notes.records.size).toBe(1_000);
  });
});

describe('[G6] a registry that can’t be known', () => {
  it('says so before it is opened, and after it is closed', async () => {
    const { registry, collaboration, notes } = prepare();
    const unknown = expect.objectContaining({ closeCode: closeCodes.authUnavailable });
    expect(() => registry.assertKnown()).toThrow(unknown);
    await expect(put({ registry, notes }, 'one')).rejects.toMatchObject({ code: 'load-failed' });
    await registry.open(collaboration);
    expect(registry.trouble).toBeNull();
    registry.assertKnown();
    registry.close();
    expect(() => registry.assertKnown()).toThrow(unknown);
    await expect(put({ registry, notes }, 'one')).rejects.toMatchObject({ code: 'service-restart' });
  });

  it('because it is damaged is not opened, and says what to do', async () => {
    store.load = () => Promise.reject(new Error('a record of the journal is damaged'));
    const { registry, collaboration } = prepare();
    await expect(registry.open(collaboration)).rejects.toThrow(RegistryError);
    await expect(registry.open(collaboration)).rejects.toThrow(/Restore the directory from a backup/);
    expect(registry.trouble).not.toBeNull();
  });

  it('because a newer version wrote it is not opened, and names what it does not understand', async () => {
    const newer = new Y.Doc();
    newer.getMap('notes').set('strange', { text: { of: 'another shape' } });
    const updates = [{ author: '', update: Y.encodeStateAsUpdate(newer) }];
    await store.append({ document: REGISTRY_NAME, epoch: FIRST_EPOCH, time: 0, updates });
    const { registry, collaboration } = prepare();
    await expect(registry.open(collaboration)).rejects.toThrow(/notes strange: text/);
  });

  it('because its document broke is read again, and knows all of it', async () => {
    const prepared = prepare();
    const documents: Y.Doc[] = [];
    const host: RegistryHost = {
      async openInternal(name) {
        const stored = await prepared.collaboration.openInternal(name);
        documents.push(stored.document);
        return stored;
      },
    };
    await prepared.registry.open(host);
    await put(prepared, 'one');
    documents[0]?.destroy();
    expect(() => prepared.registry.assertKnown()).toThrow();
    await expect(put(prepared, 'two')).rejects.toMatchObject({ code: 'load-failed' });
    expect(texts(prepared)).toEqual(['one']);
    clock.advance(0);
    await until(() => prepared.registry.trouble === null, { what: 'read again' });
    await put(prepared, 'two');
    expect(texts(prepared)).toEqual(['one', 'two']);
  });
});

describe('[G6] the document of the registry', () => {
  it('has a name that the store takes and nobody else can give', () => {
    expect(isDocumentName(REGISTRY_NAME)).toBe(false);
  });

  it('is told to no hook of an extension, and counted nowhere', async () => {
    const heard: string[] = [];
    const hook = ({ documentName }: { documentName: string }): Promise<void> => {
      heard.push(documentName);
      return Promise.resolve();
    };
    const names = ['onCreateDocument', 'onLoadDocument', 'afterLoadDocument', 'onChange', 'onStoreDocument'];
    const opened = await open(store, [Object.fromEntries(names.map((name) => [name, hook]))]);
    await put(opened, 'one');
    expect(heard).toEqual([]);
    expect(opened.collaboration.openDocuments).toBe(0);
  });

  it('can’t be edited through the door of documents', async () => {
    const { collaboration } = prepare();
    const edit = collaboration.edit(
      REGISTRY_NAME as DocumentName,
      'mallory',
      (doc) => void doc.getMap('notes').clear(),
    );
    await expect(edit).rejects.toMatchObject({ closeCode: closeCodes.badDocumentName });
  });
});
