import { atTheDoor } from './at-the-door.ts';
import { badFrames } from './bad-frames.ts';
import { everyday } from './everyday.ts';
import { inACluster } from './in-a-cluster.ts';
import { inTheProcess } from './in-the-process.ts';
import { onTheDisk } from './on-the-disk.ts';
import { outOfStep } from './out-of-step.ts';
import { overHttp } from './over-http.ts';
import type { Scenario } from './scenario.ts';
import { whoMayEnter } from './who-may-enter.ts';

export { constants } from './in-the-process.ts';

/** Between them every metric moves. In the first, two people write in both dialects. */
export const scenarios: readonly Scenario[] = [
  ...everyday,
  ...atTheDoor,
  ...whoMayEnter,
  ...badFrames,
  ...outOfStep,
  ...overHttp,
  ...onTheDisk,
  ...inACluster,
  ...inTheProcess,
];
