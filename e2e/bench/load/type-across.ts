import { createDialect } from './dialects.ts';
import { pause } from './pause.ts';
import { profiled } from './profiling.ts';
import { openRedisGauge, type RedisCounts, type RedisGauge, type StreamPayload } from './redis-gauge.ts';
import { readCpuUs } from './server-usage.ts';
import type { Target } from './target.ts';
import { type RoomReadings, TypingRoom } from './typing-room.ts';

export interface TypeAcross {
  /** There each document has its reader, if it has one. */
  readonly other: Target;
  readonly redisPort: number;
  /** Each with one who types. */
  readonly documents: number;
  /** Else the documents are open at the first node alone. */
  readonly hasReaders: boolean;
  readonly editsPerSecond: number;
  readonly settleMs: number;
  readonly warmUpMs: number;
  /** So long is watched what two idle nodes cost, and then what typing does. */
  readonly measureMs: number;
  readonly drainMs: number;
}

const LOOK_EVERY_MS = 100;

/** What both nodes and their Redis did in a window. */
export interface ClusterUse extends RedisCounts {
  /** Of the node where people type. */
  readonly cpuUs: number;
  readonly otherCpuUs: number;
}

export interface AcrossReadings extends RoomReadings {
  readonly idle: ClusterUse;
  /** What idles is in it. */
  readonly busy: ClusterUse;
  /** All that went through streams from the first edit to the last arrival, warm-up included. */
  readonly payload: StreamPayload;
  /** How many commands put it there, and how many journal entries these were; 0 where a server knows no such thing. */
  readonly appends: number;
  readonly entries: number;
  /** How many of them the other node has on its disk, once all is over. */
  readonly entriesThere: number;
}

/** One person of each document types at a node, the other one reads at another, while their Redis is watched. */
export async function typeAcross(target: Target, task: TypeAcross): Promise<AcrossReadings> {
  const { other, redisPort, documents, hasReaders, editsPerSecond, settleMs, warmUpMs, measureMs, drainMs } = task;
  const gauge = await openRedisGauge(redisPort);
  const watch = (act: () => Promise<void>): Promise<ClusterUse> => watchUse(gauge, target.pid, other.pid, act);
  const room = new TypingRoom({
    dialect: createDialect(target),
    port: target.port,
    otherPort: other.port,
    documents: Array.from({ length: documents }, (_, index) => `bench/across-${index}`),
    peoplePerDocument: hasReaders ? 2 : 1,
    writersPerDocument: 1,
    editsPerSecondPerWriter: editsPerSecond / documents,
    movesPerSecondPerWriter: 0,
    cursorWithEachEdit: false,
    withReceipts: false,
    durationMs: warmUpMs + 2 * measureMs,
  });
  try {
    await room.join();
    await pause(settleMs);
    const idle = await watch(() => pause(measureMs));
    // Nothing but the counters of Redis is looked at while the clock runs.
    const entriesBefore = await countEntries(target, 'published');
    const thereBefore = await countEntries(other, 'received');
    const appendsBefore = await gauge.calls('xadd');
    const beganAt = Date.now();
    room.start();
    await pause(warmUpMs);
    const busy = await profiled(target, () =>
      watch(async () => {
        room.beginMeasuring();
        await pause(measureMs);
        room.endMeasuring();
      }),
    );
    room.stop();
    await room.drain(drainMs);
    const entries = (await countEntries(target, 'published')) - entriesBefore;
    return {
      ...room.read(),
      idle,
      busy,
      payload: await gauge.payload(beganAt, Date.now()),
      appends: (await gauge.calls('xadd')) - appendsBefore,
      entries,
      entriesThere: await untilThere(
        entries,
        async () => (await countEntries(other, 'received')) - thereBefore,
        drainMs,
      ),
    };
  } finally {
    room.stop();
    room.leave();
    gauge.close();
  }
}

async function watchUse(
  gauge: RedisGauge,
  pid: number,
  otherPid: number,
  act: () => Promise<void>,
): Promise<ClusterUse> {
  const before = await gauge.counts();
  const [cpuBefore, otherCpuBefore] = [readCpuUs(pid), readCpuUs(otherPid)];
  await act();
  const cpuUs = readCpuUs(pid) - cpuBefore;
  const otherCpuUs = readCpuUs(otherPid) - otherCpuBefore;
  const after = await gauge.counts();
  return {
    cpuUs,
    otherCpuUs,
    inBytes: after.inBytes - before.inBytes,
    outBytes: after.outBytes - before.outBytes,
    commands: after.commands - before.commands,
  };
}

/** Where nobody reads at the other node, nothing else tells that it has all. @returns how many there are in the end */
async function untilThere(expected: number, count: () => Promise<number>, timeoutMs: number): Promise<number> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const there = await count();
    if (there >= expected || performance.now() >= deadline) return there;
    await pause(LOOK_EVERY_MS);
  }
}

/** Journal entries that went to Redis or came from it, as a node's metrics say; a server without such metrics has none. */
async function countEntries({ port }: Target, way: 'published' | 'received'): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const found = new RegExp(`^quire_cluster_entries_total\\{[^}]*way="${way}"[^}]*\\} (\\d+)`, 'm').exec(
    await answer.text(),
  );
  return Number(found?.[1] ?? 0);
}
