import type { ContestantName } from '../contestants.ts';
import type { Results } from '../results.ts';
import { type Spread, spreadOf } from './statistics.ts';

interface Reading {
  readonly contestant: ContestantName;
  readonly metric: string;
}

/** A figure of Quire, alone or as a multiple of another one measured in the same run. */
export interface Goal {
  readonly workload: string;
  readonly text: string;
  readonly of: Reading;
  readonly against: Reading | null;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly unit: '×' | 'ms' | 'MiB' | '%' | 'commands';
}

export interface Verdict {
  readonly goal: Goal;
  readonly spread: Spread;
  /** In how many runs both sides were measured: the figure rests on these. */
  readonly runs: number;
  readonly isMet: boolean;
}

const times = (
  workload: string,
  text: string,
  metric: string,
  [of, against]: readonly [ContestantName, ContestantName],
  bound: Goal['bound'],
  limit: number,
): Goal => ({
  workload,
  text,
  of: { contestant: of, metric },
  against: { contestant: against, metric },
  bound,
  limit,
  unit: '×',
});

/** A figure of Quire alone. */
const own = (
  workload: string,
  text: string,
  metric: string,
  bound: Goal['bound'],
  limit: number,
  unit: Goal['unit'],
): Goal => ({ workload, text, of: { contestant: 'quire', metric }, against: null, bound, limit, unit });

/** Documents of 50 MB and of 1 KB cost the same within what two runs of the same differ by. */
const FLAT = 1.25;

/** What Quire wants to reach; with clients that speak the same dialect on both sides, and with its own first one. */
export const goals: readonly Goal[] = [
  times('hot-document', 'typists held', 'limit', ['quire', 'hocuspocus'], 'at least', 3.5),
  times('hot-document', 'CPU per edit, each at its own limit', 'cpuPerEditUs', ['quire', 'hocuspocus'], 'at most', 0.3),
  times('crowd', 'people held', 'limit', ['quire', 'hocuspocus'], 'at least', 3.5),
  times('crowd', 'CPU per edit, each at its own limit', 'cpuPerEditUs', ['quire', 'hocuspocus'], 'at most', 0.3),
  times('many-documents', 'documents held', 'limit', ['quire', 'hocuspocus'], 'at least', 8),
  times('many-documents', 'documents held', 'limit', ['quire-yjs', 'y-websocket'], 'at least', 1.3),
  times('many-documents', 'documents held', 'limit', ['quire', 'y-websocket'], 'at least', 1.3),
  times(
    'many-documents',
    'CPU per edit, each at its own limit',
    'cpuPerEditUs',
    ['quire-yjs', 'y-websocket'],
    'at most',
    0.75,
  ),
  times(
    'many-documents',
    'CPU per edit, each at its own limit',
    'cpuPerEditUs',
    ['quire', 'y-websocket'],
    'at most',
    0.75,
  ),
  times('fan-out', 'CPU per frame', 'cpuPerFrameUs', ['quire', 'bare'], 'at most', 1.05),
  times('fan-out', 'CPU per frame', 'cpuPerFrameUs', ['quire-yjs', 'bare'], 'at most', 1.05),
  times('fan-out', 'frames under load', 'loadedFramesPerArrival', ['quire', 'bare'], 'at most', 0.95),
  times('fan-out', 'frames under load', 'loadedFramesPerArrival', ['quire-yjs', 'bare'], 'at most', 0.95),
  times('idle-connections', 'memory', 'kibPerConnection', ['quire-yjs', 'y-websocket'], 'at most', 1),
  times('idle-connections', 'memory', 'kibPerConnection', ['quire', 'y-websocket'], 'at most', 1),
  times('idle-connections', 'CPU per connect', 'connectCpuUs', ['quire-yjs', 'y-websocket'], 'at most', 0.8),
  times('idle-connections', 'CPU per connect', 'connectCpuUs', ['quire', 'y-websocket'], 'at most', 0.8),
  own('stopped-reader', 'memory for who does not read', 'grewMib', 'at most', 20, 'MiB'),
  own('stopped-reader', 'who does not read is cut off', 'cutOffPercent', 'at least', 100, '%'),
  times('cold-open', 'open by 1', 'openMs@1', ['quire', 'hocuspocus'], 'at most', 0.5),
  times('cold-open', 'open by 100', 'openMs@100', ['quire', 'hocuspocus'], 'at most', 0.5),
  times('cold-open', 'stall by 1', 'stallMs@1', ['quire', 'hocuspocus'], 'at most', 0.15),
  times('cold-open', 'stall by 100', 'stallMs@100', ['quire', 'hocuspocus'], 'at most', 0.15),
  own('receipts', 'receipts, p99 at 1,000 edits/s', 'receiptP99Ms@1000', 'at most', 15, 'ms'),
  {
    workload: 'edit-cost',
    text: 'CPU per edit at 50 MB, of that at 1 KB',
    of: { contestant: 'quire', metric: 'cpuPerEditUs@50 MB' },
    against: { contestant: 'quire', metric: 'cpuPerEditUs@1 KB' },
    bound: 'at most',
    limit: FLAT,
    unit: '×',
  },
  own('edit-cost', 'an edit in a quiet document, p50 (no window)', 'p50Ms@1 KB', 'at most', 3, 'ms'),
  own('across-nodes', 'an edit at the other node, p99 at 200 edits/s', 'p99Ms@200', 'at most', 5, 'ms'),
  own(
    'across-nodes',
    'payload in Redis, of 1.3 × updates + 60 bytes an entry, at 200 edits/s',
    'payloadOfAllowed@200',
    'at most',
    1,
    '×',
  ),
  own(
    'across-nodes',
    'commands that write to Redis, per flush of a document, at 200 edits/s',
    'appendsPerFlush@200',
    'at most',
    1,
    'commands',
  ),
  own('across-nodes', 'edits on both nodes after 10 s without Redis', 'crossedPercent@10', 'at least', 100, '%'),
  own('across-nodes', 'edits on both nodes after 30 s without Redis', 'crossedPercent@30', 'at least', 100, '%'),
  own('across-nodes', 'from Redis’s return until they are, after 10 s', 'equalMs@10', 'at most', 2000, 'ms'),
  own('across-nodes', 'from Redis’s return until they are, after 30 s', 'equalMs@30', 'at most', 2000, 'ms'),
  own('across-nodes', 'cold documents whole at the other node', 'wholeElsewherePercent', 'at least', 100, '%'),
];

/** Goals of which both sides were measured in some run. */
export function judge({ samples, runs }: Pick<Results, 'samples' | 'runs'>): Verdict[] {
  const find = (workload: string, { contestant, metric }: Reading, run: number): number | undefined =>
    samples.find((sample) => sample.workload === workload && sample.contestant === contestant && sample.run === run)
      ?.readings[metric];
  return goals.flatMap((goal) => {
    const values: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const own = find(goal.workload, goal.of, run);
      const other = goal.against === null ? 1 : find(goal.workload, goal.against, run);
      if (own !== undefined && other !== undefined && other !== 0) values.push(own / other);
    }
    if (values.length === 0) return [];
    const spread = spreadOf(values);
    const isMet = goal.bound === 'at least' ? spread.median >= goal.limit : spread.median <= goal.limit;
    return [{ goal, spread, runs: values.length, isMet }];
  });
}
