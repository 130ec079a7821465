import { contestants } from '../contestants.ts';
import type { Results } from '../results.ts';

/** Of whom there are fewer runs than were asked for, neither measured nor failed: somebody stopped it in between. */
export function findUnfinished({
  failures,
  runs,
  samples,
}: Pick<Results, 'failures' | 'runs' | 'samples'>): readonly string[] {
  const done = new Map<string, Set<number>>();
  for (const { contestant, run, workload } of [...samples, ...failures]) {
    const who = `${workload}, ${contestants[contestant].label}`;
    done.set(who, (done.get(who) ?? new Set()).add(run));
  }
  return [...done].flatMap(([who, { size }]) => (size < runs ? `${who}: ${size} of ${runs} runs` : []));
}
