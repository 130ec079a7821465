import { expect, test } from 'vitest';
import { findMissingPrograms } from './needs.ts';

test('what is missing is named with what it is for, and only where it is needed', () => {
  const nowhere = (): boolean => false;
  expect(findMissingPrograms({ workloads: ['receipts'] }, nowhere)).toEqual([
    expect.stringContaining('taskset'),
    expect.stringContaining('setpriv'),
  ]);
  expect(findMissingPrograms({ workloads: ['receipts', 'across-nodes'] }, nowhere)).toContainEqual(
    expect.stringMatching(/redis-server.*across-nodes/),
  );
  expect(findMissingPrograms({ workloads: ['across-nodes'] }, () => true)).toEqual([]);
});

test('here everything is there', () => {
  expect(findMissingPrograms({ workloads: ['across-nodes'] })).toEqual([]);
});
