import { type DocumentStore, FIRST_EPOCH, MemoryStore } from '@quire/persistence';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createGatewayStage, EMPTY_VECTOR, type RawClient, storedText, textOf } from '../testing/gateway-stage.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, joinYWebsocket, openRaw } = stage;
afterEach(() => stage.close());

/** Edits of one author, each an update of its own: the first one as large as it is told to be. */
function editsOf(bytes: number, others: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.getText('body').insert(0, 'x'.repeat(bytes));
  for (let index = 0; index < others; index += 1) doc.getText('body').insert(0, String(index % 10));
  return updates;
}

/** So many edits that none becomes one with its neighbour: it takes many turns to integrate them. */
function scatteredEdits(count: number): Uint8Array {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (let index = 0; index < count; index += 1) doc.getText('body').insert(0, 'x');
  });
  return Y.encodeStateAsUpdate(doc);
}

/** A store in which `plan` is a snapshot and the edits after it. */
async function storeOf([snapshot, ...later]: readonly Uint8Array[]): Promise<DocumentStore> {
  const store = new MemoryStore();
  for (const update of [snapshot, ...later]) {
    if (update !== undefined)
      await store.append({ document: 'plan', updates: [{ author: 'ada', update }], epoch: FIRST_EPOCH, time: 1 });
  }
  return store;
}

/** What a client heard, presence aside, in its order; each as a document would take it. */
function heardKinds({ heard }: RawClient): string[] {
  return heard.map(({ kind }) => kind).filter((kind) => kind !== 'presence');
}

function rebuild({ heard }: RawClient): string {
  const doc = new Y.Doc();
  for (const frame of heard) {
    if (frame.kind === 'step-2' || frame.kind === 'update') Y.applyUpdate(doc, frame.update);
  }
  return textOf(doc);
}

describe('who comes with empty hands to a document that is not in memory', () => {
  it.each([
    ['one update', editsOf(100_000, 0), ['authenticated', 'step-2', 'step-1']],
    // What lies beside the largest part comes before it: with the step 2 a client takes the document for whole.
    ['a large one and others', editsOf(100_000, 30), ['authenticated', 'update', 'step-2', 'step-1']],
  ])('[G3] is sent it whole before it is in memory, where it is stored as %s', async (_, updates, kinds) => {
    const store = await storeOf(updates);
    const { url } = await start({ store });
    const raw = await openRaw(url, 'plan', [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
    await vi.waitFor(() => expect(heardKinds(raw)).toHaveLength(kinds.length));
    expect(heardKinds(raw)).toEqual(kinds);
    expect(rebuild(raw)).toBe(await storedText(store, 'plan'));
    await store.close();
  });

  it('is answered as ever where it is small, or many large parts', async () => {
    for (const updates of [editsOf(100, 3), [...editsOf(80_000, 0), ...editsOf(90_000, 0)]]) {
      const store = await storeOf(updates);
      const { url } = await start({ store });
      const raw = await openRaw(url, 'plan', [{ kind: 'step-1', stateVector: EMPTY_VECTOR }]);
      await vi.waitFor(() => expect(heardKinds(raw)).toEqual(['authenticated', 'step-1', 'step-2']));
      expect(rebuild(raw)).toBe(await storedText(store, 'plan'));
      await store.close();
    }
  });

  it('[G2] of both dialects, in a crowd that types at once: all have all of it, and all is stored', async () => {
    const store = await storeOf(editsOf(300_000, 20));
    const { url } = await start({ store });
    const people = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? joinHocuspocus(url, 'plan') : joinYWebsocket(url, 'plan'),
    );
    for (const [index, { doc }] of people.entries()) doc.getText('body').insert(0, `<${index}>`);
    await vi.waitFor(
      () => {
        const [first, ...others] = people.map(({ doc }) => textOf(doc));
        expect(first).toHaveLength(300_020 + '<0>'.length * 10 + '<10>'.length * 2);
        expect(others.every((text) => text === first)).toBe(true);
      },
      { timeout: 10_000 },
    );
    await vi.waitFor(async () => expect(await storedText(store, 'plan')).toBe(textOf(people[0]?.doc ?? new Y.Doc())));
    await stage.close();
    await store.close();
  });

  it('[R14] is not let into a life that ended while it was brought into memory', async () => {
    const store = await storeOf([scatteredEdits(40_000)]);
    const { url, collaboration } = await start({ store });
    const ada = joinYWebsocket(url, 'plan');
    const isStale = (): boolean => textOf(ada.doc).length > 0;
    // As soon as something of it is seen, which is before it is in memory.
    await vi.waitFor(() => expect(isStale() || collaboration.openDocuments > 0).toBe(true), { interval: 1 });
    await collaboration.delete('plan' as never);
    const ben = joinHocuspocus(url, 'plan');
    await vi.waitFor(() => expect(ben.provider.isSynced).toBe(true), { timeout: 5_000 });
    expect(textOf(ben.doc)).toBe('');
    ben.doc.getText('body').insert(0, 'new life');
    await vi.waitFor(() => expect(ben.provider.hasUnsyncedChanges).toBe(false));
    expect(await storedText(store, 'plan')).toBe('new life');
    await stage.close();
    await store.close();
  });

  it('and asks again, having it, is sent only what is missing then', async () => {
    const [update = new Uint8Array()] = editsOf(200_000, 0);
    const store = await storeOf([update]);
    const { url } = await start({ store });
    const known = new Y.Doc();
    Y.applyUpdate(known, update);
    const raw = await openRaw(url, 'plan', [
      { kind: 'step-1', stateVector: EMPTY_VECTOR },
      { kind: 'step-1', stateVector: Y.encodeStateVector(known) },
    ]);
    await vi.waitFor(() => expect(heardKinds(raw).filter((kind) => kind === 'step-2')).toHaveLength(2));
    expect(heardKinds(raw).filter((kind) => kind === 'authenticated')).toHaveLength(1);
    const sizes = raw.heard.flatMap((frame) => (frame.kind === 'step-2' ? [frame.update.length > 100_000] : []));
    expect(sizes).toEqual([true, false]);
    expect(rebuild(raw)).toBe('x'.repeat(200_000));
    await stage.close();
    await store.close();
  });
});
