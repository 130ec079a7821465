import type { Machine } from './machine.ts';

/** For tests of what is made of results. */
export const inventedMachine: Machine = {
  processor: 'a processor',
  cores: 2,
  memoryGib: 4,
  system: 'Linux',
  node: 'v24',
  scratch: 'ext4',
  serverCore: '0',
  loadCores: '1',
  isLoadApart: true,
  loadAverages: [0.1],
};
