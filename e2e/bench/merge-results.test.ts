import { expect, test } from 'vitest';
import { inventedMachine } from './invented-machine.ts';
import { mergeResults } from './merge-results.ts';
import type { Results } from './results.ts';
import type { Source } from './source.ts';

const source = { commit: 'abc123', isDirty: false, quire: '0.1.0', yjs: '13.0.0' };

function part(workload: string, changes: Partial<Results> = {}): Results {
  return {
    startedAt: '2030-01-02T03:04:05.000Z',
    durationMinutes: 7,
    scale: 'full',
    runs: 5,
    level: null,
    machine: inventedMachine,
    sources: [{ source, workloads: [workload] }],
    contestants: { quire: 'this one' },
    samples: [{ workload, contestant: 'quire', run: 1, readings: {}, othersPercent: 1 }],
    failures: [],
    ...changes,
  };
}

function of(other: Source): Results {
  return part('fan-out', { sources: [{ source: other, workloads: ['fan-out'] }] });
}

test('workloads that were measured one after the other become one measurement', () => {
  const earlier = part('receipts', { startedAt: '2030-01-02T01:00:00.000Z', contestants: { bare: 'a forwarder' } });
  const merged = mergeResults([part('fan-out'), earlier]);
  expect(merged.samples.map(({ workload }) => workload)).toEqual(['fan-out', 'receipts']);
  expect(merged).toMatchObject({ startedAt: '2030-01-02T01:00:00.000Z', durationMinutes: 14, runs: 5 });
  expect(merged.sources).toEqual([{ source, workloads: ['fan-out', 'receipts'] }]);
  expect(merged.machine.loadAverages).toEqual([0.1, 0.1]);
  expect(Object.keys(merged.contestants)).toEqual(['quire', 'bare']);
});

test('parts of different commits are put together, each of them named with its workloads', () => {
  const later = { ...source, commit: 'def456' };
  const merged = mergeResults([part('receipts'), of(later)]);
  expect(merged.sources).toEqual([
    { source, workloads: ['receipts'] },
    { source: later, workloads: ['fan-out'] },
  ]);
});

test.each([
  [part('fan-out', { runs: 3 }), /differ in runs: 5 and 3/],
  [part('fan-out', { scale: 'short' }), /differ in scale/],
  [of({ ...source, commit: 'def456', yjs: '14.0.0' }), /different code, yjs: 13.0.0 and 14.0.0/],
  [of({ ...source, commit: 'def456', isDirty: true }), /different code, and some of it was not committed/],
  [of({ ...source, commit: null, isDirty: true }), /different code, and some of it was not committed/],
  [part('receipts'), /receipts is in more than one/],
  [part('fan-out', { machine: { ...part('').machine, cores: 64 } }), /different machines: 2 and 64/],
  [part('fan-out', { machine: { ...inventedMachine, scratch: 'tmpfs' } }), /different file systems: ext4 and tmpfs/],
])('what would not compare is not put together', (other, message) => {
  expect(() => mergeResults([part('receipts'), other])).toThrow(message);
});

test('of parts with and without a note of the disk, none is named', () => {
  const earlier = part('receipts', { machine: { ...inventedMachine, scratch: null } });
  expect(mergeResults([part('fan-out'), earlier]).machine.scratch).toBe(null);
});
