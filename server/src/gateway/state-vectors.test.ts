import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { closeCodes, type DocumentName, decodeServerFrame, encodeHocuspocusFrame } from '@quire/protocol';
import { type FrameSocket, openFrameSocket, until } from '@quire/testing';
import { afterEach, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { createGatewayStage, EMPTY_UPDATE, keystrokes, textOf } from '../testing/gateway-stage.ts';
import { makeCrowd } from '../testing/made-up-updates.ts';

const stage = createGatewayStage();
const { start, joinHocuspocus, openRaw } = stage;
afterEach(() => stage.close());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const MIB = 1024 * 1024;
const ADDRESSES = 256;
const FIRST_CLIENT = 1_000_000_000;

/** Of so many clients, each of whom wrote one thing. */
function stateVectorOf(clients: number, first = FIRST_CLIENT): Uint8Array {
  return Y.encodeStateVector(new Map(Array.from({ length: clients }, (_, index) => [first + index, 1])));
}

const addresses: readonly string[] = Array.from({ length: ADDRESSES }, (_, index) => `plan\0${index}`);

/** Somebody who opens one document many times, each time with this state vector, and says nothing more. */
async function openManyTimes(url: string, stateVector: Uint8Array): Promise<FrameSocket> {
  const socket = await openFrameSocket(`${url}/collab`);
  stage.atEnd(() => socket.terminate());
  for (const address of addresses) {
    socket.send(encodeHocuspocusFrame(address, { kind: 'token', token: '', providerVersion: null }));
    socket.send(encodeHocuspocusFrame(address, { kind: 'step-1', stateVector }));
  }
  return socket;
}

const countOf = ({ frames }: FrameSocket, kind: string): number =>
  frames.filter((bytes) => decodeServerFrame(bytes).frame.kind === kind).length;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const limits = { maxDocumentsPerSession: ADDRESSES, maxUnestablishedFrames: 10_000 };

it('[G4] of state vectors whose step 2 never comes, a session keeps no more than may wait', async () => {
  const { url } = await start({ limits: { ...limits, maxUnestablishedBytes: 4 * MIB } });
  const ada = joinHocuspocus(url, 'other');
  await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
  const before = heldBytes();
  const hog = await openManyTimes(url, stateVectorOf(20_000));
  let held = 0;
  await until(
    () => {
      held = Math.max(held, heldBytes() - before);
      return !hog.isOpen || countOf(hog, 'step-2') === ADDRESSES;
    },
    { what: 'all are answered, or it is put out', timeoutMs: 60_000 },
  );
  expect(held).toBeLessThan(64 * MIB); // what lies in sockets and buffers is in it, too
  expect((await hog.closed).code).toBe(closeCodes.overloaded.code);
  ada.doc.getText('body').insert(0, 'meanwhile');
  await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
});

it('[G4] what a client has in common with the document is not kept, however often it opens it', async () => {
  const { url, collaboration } = await start({ limits: { ...limits, maxUnestablishedBytes: 256 * 1024 } });
  const crowd = makeCrowd(FIRST_CLIENT, 2_000);
  await collaboration.edit('plan' as DocumentName, '', (doc) => Y.applyUpdate(doc, crowd));
  const copy = new Y.Doc();
  Y.applyUpdate(copy, crowd);
  const ada = joinHocuspocus(url, 'plan', { doc: copy });
  await vi.waitFor(() => expect(ada.provider.isSynced).toBe(true));
  const before = heldBytes();
  const reader = await openManyTimes(url, Y.encodeStateVector(copy));
  await until(() => countOf(reader, 'step-2') === ADDRESSES, { what: 'every one is answered', timeoutMs: 60_000 });
  expect(heldBytes() - before).toBeLessThan(16 * MIB);
  expect(reader.isOpen).toBe(true);
  ada.doc.getText('body').insert(0, 'seen');
  await until(() => countOf(reader, 'update') >= ADDRESSES, { what: 'every one is told' });
});

it('[G4] one that names far more clients than the document has is refused', async () => {
  const { url } = await start();
  const raw = await openRaw(url, 'plan');
  raw.say({ kind: 'step-1', stateVector: stateVectorOf(60_000) });
  expect(await raw.closed).toBe(closeCodes.updateTooComplex.code);
});

it('[R14] one of another life is told so, however many clients it names', async () => {
  const gateway = await start();
  const { url, collaboration } = gateway;
  const ada = joinHocuspocus(url, 'plan');
  ada.doc.getText('body').insert(0, 'former');
  await vi.waitFor(() => expect(ada.provider.hasUnsyncedChanges).toBe(false));
  await collaboration.delete('plan' as DocumentName);
  const raw = await openRaw(url, 'plan', []);
  const known = new Map(Y.decodeStateVector(Y.encodeStateVector(ada.doc)));
  for (let client = 0; client < 60_000; client += 1) known.set(FIRST_CLIENT + client, 1);
  raw.say({ kind: 'step-1', stateVector: Y.encodeStateVector(known) });
  await until(() => raw.heard.some((frame) => frame.kind === 'closed'), { what: 'it is put out of the document' });
  expect(raw.heard.flatMap((frame) => (frame.kind === 'closed' ? [frame.reason] : []))).toEqual([
    closeCodes.staleEpoch.name,
  ]);
});

it('[R2] who was offline in thousands of pages comes in, is asked for them, and is told once that they are saved', async () => {
  const { url } = await start({ limits: { maxUnestablishedBytes: 256 * 1024 } });
  const mine = new Y.Doc();
  Y.applyUpdate(mine, makeCrowd(FIRST_CLIENT, 10_000));
  const raw = await openRaw(url, 'plan');
  raw.say({ kind: 'step-1', stateVector: Y.encodeStateVector(mine) });
  await until(() => raw.heard.some(({ kind }) => kind === 'step-1'), { what: 'it is asked for what it has' });
  // What its step 1 said already, then something new, then everything.
  raw.say({ kind: 'update', update: makeCrowd(FIRST_CLIENT, 1) });
  for (const update of keystrokes(1)) raw.say({ kind: 'update', update });
  raw.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(mine) });
  await until(() => raw.receipts() >= 2, { what: 'it is saved' });
  raw.say({ kind: 'update', update: EMPTY_UPDATE });
  await until(() => raw.receipts() >= 3, { what: 'what it says later has receipts of its own' });
  expect(raw.receipts()).toBe(3);
  const reader = joinHocuspocus(url, 'plan');
  await vi.waitFor(() => expect(textOf(reader.doc).length).toBeGreaterThan(10_000));
});
