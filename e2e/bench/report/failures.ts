import { contestants, usualContestants } from '../contestants.ts';
import type { Results } from '../results.ts';
import type { Workload } from '../workloads/workload.ts';
import { goals, type Verdict } from './goals.ts';
import { countRuns, describeSides } from './summary.ts';

/** What a reader of a workload's table must know that is not in it: who is missing, and what failed. */
export function describeGaps(results: Results, workload: Workload): string[] {
  const missing = workload.contestants.filter(
    (name) => usualContestants.includes(name) && countRuns(results, workload.name, name) === 0,
  );
  const labels = missing.map((name) => contestants[name].label);
  const failures = results.failures.filter((failure) => failure.workload === workload.name);
  return [
    ...(labels.length === 0 ? [] : [`There are no figures of ${labels.join(', ')}.`]),
    ...(failures.length === 0 ? [] : ['What failed:']),
    ...(failures.length === 0
      ? []
      : [failures.map((one) => `- ${contestants[one.contestant].label}, run ${one.run}: ${inShort(one)}`).join('\n')]),
  ];
}

/** How much failed in all. */
export function countFailures({ failures }: Pick<Results, 'failures'>): string {
  if (failures.length === 0) return 'Nothing failed.';
  return `${failures.length} ${failures.length === 1 ? 'measurement' : 'measurements'} failed; what did is below the table of its workload.`;
}

/** Goals that no run has both sides of: they are not reached, and must not vanish. */
export function describeUnjudged(verdicts: readonly Verdict[]): string {
  const judged = new Set(verdicts.map(({ goal }) => goal));
  const rest = goals.filter((goal) => !judged.has(goal));
  if (rest.length === 0) return 'Every goal is judged.';
  return `Not judged, for want of figures: ${rest.map((goal) => `${goal.workload}, ${goal.text} (${describeSides(goal)})`).join('; ')}.`;
}

/** The first line: below it are the last words of a server. Neither markup nor marker of the page may come of it. */
function inShort({ message }: { readonly message: string }): string {
  const [line = ''] = message.split('\n');
  return line.trim().replaceAll('<', '&lt;');
}
