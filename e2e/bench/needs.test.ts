import { expect, test } from 'vitest';
import { findMissingPrograms } from './needs.ts';

test('what is missing is named with what it is for, and only where it is needed', () => {
  const nowhere = (): boolean => false;
  expect(findMissingPrograms({ workloads: ['receipts'] }, nowhere)).toEqual([
    expect.stringContaining('taskset'),
    expect.stringContaining('setpriv'),
  ]);
  expect(findMissingPrograms({ workloads: ['receipts', 'replication'] }, nowhere)).toContainEqual(
    expect.stringMatching(/redis-server.*across-nodes and replication/),
  );
  expect(findMissingPrograms({ workloads: ['across-nodes', 'replication'] }, () => true)).toEqual([]);
});

test('here everything is there', () => {
  expect(findMissingPrograms({ workloads: ['across-nodes'] })).toEqual([]);
});
