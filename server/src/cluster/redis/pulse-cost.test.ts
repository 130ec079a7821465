import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RedisStage, setRedisStage } from '../../testing/redis-stage.ts';
import { encodeRoomMessage } from '../rooms/room-message.ts';
import { channelOf } from '../rooms/rooms.ts';

const PULSES = 500;
const DOCUMENT = 'team/quarterly-plan-2026';
/** As docs/scaling.md has it. */
const MEASURED_BYTES = 85;

let stage: RedisStage;
beforeAll(() => {
  stage = setRedisStage();
});
afterAll(() => stage.end());

it('a pulse is as many bytes from Redis as docs/scaling.md says, for each node that hears it', async () => {
  const redis = await stage.startServer();
  const [one, other] = await stage.startPair(redis.url);
  let heard = 0;
  for (const { bus } of [one, other]) await bus.listen(channelOf(DOCUMENT), () => (heard += 1));
  const counted = async (): Promise<{ sent: number; answer: number }> => {
    const answer = String(await redis.command('INFO', 'stats'));
    return { sent: Number(/total_net_output_bytes:(\d+)/.exec(answer)?.[1]), answer: answer.length };
  };
  const before = await counted();
  const from = '1f3a5c7e90b2d4f6';
  for (let number = 1; number <= PULSES; number += 1) {
    const pulse = encodeRoomMessage({ from, life: 100 + number, number: 1_000 + number, said: { kind: 'pulse' } });
    expect(await one.bus.tell(channelOf(DOCUMENT), pulse)).toBe(2);
  }
  await expect.poll(() => heard).toBe(2 * PULSES);
  const after = await counted();
  const bytes = (after.sent - before.sent - before.answer) / PULSES / 2;
  expect(Math.round(bytes)).toBe(MEASURED_BYTES);
}, 60_000);
