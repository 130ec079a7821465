import { abusiveKinds } from './abuses.ts';
import { floods } from './floods.ts';
import { forbiddenKinds } from './forbidden.ts';
import type { FrameKind } from './frame-kind.ts';
import { healthyKinds } from './healthy.ts';
import { mutatedKinds } from './mutated.ts';

export const frameKinds: readonly FrameKind[] = [
  ...healthyKinds,
  ...mutatedKinds,
  ...abusiveKinds,
  ...floods,
  ...forbiddenKinds,
];
