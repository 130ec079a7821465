const MIB = 2 ** 20;

export interface Measure {
  readonly label: string;
  readonly unit: 'items' | 'bytes';
  /** How much more there may be at the end than at the start. */
  readonly mayGrowBy: number;
}

/**
 * What a server takes for its clients, and must give back. Whatever is counted must return exactly: one session,
 * timer or descriptor that stays is a leak, however small, since the next hour leaves another. Less than at the start
 * is always good.
 */
export const measures = {
  sessions: { label: 'sessions', unit: 'items', mayGrowBy: 0 },
  connections: { label: 'document connections', unit: 'items', mayGrowBy: 0 },
  documents: { label: 'documents in memory', unit: 'items', mayGrowBy: 0 },
  people: { label: 'people', unit: 'items', mayGrowBy: 0 },
  /** Frames, edits, large updates, folds, questions and calls that wait for their turn, and sockets that are not read, or do not read. */
  waiting: { label: 'waiting in queues', unit: 'items', mayGrowBy: 0 },
  waitingBytes: { label: 'bytes in queues', unit: 'bytes', mayGrowBy: 0 },
  /** In this process, and what documents keep for sockets that are behind. */
  unsent: { label: 'waiting for sockets', unit: 'bytes', mayGrowBy: 0 },
  sockets: { label: 'open sockets', unit: 'items', mayGrowBy: 0 },
  /** Pipes, event descriptors, and files outside of the data directory. */
  otherHandles: { label: 'other open handles', unit: 'items', mayGrowBy: 0 },
  /**
   * The journal keeps its tables open, and has more of them the more it holds, so they are not counted; but a table
   * that was removed and is still open is held by an iterator or a snapshot that nobody closed.
   */
  removedFiles: { label: 'removed files held open', unit: 'items', mayGrowBy: 0 },
  /** All that are set, those too that would not keep the process alive. */
  timers: { label: 'timers set', unit: 'items', mayGrowBy: 0 },
  /** What Node says keeps the process alive: timers, immediates, sockets, requests to the file system. */
  activeResources: { label: 'active resources', unit: 'items', mayGrowBy: 0 },
  /** Alive in the heap: whatever still knows a connection keeps its socket object, long after the descriptor is gone. */
  socketObjects: { label: 'socket objects in the heap', unit: 'items', mayGrowBy: 0 },
  requestObjects: { label: 'request objects in the heap', unit: 'items', mayGrowBy: 0 },
  /**
   * The short form sees more than two thousand sessions, so this is less than one KiB for each. Runs without a leak end
   * up to 0.6 MiB above their start: code that is compiled late, and what the journal remembers of documents, up to
   * 10,000 of them. That is why the load has a few hundred names, and returns to them.
   */
  heap: { label: 'heap in use', unit: 'bytes', mayGrowBy: 2 * MIB },
  /** Runs without a leak end within 0.1 MiB, and a single frame of a big document that stays is more than this. */
  external: { label: 'memory of buffers', unit: 'bytes', mayGrowBy: MIB },
  /**
   * The process keeps what its allocators got from the system and may need again: pages that are half empty, and the
   * journal's caches of 16 MiB and buffers of 4 MiB. A run of six minutes without a leak on the heap ended 36 MiB above
   * its start, and this allows for less than twice as much. It is the coarsest of the measures, and here for what only
   * native code holds.
   */
  memory: { label: 'anonymous memory', unit: 'bytes', mayGrowBy: 64 * MIB },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly MeasureName[];

/** Everything, read at one moment. */
export type Reading = Readonly<Record<MeasureName, number>>;

/** What can be read without disturbing a server under load. */
export type Glance = Readonly<Partial<Reading>>;
