import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { until } from '@quire/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manual-clock.ts';
import { SLOWEST_BYTES_PER_MS } from './answer-deadline.ts';
import { RedisLine } from './redis-line.ts';

const DEADLINE_MS = 1_000;
const SENDING_MS = 8_000;
/** As much as the slowest line takes so long for. */
const record = Buffer.alloc(SENDING_MS * SLOWEST_BYTES_PER_MS);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A line to a server that answers when a test has it do so. */
async function openLine(clock: ManualClock): Promise<{ line: RedisLine; socket: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const at = { host: '127.0.0.1', port: address.port };
  const who = { user: null, password: null, database: 0 };
  const line = await RedisLine.open(at, { clock, deadlineMs: DEADLINE_MS, ...who, tls: null });
  const [socket] = await connected;
  socket.resume();
  ends.push(() => {
    line.close();
    socket.destroy();
    server.close();
  });
  return { line, socket };
}

describe('of records that go out one behind the other', () => {
  let clock: ManualClock;
  let line: RedisLine;
  let socket: Socket;
  let answered: number;
  let failed: unknown[];
  beforeEach(async () => {
    clock = new ManualClock();
    ({ line, socket } = await openLine(clock));
    [answered, failed] = [0, []];
    for (let count = 0; count < 8; count += 1) {
      line.call('XADD', record).then(
        () => {
          answered += 1;
        },
        (error: unknown) => failed.push(error),
      );
    }
  });

  async function answer(count: number): Promise<void> {
    const before = answered;
    socket.write('+OK\r\n'.repeat(count));
    await until(() => answered === before + count, { what: () => `${answered} are answered` });
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  async function pass(ms: number): Promise<void> {
    clock.advance(ms);
    await turn();
    await turn();
  }

  it('[G5] the last is missed as soon as it would be by itself, once those before it are answered', async () => {
    await answer(7);
    await pass(SENDING_MS + DEADLINE_MS - 100);
    expect(failed).toEqual([]);
    await pass(200);
    expect(failed).toEqual([expect.objectContaining({ code: 'unreachable' })]);
  });

  it('[G5] none is missed while they arrive as fast as the slowest line carries them', async () => {
    for (let count = 0; count < 8; count += 1) {
      await pass(SENDING_MS);
      await answer(1);
    }
    expect([answered, failed, line.isIdle]).toEqual([8, [], true]);
  });

  it('[G5] all are missed along with the first, of which nothing comes', async () => {
    await pass(SENDING_MS + DEADLINE_MS + 100);
    await until(() => failed.length === 8, { what: () => `${failed.length} are missed` });
  });
});
