import { readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { type PerformanceEntry, PerformanceObserver, constants as perfConstants } from 'node:perf_hooks';
import type { Clock } from '../../clock.ts';
import { Distribution } from './distribution.ts';
import { gcKinds } from './label-values.ts';
import { LoopMonitor } from './loop-monitor.ts';
import { metricTable } from './metric-table.ts';

const DISK_INTERVAL_MS = 10_000;
const KIB = 1024;

type GcKind = (typeof gcKinds)[number];

const gcKindOf: ReadonlyMap<number, GcKind> = new Map([
  [perfConstants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [perfConstants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [perfConstants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [perfConstants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** An entry of type `gc`. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

export interface ProcessMetersOptions {
  readonly clock: Clock;
  /** Whose disk is watched; null when the data lies elsewhere. */
  readonly dataDirectory: string | null;
}

/**
 * What only this process knows of itself. prom-client has collectors for most of it, which list every open handle and
 * descriptor at each scrape, and whose event loop lag starts anew for whoever scrapes first.
 */
export class ProcessMeters {
  readonly loop: LoopMonitor;
  readonly gc: Readonly<Record<GcKind, Distribution>>;
  /** Null until it is known. */
  freeBytes: number | null = null;
  readonly maxDescriptors = readMaxDescriptors();
  readonly #options: ProcessMetersOptions;

  constructor(options: ProcessMetersOptions) {
    this.#options = options;
    this.loop = new LoopMonitor(options.clock);
    const { buckets } = metricTable.nodejs_gc_duration_seconds;
    this.gc = Object.fromEntries(gcKinds.map((kind) => [kind, new Distribution(buckets)])) as Record<
      GcKind,
      Distribution
    >;
  }

  /** @returns the end of it */
  start(): () => void {
    const stopLoop = this.loop.start();
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as readonly GcEntry[]) {
        const kind = gcKindOf.get(entry.detail.kind);
        if (kind !== undefined) this.gc[kind].observeMs(entry.duration);
      }
    });
    observer.observe({ entryTypes: ['gc'] });
    void this.#measureDisk();
    const stopDisk = this.#options.clock.every(DISK_INTERVAL_MS, () => void this.#measureDisk());
    return () => {
      stopLoop();
      observer.disconnect();
      stopDisk();
    };
  }

  async #measureDisk(): Promise<void> {
    if (this.#options.dataDirectory === null) return;
    try {
      const { bavail, bsize } = await statfs(this.#options.dataDirectory);
      this.freeBytes = bavail * bsize;
    } catch {
      // A number that may be wrong is worse than none; the next look may find it again.
      this.freeBytes = null;
    }
  }
}

/** Null where the kernel doesn't count them: listing them all would cost a scrape more than everything else. */
export function countDescriptors(): number | null {
  const size = statSync('/proc/self/fd', { throwIfNoEntry: false })?.size ?? 0;
  return size > 0 ? size : null;
}

/** Null where the kernel doesn't say so in a file. */
export function measureVirtualMemory(): number | null {
  try {
    const kib = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kib === undefined ? null : Number(kib) * KIB;
  } catch {
    return null; // not Linux
  }
}

function readMaxDescriptors(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null; // not Linux
  }
}
