import type { Machine } from '../machine.ts';
import type { Results } from '../results.ts';
import { nameSource } from '../source.ts';

/** On what, and of what, figures are: in lines for a terminal. */
export function describeRun({
  machine,
  sources,
  contestants,
}: Pick<Results, 'machine' | 'sources' | 'contestants'>): string[] {
  const { processor, cores, node, system, loadAverages, isLoadApart } = machine;
  return [
    `${processor}, ${cores} cores, ${system}, Node ${node}, ${describeScratch(machine)}, load average ${loadAverages.join()}`,
    ...(isLoadApart
      ? []
      : [
          'server and load are not apart, but on one core: this shows that everything runs, and measures nothing worth reading',
        ]),
    nameSources(sources),
    ...Object.entries(contestants).map(([name, description]) => `${name}: ${description}`),
  ];
}

/** Part of a sentence. */
export function describeScratch({ scratch }: Pick<Machine, 'scratch'>): string {
  return `data on ${scratch ?? 'a file system that was not noted'}`;
}

export function nameSources(sources: Results['sources']): string {
  const named = sources.map(({ source, workloads }) =>
    sources.length === 1 ? nameSource(source) : `${nameSource(source)} (${workloads.join(', ')})`,
  );
  return named.join('; ');
}
