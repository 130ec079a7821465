import { describe, expect, test } from 'vitest';
import type { ContestantName } from '../contestants.ts';
import type { Sample } from '../results.ts';
import { createWorkloads } from '../workloads/index.ts';
import { goals, judge } from './goals.ts';

function sample(contestant: ContestantName, run: number, limit: number): Sample {
  return { workload: 'hot-document', contestant, run, readings: { limit, cpuPerEditUs: 100 }, othersPercent: 0 };
}

describe('goals', () => {
  test('a ratio is taken within each run, and the median of these is judged', () => {
    const samples = [
      sample('quire', 1, 400),
      sample('hocuspocus', 1, 100),
      sample('quire', 2, 100),
      sample('hocuspocus', 2, 100),
      sample('quire', 3, 900),
      sample('hocuspocus', 3, 200),
    ];
    const [held] = judge({ samples, runs: 3 });
    expect(held?.spread).toEqual({ median: 4, min: 1, max: 4.5 });
    expect(held?.isMet).toBe(true);
    expect(held?.runs).toBe(3);
  });

  test('a run that lacks one side is not among those that a verdict rests on', () => {
    const samples = [sample('quire', 1, 400), sample('hocuspocus', 1, 100), sample('quire', 2, 100)];
    expect(judge({ samples, runs: 2 }).map(({ runs }) => runs)).toEqual([1, 1]);
  });

  test('a goal that is not reached says so', () => {
    const verdicts = judge({ samples: [sample('quire', 1, 300), sample('hocuspocus', 1, 100)], runs: 1 });
    expect(verdicts.map(({ isMet }) => isMet)).toEqual([false, false]);
  });

  test('what was not measured is not judged', () => {
    expect(judge({ samples: [sample('quire', 1, 300)], runs: 1 })).toEqual([]);
  });

  test('both dialects of Quire are to join edits together under load', () => {
    const judged = goals.filter(({ of }) => of.metric === 'loadedFramesPerArrival').map(({ of }) => of.contestant);
    expect(judged).toEqual(['quire', 'quire-yjs']);
  });

  test('a cost per edit at a limit says that everybody has one of their own', () => {
    const atLimits = goals.filter(({ of }) => of.metric === 'cpuPerEditUs');
    expect(atLimits.length).toBeGreaterThan(0);
    for (const { text } of atLimits) expect(text).toContain('each at its own limit');
  });

  test('every goal is about something that its workload measures, of contestants that it has', () => {
    const workloads = new Map(createWorkloads().map((workload) => [workload.name, workload]));
    for (const goal of goals) {
      const workload = workloads.get(goal.workload);
      for (const reading of [goal.of, goal.against]) {
        if (reading === null) continue;
        expect(workload?.contestants, goal.text).toContain(reading.contestant);
        expect(
          workload?.metrics.map(({ key }) => key),
          goal.text,
        ).toContain(reading.metric);
      }
    }
  });
});
