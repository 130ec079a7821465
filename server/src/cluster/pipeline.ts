import type { Entry } from '@quire/persistence';
import type { ClusterBus } from './cluster-bus.ts';
import { bytesOf } from './record-size.ts';

/**
 * So many records go out before the first of them is answered. Small entries fill them with a thousand each: a round trip of
 * 50 ms bounds nothing below 160,000 entries a second, more than a disk takes. To encode them holds everything else up for 5 ms.
 */
export const PIPELINE_RECORDS = 8;
/**
 * As much as one entry may be, so that nothing waits longer for a pipeline than it may have to for an entry; 80 MB/s at 50 ms.
 * It is passed by one record at the most.
 */
export const PIPELINE_BYTES = 4 * 1024 * 1024;

export interface PipelineLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * What goes out next: runs of entries, each of which becomes a record.
 *
 * @param next a record's worth of what follows this number; nothing when there is none that may go out along with the others
 * @throws when the first can't be had; what can't be had behind it is met again when it is the first
 */
export async function gatherPipeline(
  after: number,
  next: (after: number) => Promise<readonly Entry[]>,
  { records, bytes }: PipelineLimits,
): Promise<(readonly Entry[])[]> {
  const runs: (readonly Entry[])[] = [];
  let [last, gathered] = [after, 0];
  while (runs.length < records && gathered < bytes) {
    const run = await next(last).catch((error: unknown) => {
      if (runs.length === 0) throw error;
      return [];
    });
    const end = run.at(-1);
    if (end === undefined) break;
    runs.push(run);
    last = end.id.sequence;
    gathered += bytesOf(run);
  }
  return runs;
}

/**
 * Puts records on the bus one behind the other, without waiting for answers in between. One that is refused does not keep those
 * behind it from being taken. They are put again along with it, and a reader drops what it has.
 *
 * @param onTaken told of each in its turn, as soon as it and all before it were taken
 * @throws {BusError} the first fault, once nothing is under way any more: what comes next never overtakes
 */
export async function putInOrder<T extends { readonly record: Uint8Array | null }>(
  bus: Pick<ClusterBus, 'publish'>,
  outgoing: readonly T[],
  onTaken: (each: T) => void,
): Promise<void> {
  const underWay = outgoing.map((each) => [each, each.record === null ? null : bus.publish(each.record)] as const);
  // At once: a later one may fail first.
  const answered = Promise.allSettled(underWay.map(([, taking]) => taking));
  try {
    for (const [each, taking] of underWay) {
      await taking;
      onTaken(each);
    }
  } finally {
    await answered;
  }
}
