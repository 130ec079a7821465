import { createLazyPart, type LazyPart, type PartSurroundings } from './lazy-part.ts';

/** What most pages need not have loaded to begin with. What may be needed to keep someone's work is not among it. */
export interface Parts {
  readonly calls: LazyPart<typeof import('./calls.ts')>;
  /** Its schemas weigh more than the rest of the client. */
  readonly rest: LazyPart<typeof import('./rest-call.ts')>;
}

export function createParts(surroundings: PartSurroundings): Parts {
  return {
    calls: createLazyPart(() => import('./calls.ts'), surroundings),
    rest: createLazyPart(() => import('./rest-call.ts'), surroundings),
  };
}
