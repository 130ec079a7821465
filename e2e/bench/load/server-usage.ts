import { readFileSync } from 'node:fs';

/** Clock ticks of /proc/PID/stat: 100 a second on every Linux that Node runs on. */
const TICK_US = 10_000;
const KIB = 1024;

/** What a process has used of the processor since it started, all its threads, user and system. */
export function readCpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses may hold spaces; the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** What a process holds that no file backs: its heap, its buffers, its stacks. */
export function readMemoryBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const match = /^Anonymous:\s+(\d+) kB$/m.exec(rollup);
  if (match === null) throw new Error(`/proc/${pid}/smaps_rollup has no line "Anonymous"`);
  return Number(match[1]) * KIB;
}
