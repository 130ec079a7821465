import { type MeasuredSource, type Results, workloadsOf } from './results.ts';

/**
 * Puts measurements of different workloads together, for who measures in parts. Ratios are taken within a workload, so
 * each workload must be from one part: figures of different hours don't compare. Parts may be of different commits, each of
 * them named with its workloads; what was not committed can't be named.
 *
 * @throws where the parts are not of one kind, or a workload is in two of them
 */
export function mergeResults(parts: readonly Results[]): Results {
  const [first, ...rest] = parts;
  if (first === undefined) throw new Error('there are no results to put together');
  return rest.reduce(mergeTwo, first);
}

function mergeTwo(a: Results, b: Results): Results {
  for (const field of ['scale', 'runs', 'level'] as const) {
    if (a[field] !== b[field]) throw new Error(`these results differ in ${field}: ${a[field]} and ${b[field]}`);
  }
  for (const field of ['processor', 'cores', 'node'] as const) {
    const [one, other] = [a.machine[field], b.machine[field]];
    if (one !== other) throw new Error(`these results are from different machines: ${one} and ${other}`);
  }
  const [oneDisk, otherDisk] = [a.machine.scratch, b.machine.scratch];
  if (oneDisk !== null && otherDisk !== null && oneDisk !== otherDisk) {
    throw new Error(`these results have their data on different file systems: ${oneDisk} and ${otherDisk}`);
  }
  const workloads = new Set(workloadsOf(a));
  const twice = workloadsOf(b).find((workload) => workloads.has(workload));
  if (twice !== undefined) throw new Error(`${twice} is in more than one of these results`);
  return {
    ...a,
    startedAt: a.startedAt < b.startedAt ? a.startedAt : b.startedAt,
    durationMinutes: a.durationMinutes + b.durationMinutes,
    machine: {
      ...a.machine,
      // Of all parts, or of none.
      scratch: oneDisk === otherDisk ? oneDisk : null,
      isLoadApart: a.machine.isLoadApart && b.machine.isLoadApart,
      loadAverages: [...a.machine.loadAverages, ...b.machine.loadAverages],
    },
    sources: mergeSources(a.sources, b.sources),
    contestants: { ...a.contestants, ...b.contestants },
    samples: [...a.samples, ...b.samples],
    failures: [...a.failures, ...b.failures],
  };
}

function mergeSources(a: Results['sources'], b: Results['sources']): MeasuredSource[] {
  const merged: MeasuredSource[] = [...a];
  for (const { source, workloads } of b) {
    const at = merged.findIndex((known) => known.source.commit === source.commit && known.source.commit !== null);
    const same = merged[at];
    if (same === undefined) merged.push({ source, workloads });
    else merged[at] = { source: same.source, workloads: [...same.workloads, ...workloads] };
  }
  const [{ source: first } = { source: null }, ...others] = merged;
  for (const { source } of [...a, ...b]) {
    if (source.isDirty && others.length > 0)
      throw new Error('these results are of different code, and some of it was not committed');
    for (const field of ['quire', 'yjs'] as const) {
      if (first !== null && first[field] !== source[field]) {
        throw new Error(`these results are of different code, ${field}: ${first[field]} and ${source[field]}`);
      }
    }
  }
  return merged;
}
