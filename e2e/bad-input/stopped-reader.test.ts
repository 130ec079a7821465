import { closeCodes } from '@quire/protocol';
import { joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { scrape, sumOf } from '../soak/scrape.ts';
import { inspectable, openServerGauge, type ServerGauge } from '../soak/server-gauge.ts';
import { enter, type Offender } from './offender.ts';

const MIB = 2 ** 20;

/** The setting's own default. */
const RING_BYTES = 4 * MIB;
const VALUE_BYTES = 256 * 1024;
/** So much is broadcast between two looks at the server. */
const ROUND_BYTES = 10 * MIB;
const BROADCAST_BYTES = 200 * MIB;
/** Enough for the heap, the journal's buffers and the allocator to have reached their size. */
const WARM_UP_BYTES = 40 * MIB;

/**
 * What the server may hold more than before, after a collection of garbage: the ring, what one socket has waiting (its
 * mark and a message), and what is on its way at the moment.
 */
const MAY_HOLD_BYTES = RING_BYTES + 4 * MIB;

/** The process as a whole, with what its allocators keep: that moves by several MiB from one run to the next. */
const MAY_GROW_BYTES = 40 * MIB;

let server: ServerProcess;
let gauge: ServerGauge;
beforeAll(async () => {
  server = await startServer({ env: { ...inspectable, QUIRE_LOG_LEVEL: 'debug' } });
  gauge = await openServerGauge(server);
});
afterAll(async () => {
  gauge.close();
  await server.stop();
});

/** How many the server has told that they are too slow; they have two seconds then to hear it. */
const countClosed = (): number => server.log.split(`"name":"${closeCodes.slowReader.name}"`).length - 1;

async function enterAndStop(): Promise<Offender> {
  const reader = await enter(server.wsUrl, 'y-websocket', 'busy');
  reader.socket.pause();
  return reader;
}

test('[G4] memory stays flat while 200 MB pass somebody who has stopped reading; they come back to all of it', async () => {
  const writer = joinWithYWebsocket(server.wsUrl, 'busy');
  const witness = joinWithYWebsocket(server.wsUrl, 'busy');
  await until(() => writer.provider.synced && witness.provider.synced, { what: 'nobody is let in' });
  const losses: unknown[] = [];
  for (const { provider } of [writer, witness]) provider.on('connection-close', (event) => losses.push(event));

  const [mine, theirs] = [writer.doc.getMap<Uint8Array>('values'), witness.doc.getMap<Uint8Array>('values')];
  let count = 0;
  /** Each value replaces, and so deletes, the one before: the document stays small. */
  const broadcast = async (bytes: number): Promise<void> => {
    for (let sent = 0; sent < bytes; sent += VALUE_BYTES) {
      count += 1;
      const value = new Uint8Array(VALUE_BYTES).fill(count);
      mine.set('one', value);
      await until(() => theirs.get('one')?.[0] === value[0], {
        what: 'the others have lost their editor',
        onChange: (look) => {
          witness.doc.on('update', look);
          return () => witness.doc.off('update', look);
        },
      });
    }
  };

  await broadcast(WARM_UP_BYTES);
  const before = await gauge.read();

  let reader = await enterAndStop();
  let closed = 0;
  const most = { ring: 0, unsent: 0, behind: 0, held: 0, memory: 0 };
  for (let sent = 0; sent < BROADCAST_BYTES; sent += ROUND_BYTES) {
    await broadcast(ROUND_BYTES);
    const metrics = await scrape(server.url);
    const now = await gauge.read();
    most.ring = Math.max(most.ring, sumOf(metrics, 'quire_ring_bytes'));
    most.unsent = Math.max(most.unsent, sumOf(metrics, 'quire_unsent_bytes'));
    most.behind = Math.max(most.behind, sumOf(metrics, 'quire_behind_sessions'));
    most.held = Math.max(most.held, now.heap + now.external);
    most.memory = Math.max(most.memory, now.memory);
    if (countClosed() === closed) continue;
    closed = countClosed();
    reader.socket.resume();
    const { code } = await reader.socket.closed;
    expect([closeCodes.slowReader.code, 1006]).toContain(code); // cut off, if it has not read that far in two seconds
    reader = await enterAndStop();
  }
  console.log(closed, most, before);
  expect(closed).toBeGreaterThan(1);
  expect(most.behind).toBe(1);
  expect(most.ring).toBeGreaterThan(0);
  expect(most.ring).toBeLessThanOrEqual(RING_BYTES);
  expect(most.unsent).toBeLessThan(MIB);
  expect(most.held - before.heap - before.external).toBeLessThan(MAY_HOLD_BYTES);
  expect(most.memory - before.memory).toBeLessThan(MAY_GROW_BYTES);

  reader.socket.terminate();
  const returned = joinWithYWebsocket(server.wsUrl, 'busy');
  await until(() => returned.provider.synced, { what: 'who comes back is not let in' });
  expect(Y.encodeStateAsUpdate(returned.doc)).toEqual(Y.encodeStateAsUpdate(writer.doc));
  expect(losses).toEqual([]);
  for (const person of [writer, witness, returned]) person.leave();
}, 120_000);
