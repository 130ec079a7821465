import { readFileSync } from 'node:fs';

/** Above this, others took so much of the machine that latencies are theirs as much as the server's. */
export const DISTURBED_PERCENT = 10;

const TICKS_PER_SECOND = 100;

interface Ticks {
  readonly all: number;
  readonly ours: number;
  readonly at: number;
}

/**
 * Watches what others use of the machine: everything that ran, this process and the children it has seen end taken
 * off, with what the hypervisor kept for itself.
 *
 * @returns a function that says how much that was since, in percent of one core
 */
export function watchDisturbance(): () => number {
  const before = readTicks();
  return () => {
    const now = readTicks();
    const others = now.all - before.all - (now.ours - before.ours);
    return Math.max(0, (100 * others) / TICKS_PER_SECOND / ((now.at - before.at) / 1000));
  };
}

function readTicks(): Ticks {
  return {
    all: busyTicks(readFileSync('/proc/stat', 'utf8')),
    ours: ownTicks(readFileSync('/proc/self/stat', 'utf8')),
    at: performance.now(),
  };
}

/**
 * User, nice, system, interrupt and stolen time of all cores. Loopback runs as a soft interrupt inside the time of the
 * process that sends, which is taken off again: left out here, it would hide as much of what others use.
 */
export function busyTicks(stat: string): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (stat.split('\n')[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}

/** A process's own time and that of its children that have ended. */
export function ownTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
