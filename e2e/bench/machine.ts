import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os';
import { findCores } from './cores.ts';
import { describeScratchDisk } from './scratch-disk.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** The type of the file system that has the data; null where it is not known. */
  readonly scratch: string | null;
  readonly serverCore: string;
  readonly loadCores: string;
  readonly isLoadApart: boolean;
  /**
   * Processes that wanted to run when the bench began, beside its own: above a few tenths, figures mean little. One for
   * each part that was measured by itself.
   */
  readonly loadAverages: readonly number[];
}

const GIB = 2 ** 30;

export function describeMachine(): Machine {
  const cores = findCores();
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${arch()}`,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / GIB),
    system: `Linux ${release()}`,
    node: process.version,
    scratch: describeScratchDisk(),
    serverCore: cores.server,
    loadCores: cores.load,
    isLoadApart: cores.areApart,
    loadAverages: [Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])],
  };
}
