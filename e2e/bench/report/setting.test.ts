import { expect, test } from 'vitest';
import { inventedMachine } from '../invented-machine.ts';
import { describeRun } from './setting.ts';

const run = {
  machine: inventedMachine,
  sources: [{ source: { commit: 'abc123', isDirty: false, quire: '1.2.3', yjs: '13.0.0' }, workloads: [] }],
  contestants: { quire: 'this one', bare: 'that one' },
};

test('a run is introduced with its machine, its disk, the commit and every contestant', () => {
  expect(describeRun(run)).toEqual([
    'a processor, 2 cores, Linux, Node v24, data on ext4, load average 0.1',
    'Quire 1.2.3 with Yjs 13.0.0 at commit `abc123`',
    'quire: this one',
    'bare: that one',
  ]);
});

test('what was not noted is not made up, and what is not worth reading is said to be so', () => {
  const [first, second] = describeRun({ ...run, machine: { ...inventedMachine, scratch: null, isLoadApart: false } });
  expect(first).toContain('data on a file system that was not noted');
  expect(second).toContain('nothing worth reading');
});
