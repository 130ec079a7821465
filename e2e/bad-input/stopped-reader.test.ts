import { closeCodes } from '@quire/protocol';
import { joinWithYWebsocket, type ServerProcess, startServer, until } from '@quire/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as Y from 'yjs';
import { collectGarbageThrough, type Inspector } from '../bench/load/inspector.ts';
import { readMemoryBytes } from '../bench/load/server-usage.ts';
import { scrape, sumOf } from '../soak/scrape.ts';
import { inspectable, openInspectorOf } from '../soak/server-gauge.ts';
import { enter, type Offender } from './offender.ts';

const MIB = 2 ** 20;

/** The setting's own default. */
const RING_BYTES = 4 * MIB;
const VALUE_BYTES = 256 * 1024;
const BROADCAST_BYTES = 200 * MIB;
/** So much is broadcast between two looks at the server: less than the ring, so that it is seen at work. */
const ROUND_BYTES = 2 * MIB;
/** A collection of garbage holds the server up, so only in every so many rounds. */
const ROUNDS_PER_COLLECTION = 5;
/** Enough for the heap, the journal's buffers and the allocator to have reached their size. */
const WARM_UP_BYTES = 40 * MIB;

/**
 * What the server may hold more than before, after a collection of garbage: the ring, what one socket has waiting (its
 * mark and a message), and what is on its way at the moment.
 */
const MAY_HOLD_BYTES = RING_BYTES + 4 * MIB;

/**
 * The process as a whole, with what its allocators keep. Without anybody who stops reading it moves by 30 MiB in this
 * test; what is broadcast is several times as much as this allows.
 */
const MAY_GROW_BYTES = 64 * MIB;

let server: ServerProcess;
let inspector: Inspector;
beforeAll(async () => {
  server = await startServer({ ownProcess: true, env: { ...inspectable, QUIRE_LOG_LEVEL: 'debug' } });
  inspector = await openInspectorOf(server);
});
afterAll(async () => {
  inspector.close();
  await server.stop();
});

/** What the server holds, after a collection of garbage, and what its process has of the system. */
async function readMemory() {
  await collectGarbageThrough(inspector);
  const process = readMemoryBytes(server.pid);
  const metrics = await scrape(server.url);
  return { process, held: sumOf(metrics, 'nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes') };
}

async function readQueues() {
  const metrics = await scrape(server.url);
  return {
    ring: sumOf(metrics, 'quire_ring_bytes'),
    unsent: sumOf(metrics, 'quire_unsent_bytes'),
    behind: sumOf(metrics, 'quire_behind_sessions'),
  };
}

function mostOf<T extends string>(readings: readonly Readonly<Record<T, number>>[], what: T): number {
  return Math.max(...readings.map((reading) => reading[what]));
}

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
  const before = await readMemory();

  let reader = await enterAndStop();
  const codes: number[] = [];
  const queues: Awaited<ReturnType<typeof readQueues>>[] = [];
  const memory: Awaited<ReturnType<typeof readMemory>>[] = [];
  for (let round = 0; round * ROUND_BYTES < BROADCAST_BYTES; round += 1) {
    await broadcast(ROUND_BYTES);
    queues.push(await readQueues());
    if (round % ROUNDS_PER_COLLECTION === 0) memory.push(await readMemory());
    if (countClosed() === codes.length) continue;
    reader.socket.resume();
    codes.push((await reader.socket.closed).code);
    reader = await enterAndStop();
  }
  expect(codes).toContain(closeCodes.slowReader.code);
  expect(mostOf(queues, 'behind')).toBe(1);
  expect(mostOf(queues, 'ring')).toBeGreaterThan(0);
  expect(mostOf(queues, 'ring')).toBeLessThanOrEqual(RING_BYTES);
  expect(mostOf(queues, 'unsent')).toBeLessThan(MIB);
  expect(mostOf(memory, 'held') - before.held).toBeLessThan(MAY_HOLD_BYTES);
  expect(mostOf(memory, 'process') - before.process).toBeLessThan(MAY_GROW_BYTES);

  reader.socket.terminate();
  const returned = joinWithYWebsocket(server.wsUrl, 'busy');
  await until(() => returned.provider.synced, { what: 'who comes back is not let in' });
  expect(Y.encodeStateAsUpdate(returned.doc)).toEqual(Y.encodeStateAsUpdate(writer.doc));
  expect(losses).toEqual([]);
  for (const person of [writer, witness, returned]) person.leave();
}, 120_000);
