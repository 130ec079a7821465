import { expect, test } from 'vitest';
import { inventedMachine } from './invented-machine.ts';
import { mergeResults } from './merge-results.ts';
import type { Results } from './results.ts';

function part(workload: string, changes: Partial<Results> = {}): Results {
  return {
    startedAt: '2030-01-02T03:04:05.000Z',
    durationMinutes: 7,
    scale: 'full',
    runs: 5,
    level: null,
    machine: inventedMachine,
    source: { commit: 'abc123', isDirty: false, quire: '0.1.0', yjs: '13.0.0' },
    contestants: { quire: 'this one' },
    samples: [{ workload, contestant: 'quire', run: 1, readings: {}, othersPercent: 1 }],
    failures: [],
    ...changes,
  };
}

test('workloads that were measured one after the other become one measurement', () => {
  const earlier = part('receipts', { startedAt: '2030-01-02T01:00:00.000Z', contestants: { bare: 'a forwarder' } });
  const merged = mergeResults([part('fan-out'), earlier]);
  expect(merged.samples.map(({ workload }) => workload)).toEqual(['fan-out', 'receipts']);
  expect(merged).toMatchObject({ startedAt: '2030-01-02T01:00:00.000Z', durationMinutes: 14, runs: 5 });
  expect(merged.machine.loadAverages).toEqual([0.1, 0.1]);
  expect(Object.keys(merged.contestants)).toEqual(['quire', 'bare']);
});

test.each([
  [part('fan-out', { runs: 3 }), /differ in runs: 5 and 3/],
  [part('fan-out', { scale: 'short' }), /differ in scale/],
  [part('fan-out', { source: { ...part('').source, commit: 'def456' } }), /different code, commit: abc123 and def456/],
  [part('fan-out', { source: { ...part('').source, isDirty: true } }), /different code, isDirty: false and true/],
  [part('receipts'), /receipts is in more than one/],
  [part('fan-out', { machine: { ...part('').machine, cores: 64 } }), /different machines: 2 and 64/],
])('what would not compare is not put together', (other, message) => {
  expect(() => mergeResults([part('receipts'), other])).toThrow(message);
});
