import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeManyDeletions, makeUpdate } from '../testing/made-up-updates.ts';
import { encodeDeletesOnly, findNovelty } from './novelty.ts';
import { splitByAuthor } from './split-by-author.ts';
import { inspectUpdate } from './update-inspection.ts';

type Op = { readonly who: number; readonly kind: 'insert' | 'delete'; readonly at: number; readonly sync: boolean };
const ops = fc.array(
  fc.record({
    who: fc.nat(2),
    kind: fc.constantFrom('insert' as const, 'delete' as const),
    at: fc.nat(50),
    sync: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Three people write; now and then one of them syncs with the first. */
function play(script: readonly Op[], gc: boolean): Y.Doc[] {
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc({ gc }), { clientID }));
  for (const { who, kind, at, sync } of script) {
    const doc = docs[who];
    const hub = docs[0];
    if (doc === undefined || hub === undefined) continue;
    const text = doc.getText('body');
    if (kind === 'insert') text.insert(Math.min(at, text.length), 'ab');
    else if (text.length > 0) text.delete(Math.min(at, text.length - 1), 1);
    if (!sync) continue;
    Y.applyUpdate(hub, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(hub));
  }
  return docs;
}

const stateOf = (doc: Y.Doc) => ({
  text: doc.getText('body').toString(),
  vector: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(),
  deletes: [...Y.createDeleteSetFromStructStore(doc.store).clients].sort((a, b) => a[0] - b[0]),
});

describe('what a step 2 adds', () => {
  it('[R5] is one deletion where one is sent, of however many structs', () => {
    const doc = new Y.Doc();
    // Each at the front, so that no two of them merge.
    const items = Array.from({ length: 100 }, (_, at) => ({
      text: 'x',
      rightOrigin: at === 0 ? null : { client: 4, clock: at - 1 },
    }));
    Y.applyUpdate(doc, makeUpdate([{ client: 4, clock: 0, items }]));
    expect(doc.store.clients.get(4)).toHaveLength(100);
    const deletes = Y.createDeleteSet();
    deletes.clients.set(4, [{ clock: 10, len: 50 } as never]);
    const novelty = findNovelty(doc, inspectUpdate(encodeDeletesOnly(deletes)));
    expect(novelty).toEqual(encodeDeletesOnly(deletes));
  });

  it('[R5] the novelty brings a document to the same state as the whole', () => {
    let novel = 0;
    void fc.assert(
      fc.property(ops, fc.boolean(), (script, gc) => {
        const [hub, other] = play(script, gc);
        if (hub === undefined || other === undefined) return;
        const whole = Y.encodeStateAsUpdate(other);
        const novelty = findNovelty(hub, inspectUpdate(whole));
        const reference = new Y.Doc({ gc });
        Y.applyUpdate(reference, Y.encodeStateAsUpdate(hub));
        Y.applyUpdate(reference, whole);
        if (novelty !== null) {
          novel += 1;
          expect(novelty.length).toBeLessThanOrEqual(whole.length);
          Y.applyUpdate(hub, novelty);
        }
        expect(stateOf(hub)).toEqual(stateOf(reference));
        expect(findNovelty(hub, inspectUpdate(whole))).toBeNull();
      }),
      { numRuns: 200 },
    );
    expect(novel).toBeGreaterThan(10);
  });

  it('[R5] a deletion counts although the state vectors are equal', () => {
    const server = new Y.Doc();
    server.getText('body').insert(0, 'hello');
    const client = new Y.Doc();
    Y.applyUpdate(client, Y.encodeStateAsUpdate(server));
    client.getText('body').delete(0, 3);
    expect(Y.encodeStateVector(client)).toEqual(Y.encodeStateVector(server));
    const novelty = findNovelty(server, inspectUpdate(Y.encodeStateAsUpdate(client)));
    expect(novelty).not.toBeNull();
    Y.applyUpdate(server, novelty ?? new Uint8Array());
    expect(server.getText('body').toString()).toBe('lo');
  });

  it('[R3] [R5] what is pending already is no news, however often it comes back', () => {
    const writer = Object.assign(new Y.Doc(), { clientID: 5 });
    const updates: Uint8Array[] = [];
    writer.on('update', (update: Uint8Array) => updates.push(update));
    writer.getText('body').insert(0, 'first');
    writer.getText('body').insert(5, 'second');
    writer.getText('body').delete(6, 2);
    const server = new Y.Doc();
    server.getText('body').insert(0, 'here');
    for (const orphan of updates.slice(1)) Y.applyUpdate(server, orphan);
    const reader = new Y.Doc();
    Y.applyUpdate(reader, Y.encodeStateAsUpdate(server));
    const stepTwo = inspectUpdate(Y.encodeStateAsUpdate(reader));
    expect(server.store.pendingStructs).not.toBeNull();
    expect(server.store.pendingDs).not.toBeNull();
    expect(findNovelty(server, stepTwo)).toBeNull();
    reader.getText('body').insert(0, 'new ');
    expect(findNovelty(server, inspectUpdate(Y.encodeStateAsUpdate(reader)))).not.toBeNull();
  });

  it('[G4] [R3] hundreds of thousands of deletions that are pending are gone through once, when they come back', () => {
    const server = new Y.Doc();
    const deletions = makeManyDeletions(9, 300_000);
    Y.applyUpdate(server, deletions);
    expect(server.store.pendingDs).not.toBeNull();
    // Each looked for among all, they took longer than a test may.
    expect(findNovelty(server, inspectUpdate(deletions))).toBeNull();
  });

  it('[R5] of a long history of deletions, only the new one is kept', () => {
    const server = new Y.Doc({ gc: false });
    const text = server.getText('body');
    for (let round = 0; round < 2_000; round += 1) {
      text.insert(0, 'xyz');
      text.delete(1, 1);
    }
    const client = new Y.Doc({ gc: false });
    Y.applyUpdate(client, Y.encodeStateAsUpdate(server));
    client.getText('body').delete(0, 1);
    const whole = Y.encodeStateAsUpdate(client, Y.encodeStateVector(server));
    const novelty = findNovelty(server, inspectUpdate(whole));
    expect(whole.length).toBeGreaterThan(2_000);
    expect(novelty?.length).toBeLessThan(30);
  });

  it('[R5] structs go to the author known for their client, deletions to the sender', () => {
    const ada = Object.assign(new Y.Doc(), { clientID: 11 });
    const ben = Object.assign(new Y.Doc(), { clientID: 22 });
    ada.getText('body').insert(0, 'ada');
    Y.applyUpdate(ben, Y.encodeStateAsUpdate(ada));
    ben.getText('body').insert(3, 'ben');
    ben.getText('body').delete(0, 1);
    const update = Y.encodeStateAsUpdate(ben);
    const parts = splitByAuthor(update, inspectUpdate(update), 'Ben', (client) => (client === 11 ? 'Ada' : undefined));
    expect(parts.map((part) => part.author)).toEqual(['Ada', 'Ben']);
    const clients = parts.map((part) => inspectUpdate(part.update).spans.map((span) => span.client));
    expect(clients).toEqual([[11], [22]]);
    expect(parts.map((part) => inspectUpdate(part.update).deletes.clients.size)).toEqual([0, 1]);
    const rebuilt = new Y.Doc();
    for (const part of parts) Y.applyUpdate(rebuilt, part.update);
    expect(rebuilt.getText('body').toString()).toBe(ben.getText('body').toString());
  });
});
