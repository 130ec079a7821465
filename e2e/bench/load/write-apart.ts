import { createDialect } from './dialects.ts';
import { pause } from './pause.ts';
import { untilRedisAnswers } from './redis-gauge.ts';
import type { Target } from './target.ts';
import { TypingRoom } from './typing-room.ts';

export interface WriteApart {
  readonly other: Target;
  readonly redis: { readonly pid: number; readonly port: number };
  /** Each with one writer at each node. */
  readonly documents: number;
  readonly editsPerSecond: number;
  readonly warmUpMs: number;
  /** So long whoever started Redis leaves it away. */
  readonly awayMs: number;
  /** So long people write from when it went, unless it comes back sooner. */
  readonly writeMs: number;
  /** How long both nodes may take to have the same once it is back. */
  readonly patienceMs: number;
}

export interface ApartReadings {
  /** Written while Redis was away. */
  readonly edits: number;
  /** Of these, how many had reached the other node when it came back, and in the end. */
  readonly arrivedWithout: number;
  readonly arrived: number;
  /** From the first answer of Redis until nothing was missing at either node; null: not while somebody waited. */
  readonly equalMs: number | null;
  readonly lostConnections: number;
}

/** Nobody writes when it comes back, so that no fresh edit brings along what was missed. */
const SILENCE_MS = 200;
const RETURN_TIMEOUT_MS = 30_000;

/** People write at both nodes while Redis is away, and stop before it is back. */
export async function writeApart(target: Target, task: WriteApart): Promise<ApartReadings> {
  const { other, redis, documents, editsPerSecond, warmUpMs, awayMs, writeMs, patienceMs } = task;
  const room = new TypingRoom({
    dialect: createDialect(target),
    port: target.port,
    otherPort: other.port,
    documents: Array.from({ length: documents }, (_, index) => `bench/apart-${index}`),
    peoplePerDocument: 2,
    writersPerDocument: 2,
    editsPerSecondPerWriter: editsPerSecond / (2 * documents),
    movesPerSecondPerWriter: 0,
    cursorWithEachEdit: false,
    withReceipts: false,
    durationMs: warmUpMs + 2 * awayMs,
  });
  try {
    await room.join();
    room.start();
    await pause(warmUpMs);
    process.kill(redis.pid, 'SIGKILL');
    room.beginMeasuring();
    await pause(Math.min(writeMs, awayMs - SILENCE_MS));
    room.endMeasuring();
    room.stop();
    await untilRedisAnswers(redis.port, RETURN_TIMEOUT_MS);
    const backAt = performance.now();
    const without = room.arrived;
    await room.drain(patienceMs);
    const waitedMs = performance.now() - backAt;
    const { arrivals, expectedArrivals } = room.arrived;
    return {
      edits: expectedArrivals,
      arrivedWithout: without.arrivals,
      arrived: arrivals,
      equalMs: arrivals >= expectedArrivals ? waitedMs : null,
      lostConnections: room.lost,
    };
  } finally {
    room.stop();
    room.leave();
  }
}
