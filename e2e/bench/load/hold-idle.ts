import { createDialect } from './dialects.ts';
import { collectGarbage } from './inspector.ts';
import { pause } from './pause.ts';
import { interpretWith, joinAll, Person } from './person.ts';
import { profiled } from './profiling.ts';
import { readCpuUs, readMemoryBytes } from './server-usage.ts';
import type { Target } from './target.ts';
import { expectComplete, TypingRoom } from './typing-room.ts';
import { WordMemo } from './word-memo.ts';

export interface HoldIdle {
  readonly connections: number;
  readonly peoplePerDocument: number;
  /** Connections that come and go before anything is measured, so that code is compiled and pools are filled. */
  readonly warmUpConnections: number;
}

export interface IdleReadings {
  readonly bytesPerConnection: number;
  readonly connectCpuUs: number;
  /** The storm: all connections are lost at once and all come back at once. */
  readonly stormMs: number;
  readonly reconnectCpuUs: number;
  /** What two people in another document saw of it. */
  readonly stormOthersMaxMs: number;
}

/** Until the last frames and timers of what was just done are through. */
const SETTLE_MS = 500;
/**
 * Twice as long as Quire keeps a document after the last has left it (2 s by default), and longer than Hocuspocus waits
 * with its store: the documents of the warm-up must be gone from everybody's memory before it is read, or their going
 * is taken off what the connections cost.
 */
const LET_GO_MS = 4000;
const DRAIN_MS = 60_000;
const PROBE_EDITS_PER_SECOND = 50;
const MAX_STORM_MS = 60_000;

/** Connections that do nothing, and the moment at which all of them reconnect. */
export async function holdIdle(target: Target, task: HoldIdle): Promise<IdleReadings> {
  const { inspectorUrl, pid } = target;
  if (inspectorUrl === null) throw new Error('memory is read through an inspector');
  const warmUp = createPeople(target, 'warm', task.warmUpConnections, task.peoplePerDocument);
  await joinAll(warmUp);
  for (const person of warmUp) person.leave();
  await pause(LET_GO_MS);

  await collectGarbage(inspectorUrl);
  const memoryBefore = readMemoryBytes(pid);
  const cpuBefore = readCpuUs(pid);
  const first = createPeople(target, 'idle', task.connections, task.peoplePerDocument);
  await profiled(target, () => joinAll(first));
  const connectCpuUs = (readCpuUs(pid) - cpuBefore) / task.connections;
  await pause(SETTLE_MS);
  await collectGarbage(inspectorUrl);
  const bytesPerConnection = (readMemoryBytes(pid) - memoryBefore) / task.connections;

  const probe = createProbe(target, 'bench/calm', PROBE_EDITS_PER_SECOND, MAX_STORM_MS);
  await probe.join();
  probe.start();
  await pause(SETTLE_MS);
  probe.beginMeasuring();
  const stormCpuBefore = readCpuUs(pid);
  const beganAt = performance.now();
  for (const person of first) person.leave();
  const second = createPeople(target, 'idle', task.connections, task.peoplePerDocument);
  await joinAll(second);
  const stormMs = performance.now() - beganAt;
  const reconnectCpuUs = (readCpuUs(pid) - stormCpuBefore) / task.connections;
  probe.endMeasuring();
  probe.stop();
  await probe.drain(DRAIN_MS);
  const seen = probe.read();
  expectComplete(seen);
  probe.leave();
  for (const person of second) person.leave();
  return { bytesPerConnection, connectCpuUs, stormMs, reconnectCpuUs, stormOthersMaxMs: seen.maxMs };
}

/** Two people of whom one types: what they see of each other shows whether the server has time for them. */
export function createProbe(target: Target, document: string, editsPerSecond: number, durationMs: number): TypingRoom {
  return new TypingRoom({
    dialect: createDialect(target),
    port: target.port,
    documents: [document],
    peoplePerDocument: 2,
    writersPerDocument: 1,
    editsPerSecondPerWriter: editsPerSecond,
    movesPerSecondPerWriter: 0,
    cursorWithEachEdit: false,
    durationMs,
    withReceipts: false,
  });
}

function createPeople(target: Target, name: string, count: number, peoplePerDocument: number): Person<null>[] {
  const dialect = createDialect(target);
  const memo = new WordMemo(
    dialect,
    interpretWith(() => null),
  );
  return Array.from({ length: count }, (_, index) => {
    const document = `bench/${name}-${Math.floor(index / peoplePerDocument)}`;
    return new Person({ dialect, port: target.port, document, memo, onHeard: () => {} });
  });
}
