import { expect, test } from 'vitest';
import { readCpuUs, readMemoryBytes } from './server-usage.ts';

test('a process that computes has used processor time, and one that allocates holds memory', () => {
  const cpuBefore = readCpuUs(process.pid);
  const memoryBefore = readMemoryBytes(process.pid);
  const held: Buffer[] = [];
  for (let index = 0; index < 64; index += 1) held.push(Buffer.alloc(1024 * 1024, index + 1));
  while (readCpuUs(process.pid) - cpuBefore < 50_000) held.at(-1)?.fill(1);
  expect(readMemoryBytes(process.pid) - memoryBefore).toBeGreaterThan(32 * 1024 * 1024);
});
