import { readFileSync } from 'node:fs';

/** Who may run where, in the words of `taskset`. */
export interface Cores {
  /** The one core that servers have for themselves. */
  readonly server: string;
  /** What is left to the load; where there is one core only, both share it. */
  readonly load: string;
  /** The load has no thread of the server’s physical core. */
  readonly areApart: boolean;
}

/** `0-2,5`, as the kernel lists cores. */
export function parseCoreList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.trim().split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/**
 * Two threads of one physical core are not two cores: what the load does on one, the server on the other would feel.
 *
 * @param allowed those on which this process may run: a container may have others than the first
 * @param twinsOf the threads that share the physical core of one, itself among them
 */
export function shareOutCores(allowed: readonly number[], twinsOf: (core: number) => readonly number[]): Cores {
  const [server = 0, ...others] = allowed;
  const twins = twinsOf(server);
  const apart = others.filter((core) => !twins.includes(core));
  const load = apart.length > 0 ? apart : others.length > 0 ? others : [server];
  return { server: String(server), load: load.join(','), areApart: apart.length > 0 };
}

/** Fewer may be worth counting on, where a container may use only so much of their time. */
export function readAllowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return parseCoreList(list ?? '0');
}

function readTwins(core: number): number[] {
  try {
    return parseCoreList(readFileSync(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`, 'utf8'));
  } catch {
    return [core]; // not every hypervisor tells
  }
}

let found: Cores | null = null;

export function findCores(): Cores {
  found ??= shareOutCores(readAllowedCores(), readTwins);
  return found;
}
