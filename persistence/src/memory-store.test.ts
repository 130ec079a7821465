import { expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { describeDocumentStore } from './testing/document-store-contract.ts';
import { failsWith } from './testing/fails-with.ts';
import { appendTo, isPending } from './testing/open-on.ts';
import { loadText } from './testing/rebuild.ts';
import { Typist } from './testing/sample-updates.ts';

describeDocumentStore('MemoryStore', async (clock) => new MemoryStore(clock === undefined ? {} : { clock }));

it('[G1] confirms nothing before a flush when flushing is manual', async () => {
  const store = new MemoryStore({ flushing: 'manual' });
  const receipt = appendTo(store, 'notes', new Typist().type('x'));
  expect(await isPending(receipt)).toBe(true);
  expect(store.queue).toMatchObject({ entries: 1 });
  expect(await store.load('notes')).toBeNull();
  store.flush();
  expect(await receipt).toMatchObject({ sequence: 1 });
  expect(store.queue).toEqual({ entries: 0, bytes: 0 });
});

it('[G5] refuses on request, keeps what it had accepted, and recovers', async () => {
  const store = new MemoryStore({ flushing: 'manual' });
  const ada = new Typist();
  const states: string[] = [];
  store.onStatus((status) => states.push(status.state));
  const pending = appendTo(store, 'notes', ada.type('a'));
  store.refuse();
  await expect(appendTo(store, 'notes', ada.type('b'))).rejects.toSatisfy(failsWith('REFUSED'));
  expect(await isPending(pending)).toBe(true);
  store.recover();
  store.flush();
  await pending;
  expect(await loadText(store, 'notes')).toBe('a');
  expect(states).toEqual(['refusing', 'ready']);
  await store.close();
});

it('[G4] folds what not every node has when it weighs too much in one document', async () => {
  const store = new MemoryStore({ unfoldedBytes: 5_000 });
  store.keepUnfolded(0);
  const ada = new Typist();
  await appendTo(store, 'notes', ada.type('x'.repeat(3_000)));
  expect(await store.compact('notes')).toMatchObject({ entries: 0 });
  await appendTo(store, 'notes', ada.type('y'.repeat(3_000)));
  expect(await store.compact('notes')).toMatchObject({ entries: 2 });
});

it('reports what a listener throws', async () => {
  const errors: unknown[] = [];
  const store = new MemoryStore({ onUpkeepError: (error) => errors.push(error) });
  const fault = new Error('a publisher that broke');
  store.onStored(() => {
    throw fault;
  });
  await appendTo(store, 'notes', new Typist().type('x'));
  expect(errors).toEqual([fault]);
});

it('counts a fold as pending until it is flushed', async () => {
  const store = new MemoryStore({ flushing: 'manual' });
  const receipt = appendTo(store, 'notes', new Typist().type('x'));
  store.flush();
  await receipt;
  const folding = store.compact('notes');
  expect(store.pendingFolds).toBe(1);
  expect((await store.load('notes'))?.snapshot).toBeNull();
  store.flush();
  expect(await folding).toMatchObject({ entries: 1 });
  expect(store.pendingFolds).toBe(0);
});

it('counts a deletion as pending until it is flushed', async () => {
  const store = new MemoryStore({ flushing: 'manual' });
  const receipt = appendTo(store, 'notes', new Typist().type('x'));
  store.flush();
  await receipt;
  const deleting = store.delete('notes');
  expect([store.pendingDeletions, store.pendingReclaims]).toEqual([1, 0]);
  store.flush();
  await deleting;
  expect(store.pendingDeletions).toBe(0);
});
