import type { RedisProcess } from '@quire/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RoomLink } from '../../collab/replication.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { type BusNode, type RedisStage, setRedisStage } from '../../testing/redis-stage.ts';
import { Sheet } from '../../testing/rooms-stage.ts';
import { createRooms, type Rooms, TALLIES_CHANNEL } from '../rooms/rooms.ts';
import { TALLY_EVERY_MS } from '../rooms/tallies.ts';
import { encodeTally } from '../rooms/tally.ts';

const DOCUMENTS = 500;
const MINUTE_MS = 60_000;
/** Everything that was said has been pulsed for the last time by then. */
const AT_REST_MS = 30_000;
const TALLIES = 500;
/** As docs/scaling.md has it. */
const MEASURED_BYTES = 77;

let stage: RedisStage;
beforeAll(() => {
  stage = setRedisStage();
});
afterAll(() => stage.end());

const statistic = async (redis: RedisProcess, section: string, pattern: RegExp): Promise<number> =>
  Number(pattern.exec(String(await redis.command('INFO', section)))?.[1] ?? 0);

/** Two nodes at a Redis, with one clock, which moves only once everything that was told has been heard. */
async function startNodes(redis: RedisProcess) {
  const clock = new ManualClock();
  const log = pino({ level: 'silent' });
  const pair = await stage.startPair(redis.url);
  let heard = 0;
  for (const { bus } of pair) await bus.listen('barrier', () => (heard += 1));
  const nodes: Rooms[] = pair.map(({ bus }: BusNode, index) =>
    createRooms({ bus, incarnation: `00000000000000a${index}`, clock, log }),
  );
  stage.onEnd(async () => {
    for (const rooms of nodes) rooms.close();
  });
  let told = 0;
  /** Commands of one line are answered in their order, and heard in it. */
  const catchUp = async (): Promise<void> => {
    for (const { bus } of pair) await bus.tell('barrier', new Uint8Array(0));
    told += pair.length;
    await expect.poll(() => heard, { interval: 1 }).toBe(told * pair.length);
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 500) {
      clock.advance(500);
      await catchUp();
    }
  };
  /** @returns how many messages were told meanwhile, without those that it is done by */
  const countIn = async (ms: number): Promise<number> => {
    const published = () => statistic(redis, 'commandstats', /cmdstat_publish:calls=(\d+)/);
    const before = (await published()) - told;
    await pass(ms);
    return (await published()) - told - before;
  };
  return { nodes, pass, countIn };
}

it('[G4] five hundred documents that two nodes have open, and in which nothing is said, cost not one message more than none', async () => {
  const redis = await stage.startServer();
  const { nodes, pass, countIn } = await startNodes(redis);
  const links: RoomLink[] = [];
  for (let index = 0; index < DOCUMENTS; index += 1) {
    for (const rooms of nodes) links.push(rooms.join(`team/plan-${index}`, new Sheet()));
  }
  await pass(AT_REST_MS);
  expect(links.filter(({ isShared }) => !isShared)).toEqual([]);
  const whileOpen = await countIn(MINUTE_MS);
  for (const link of links) link.leave();
  await pass(AT_REST_MS);
  const onceClosed = await countIn(MINUTE_MS);
  expect([whileOpen, onceClosed]).toEqual(Array(2).fill((nodes.length * MINUTE_MS) / TALLY_EVERY_MS));
}, 60_000);

it('a tally is as many bytes from Redis as docs/scaling.md says, for each node that hears it', async () => {
  const redis = await stage.startServer();
  const [one, other] = await stage.startPair(redis.url);
  let heard = 0;
  for (const { bus } of [one, other]) await bus.listen(TALLIES_CHANNEL, () => (heard += 1));
  const counted = async (): Promise<{ sent: number; answer: number }> => {
    const answer = String(await redis.command('INFO', 'stats'));
    return { sent: Number(/total_net_output_bytes:(\d+)/.exec(answer)?.[1]), answer: answer.length };
  };
  const before = await counted();
  const [from, peer] = ['1f3a5c7e90b2d4f6', '00000000000000b2'];
  for (let number = 1; number <= TALLIES; number += 1) {
    const digests = new Map([[peer, new Uint8Array(8)]]);
    expect(await one.bus.tell(TALLIES_CHANNEL, encodeTally({ from, number: 1_000 + number, digests }))).toBe(2);
  }
  await expect.poll(() => heard).toBe(2 * TALLIES);
  const after = await counted();
  const bytes = (after.sent - before.sent - before.answer) / TALLIES / 2;
  expect(Math.round(bytes)).toBe(MEASURED_BYTES);
}, 60_000);
