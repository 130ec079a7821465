import { monitorEventLoopDelay } from 'node:perf_hooks';
import { untilCalm } from './calm.ts';
import { createDialect } from './dialects.ts';
import { pause } from './pause.ts';
import { profiled } from './profiling.ts';
import { createContent, writeContent } from './seed.ts';
import { readCpuUs } from './server-usage.ts';
import type { Target } from './target.ts';
import { type RoomReadings, TypingRoom } from './typing-room.ts';

export interface TypeTogether {
  readonly documents: number;
  readonly peoplePerDocument: number;
  readonly writersPerDocument: number;
  readonly editsPerSecondPerWriter: number;
  readonly movesPerSecondPerWriter: number;
  /** Each edit moves its writer's cursor, and in the end it is seen whether everybody was shown where. */
  readonly cursorWithEachEdit: boolean;
  /** Typing that is over, and what it put off done, before the warm-up begins; 0 for none. */
  readonly rehearsalMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** How long the last edits may take to arrive before they count as missing. */
  readonly drainMs: number;
  readonly withReceipts: boolean;
  /** What every document holds before; 0 for an empty one. */
  readonly contentBytes: number;
}

export interface TypingReadings extends RoomReadings {
  readonly measuredMs: number;
  readonly serverCpuUs: number;
  /** Fractions of one core. */
  readonly serverLoad: number;
  readonly generatorLoad: number;
  /** The longest that the generator itself was held up: latencies below this are its own. */
  readonly generatorLagMs: number;
}

const NANOSECONDS_IN_MS = 1e6;
/** Longer than Hocuspocus waits for more edits before it stores (2 s): its next store is then put off anew. */
const PUT_OFF_MS = 3000;

/** People type into documents at a steady pace, while the server's processor time is watched. */
export async function typeTogether(target: Target, task: TypeTogether): Promise<TypingReadings> {
  const dialect = createDialect(target);
  const documents = Array.from({ length: task.documents }, (_, index) => `bench/typing-${index}`);
  if (task.contentBytes > 0) await fillDocuments(target, documents, task.contentBytes);
  const { peoplePerDocument, writersPerDocument, editsPerSecondPerWriter, movesPerSecondPerWriter } = task;
  const { cursorWithEachEdit, withReceipts } = task;
  const room = new TypingRoom({
    dialect,
    port: target.port,
    documents,
    peoplePerDocument,
    writersPerDocument,
    editsPerSecondPerWriter,
    movesPerSecondPerWriter,
    cursorWithEachEdit,
    withReceipts,
    durationMs: task.rehearsalMs + task.warmUpMs + 2 * task.measureMs,
  });
  try {
    await room.join();
    if (task.contentBytes > 0) await untilCalm(target.pid);
    if (task.rehearsalMs > 0) {
      room.start();
      await pause(task.rehearsalMs);
      room.stop();
      await pause(PUT_OFF_MS);
      await untilCalm(target.pid);
    }
    room.start();
    await pause(task.warmUpMs);

    const lag = monitorEventLoopDelay({ resolution: 5 });
    lag.enable();
    const cpuBefore = readCpuUs(target.pid);
    const ownBefore = process.cpuUsage();
    const beganAt = performance.now();
    await profiled(target, async () => {
      room.beginMeasuring();
      await pause(task.measureMs);
      room.endMeasuring();
    });
    const measuredMs = performance.now() - beganAt;
    const own = process.cpuUsage(ownBefore);
    const serverCpuUs = readCpuUs(target.pid) - cpuBefore;
    lag.disable();
    room.stop();

    await room.drain(task.drainMs);
    if (cursorWithEachEdit) await room.showLastCursors(task.drainMs);
    return {
      ...room.read(),
      measuredMs,
      serverCpuUs,
      serverLoad: serverCpuUs / 1000 / measuredMs,
      generatorLoad: (own.user + own.system) / 1000 / measuredMs,
      generatorLagMs: lag.max / NANOSECONDS_IN_MS,
    };
  } finally {
    room.stop();
    room.leave();
  }
}

async function fillDocuments(target: Target, documents: readonly string[], bytes: number): Promise<void> {
  const content = createContent(bytes);
  for (const document of documents) await writeContent(target, document, content);
}
