import { spawnSync } from 'node:child_process';
import type { BenchOptions } from './options.ts';

interface Need {
  readonly program: string;
  readonly why: string;
}

const ALWAYS: readonly Need[] = [
  { program: 'taskset', why: 'which gives a server a core of its own (package util-linux)' },
  { program: 'setpriv', why: 'which ends what the bench has started when the bench ends (package util-linux)' },
];

/** The nodes of these share one. */
const WITH_NODES = ['across-nodes', 'replication'] as const;
const OF_NODES: Need = {
  program: 'redis-server',
  why: `for ${WITH_NODES.join(' and ')}; --only with the others does without`,
};

/** What is missing here for what is asked for, in words for whoever asked: better once than for each figure. */
export function findMissingPrograms(
  { workloads }: Pick<BenchOptions, 'workloads'>,
  isThere: (program: string) => boolean = canBeRun,
): string[] {
  const needs = WITH_NODES.some((name) => workloads.includes(name)) ? [...ALWAYS, OF_NODES] : ALWAYS;
  return needs.filter(({ program }) => !isThere(program)).map(({ program, why }) => `${program}, ${why}`);
}

function canBeRun(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
