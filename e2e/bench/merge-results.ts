import type { Results } from './results.ts';

/**
 * Puts measurements of different workloads together, for who measures in parts. Ratios are taken within a workload, so
 * each workload must be from one part: figures of different hours don't compare.
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
  for (const field of ['commit', 'isDirty', 'quire', 'yjs'] as const) {
    const [one, other] = [a.source[field], b.source[field]];
    if (one !== other) throw new Error(`these results are of different code, ${field}: ${one} and ${other}`);
  }
  const workloads = new Set(workloadsOf(a));
  const twice = workloadsOf(b).find((workload) => workloads.has(workload));
  if (twice !== undefined) throw new Error(`${twice} is in more than one of these results`);
  return {
    ...a,
    startedAt: a.startedAt < b.startedAt ? a.startedAt : b.startedAt,
    durationMinutes: a.durationMinutes + b.durationMinutes,
    machine: { ...a.machine, loadAverages: [...a.machine.loadAverages, ...b.machine.loadAverages] },
    contestants: { ...a.contestants, ...b.contestants },
    samples: [...a.samples, ...b.samples],
    failures: [...a.failures, ...b.failures],
  };
}

function workloadsOf({ samples, failures }: Results): string[] {
  return [...samples, ...failures].map(({ workload }) => workload);
}
