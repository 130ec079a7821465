import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '@quire/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Inspector, openInspector } from '../bench/load/inspector.ts';
import { countActiveResources, readHeap } from './heap.ts';

let child: ChildProcess;
let inspector: Inspector;
beforeEach(async () => {
  child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1e9); held = [];']);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  inspector = await openInspector(await until(() => /(ws:\S+)/.exec(said)?.[1], { what: 'no inspector' }));
});
afterEach(() => {
  inspector.close();
  child.kill('SIGKILL');
});

/** By value: the inspector would keep an object that it only names. */
const run = (expression: string): Promise<unknown> =>
  inspector.call('Runtime.evaluate', { expression: `${expression}; null`, returnByValue: true });

test('a timer that is left set is counted, also one that keeps nothing alive; one that was cleared is not', async () => {
  const before = await readHeap(inspector);
  await run(
    'held.push(setTimeout(() => {}, 1e8).unref(), setInterval(() => {}, 1e8)); clearInterval(setInterval(() => {}, 1e8));',
  );
  const after = await readHeap(inspector);
  expect(after.timers).toBe(before.timers + 2);
  expect(after.activeResources).toBe(before.activeResources + 1);
  expect(await countActiveResources(inspector)).toBe(after.activeResources);
});

test('a socket object is counted as long as something knows it', async () => {
  const before = await readHeap(inspector);
  await run("held.push(new (process.getBuiltinModule('node:net').Socket)().destroy())");
  expect((await readHeap(inspector)).socketObjects).toBe(before.socketObjects + 1);
  await run('held.length = 0');
  expect((await readHeap(inspector)).socketObjects).toBe(before.socketObjects);
});

test('held memory is counted, and what nobody knows any more is not', async () => {
  const before = await readHeap(inspector);
  await run('held.push(new Array(1e6).fill(0.5), new Uint8Array(3e7)); new Array(1e6).fill(7);');
  const after = await readHeap(inspector);
  expect(after.heapBytes - before.heapBytes).toBeGreaterThan(7e6);
  expect(after.heapBytes - before.heapBytes).toBeLessThan(12e6);
  expect(after.externalBytes - before.externalBytes).toBeGreaterThanOrEqual(3e7);
});
