import { type ServerProcess, until } from '@quire/testing';
import { type Inspector, openInspector } from '../bench/load/inspector.ts';
import { readMemoryBytes } from '../bench/load/server-usage.ts';
import { countActiveResources, readHeap } from './heap.ts';
import type { Glance, Reading } from './measures.ts';
import { readOpenHandles } from './open-handles.ts';
import { pause } from './pause.ts';
import { type Scrape, scrape, sumOf } from './scrape.ts';
import { isAtRest } from './verdict.ts';

/** Looks at a server from outside: at its process, through its inspector, and at what it says of itself. */
export interface ServerGauge {
  /** What can be seen without holding up the server. */
  glance(): Promise<{ readonly glance: Glance; readonly edits: number }>;
  /** Everything, after a collection of garbage. */
  read(): Promise<Reading>;
  /** Waits until nobody is there and nothing waits. */
  empty(signal: AbortSignal): Promise<void>;
  /** The same, and then until what is left to do is done. */
  rest(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Settings of a server that can be asked for its memory: any free port for its inspector. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' } as const;

/**
 * Left to itself, the C library's allocator keeps much of what was freed, in an arena for each thread: after six minutes
 * of a soak a server held 91 MiB more than at the start, while what was in use stayed the same. With two arenas, and
 * thresholds that stay where they begin, more of it goes back to the system: 36 MiB were left of the same run.
 */
export const returningAllocator = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

/** A document stays for two seconds after its last client, and a socket that was told to go for two. */
const EMPTY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 250;
/**
 * The journal keeps the thread that folds for 30 seconds after its last job, with a timer, descriptors and memory of its
 * own: a reading before that would depend on when the last fold was. Idle connections of HTTP are gone after six.
 */
const REST_MS = 34_000;

/** Asks a server that was started as `inspectable`. */
export async function openInspectorOf(server: ServerProcess): Promise<Inspector> {
  process.kill(server.pid, 'SIGUSR1');
  // Of its present life, if it had others.
  const said = (): string => server.log.slice(server.log.lastIndexOf(' is ready at '));
  const url = await until(() => /Debugger listening on (ws:\S+)/.exec(said())?.[1], {
    what: 'the server opens no inspector',
  });
  return openInspector(url);
}

export async function openServerGauge(server: ServerProcess): Promise<ServerGauge> {
  const inspector = await openInspectorOf(server);
  const glance = async (): Promise<{ glance: Glance; edits: number }> => {
    const metrics = await scrape(server.url);
    const activeResources = await countActiveResources(inspector);
    const seen = { ...readProcess(server), activeResources, ...readMetrics(metrics) };
    return { glance: seen, edits: sumOf(metrics, 'quire_edits_total') };
  };
  const empty = async (signal: AbortSignal): Promise<void> => {
    const deadline = performance.now() + EMPTY_WITHIN_MS;
    let { glance: seen } = await glance();
    // Who is left after that is a leak, and the reading will say so.
    while (!isAtRest(seen) && performance.now() < deadline && !signal.aborted) {
      await pause(LOOK_EVERY_MS, signal);
      seen = (await glance()).glance;
    }
  };
  return {
    glance,
    empty,
    async read() {
      const heap = await readHeap(inspector);
      // In this order: a collection gives memory back to the system, and a scrape opens a socket.
      const seen = readProcess(server);
      const metrics = readMetrics(await scrape(server.url));
      const { heapBytes, externalBytes, ...counted } = heap;
      return { ...metrics, ...seen, ...counted, heap: heapBytes, external: externalBytes };
    },
    async rest(signal) {
      await empty(signal);
      await pause(REST_MS, signal);
    },
    close: () => inspector.close(),
  };
}

function readProcess({
  pid,
  data,
}: ServerProcess): Pick<Reading, 'sockets' | 'otherHandles' | 'removedFiles' | 'memory'> {
  const { sockets, removedFiles, others } = readOpenHandles(pid, data);
  return { sockets, removedFiles, otherHandles: others, memory: readMemoryBytes(pid) };
}

/** Wherever something waits, and whoever is kept waiting. */
const QUEUES = [
  'quire_unestablished_frames',
  'quire_document_queue_edits',
  'quire_journal_queue_entries',
  'quire_judging_updates',
  'quire_compactions_pending',
  'quire_deletions_pending',
  'quire_reclaims_pending',
  'quire_auth_asked_questions',
  'quire_auth_waiting_questions',
  'quire_paused_sessions',
  'quire_behind_sessions',
  'quire_http_open_requests',
  'quire_http_open_reads',
] as const;

const QUEUES_IN_BYTES = [
  'quire_unestablished_bytes',
  'quire_document_queue_bytes',
  'quire_document_applying_bytes',
  'quire_document_unreceipted_bytes',
  'quire_journal_queue_bytes',
  'quire_judging_bytes',
  'quire_http_body_bytes',
] as const;

/** Under load, `heap` and `external` are what the last collection left and what came since. */
function readMetrics(metrics: Scrape) {
  return {
    sessions: sumOf(metrics, 'quire_sessions'),
    connections: sumOf(metrics, 'quire_document_connections', 'quire_document_connections_entering'),
    documents: sumOf(metrics, 'quire_open_documents'),
    people: sumOf(metrics, 'quire_presence_people'),
    waiting: sumOf(metrics, ...QUEUES),
    waitingBytes: sumOf(metrics, ...QUEUES_IN_BYTES),
    unsent: sumOf(metrics, 'quire_unsent_bytes', 'quire_http_held_bytes', 'quire_ring_bytes'),
    heap: sumOf(metrics, 'nodejs_heap_size_used_bytes'),
    external: sumOf(metrics, 'nodejs_external_memory_bytes'),
  } satisfies Glance;
}
