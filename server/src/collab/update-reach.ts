import * as Y from 'yjs';
import type { Struct } from './integration-order.ts';
import { referencesOf, type StructSpan } from './update-inspection.ts';

/** What the structs of an update hang on. */
export interface UpdateReach {
  /** Some of them lie right in the root that was asked about. */
  readonly isInRoot: boolean;
  /** What they name as their neighbours and parents, each once. */
  readonly named: readonly StructSpan[];
}

export function findReach(structs: readonly Struct[], root: string): UpdateReach {
  const isInRoot = structs.some((struct) => struct instanceof Y.Item && (struct.parent as unknown) === root);
  const clocks = new Map<number, number[]>();
  for (const struct of structs) {
    for (const { client, clock } of referencesOf(struct)) {
      const named = clocks.get(client);
      if (named === undefined) clocks.set(client, [clock]);
      else named.push(clock);
    }
  }
  return { isInRoot, named: [...clocks].flatMap(([client, named]) => joinClocks(client, named)) };
}

/** Runs of clocks that follow each other: of what somebody typed in one go, each names the one before. */
function joinClocks(client: number, clocks: readonly number[]): StructSpan[] {
  const spans: { client: number; start: number; end: number }[] = [];
  for (const clock of clocks.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && clock <= last.end) last.end = Math.max(last.end, clock + 1);
    else spans.push({ client, start: clock, end: clock + 1 });
  }
  return spans;
}
