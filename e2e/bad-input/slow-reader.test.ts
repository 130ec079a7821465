import { closeCodes } from '@quire/protocol';
import { joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { enter } from './offender.ts';

const MAX_RING_BYTES = 1_048_576;
/** Of what is sent at once: the ring takes several. */
const EDIT_BYTES = 200_000;
/** The kernel takes in several megabytes for somebody who reads nothing; this is far beyond it. */
const MOST_EDITS = 500;

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({
    ownProcess: true,
    env: { QUIRE_LIMITS_MAX_RING_BYTES_PER_DOCUMENT: String(MAX_RING_BYTES), QUIRE_LOG_LEVEL: 'debug' },
  });
});
afterAll(() => server.stop());

/** The server notes when it closes somebody; they have two seconds then to hear why before they are cut off. */
function isClosing(): boolean {
  return server.log.includes(`"name":"${closeCodes.slowReader.name}"`);
}

test('[G4] who stops reading is closed with a code that says to come back, and has everything when they do', async () => {
  const slow = await enter(server.wsUrl, 'y-websocket', 'slow');
  const writer = joinWithYWebsocket(server.wsUrl, 'slow');
  await until(() => writer.provider.synced, { what: 'the writer is not let in' });
  const losses: unknown[] = [];
  writer.provider.on('connection-close', (event) => losses.push(event));
  slow.socket.pause();

  const body = writer.doc.getArray<string>('body');
  const witness = joinWithYWebsocket(server.wsUrl, 'slow');
  const witnessHasAll = (): boolean => witness.doc.getArray('body').length === body.length;
  while (!isClosing()) {
    expect(body.length).toBeLessThan(MOST_EDITS);
    body.push(['x'.repeat(EDIT_BYTES)]);
    await until(() => isClosing() || witnessHasAll(), { what: 'the others have lost their editor' });
  }
  slow.socket.resume();
  const { code, reason } = await slow.socket.closed;
  expect({ code, reason }).toEqual({ code: closeCodes.slowReader.code, reason: closeCodes.slowReader.reason });
  expect(closeCodes.slowReader.retry).toBe('backoff');
  await until(witnessHasAll, { what: 'the others have lost their editor' });
  expect(losses).toEqual([]);

  const returned = joinWithYWebsocket(server.wsUrl, 'slow');
  await until(() => returned.provider.synced, { what: 'who comes back is not let in' });
  expect(returned.doc.getArray('body').length).toBe(body.length);
  expect(Y.encodeStateVector(returned.doc)).toEqual(Y.encodeStateVector(writer.doc));
  for (const person of [writer, witness, returned]) person.leave();
});
