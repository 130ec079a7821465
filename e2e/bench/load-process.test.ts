import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownTicks } from './disturbance.ts';
import type { Target } from './load/target.ts';
import { runTask } from './load-process.ts';

const nowhere: Target = {
  pid: process.pid,
  port: 1,
  dialect: 'hocuspocus',
  basePath: '/',
  token: '',
  inspectorUrl: null,
  profilePath: null,
};

const readOwnTicks = (): number => ownTicks(readFileSync('/proc/self/stat', 'utf8'));

test('once a task has settled, what its process used counts as our own', async () => {
  const [before, usedBefore] = [readOwnTicks(), process.cpuUsage()];
  const task = runTask('storeBig', nowhere, { document: 'd', contentPath: '/nowhere/at-all' }, 60_000);
  await expect(task).rejects.toThrow(/ENOENT/);
  const { user, system } = process.cpuUsage(usedBefore);
  const ofChildren = (readOwnTicks() - before) * 10_000 - (user + system);
  // Starting Node takes several ticks of 10 ms; counting our own is off by one at either end.
  expect(ofChildren).toBeGreaterThan(20_000);
});

test('a task that takes too long fails, and says so', async () => {
  const task = runTask('storeBig', nowhere, { document: 'd', contentPath: '/nowhere/at-all' }, 1);
  await expect(task).rejects.toThrow(/not done within 1 ms/);
});
