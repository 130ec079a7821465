import type { AnnouncementFault } from './announcement.ts';
import type { Stranger } from './strangers.ts';
import type { Watch } from './watch.ts';

/** A node of whose last words nothing can be read here but whose they are. */
export interface UnreadNode {
  /** Empty where not even that can be read. */
  readonly node: string;
  readonly address: string;
  readonly release: string;
  readonly fault: AnnouncementFault;
  readonly isAlive: boolean;
  /** How long ago it was last seen to be alive, in ms; null when it never was. */
  readonly heardMsAgo: number | null;
}

/**
 * What these hold nobody knows here, and who can't compare with it is not complete (R12): everybody who is alive, and each of
 * the others of whom nothing later can be read.
 *
 * @param others the other members
 */
export function findUnreadNodes(
  strangers: readonly Stranger[],
  others: readonly string[],
  watch: Pick<Watch, 'current' | 'isAlive'>,
): UnreadNode[] {
  const found = new Map<string, Stranger>();
  for (const stranger of strangers) {
    const { node = '' } = stranger.speaker ?? {};
    const known = found.get(node);
    if (stranger.isAlive || (others.includes(node) && !isSuperseded(stranger, watch))) {
      if (known === undefined || precedes(known, stranger)) found.set(node, stranger);
    }
  }
  return [...found].map(([node, { speaker, ...rest }]) => {
    return { node, address: speaker?.address ?? '', release: speaker?.release ?? '', ...rest };
  });
}

/** It was put back to a release that can be read, which says itself what it holds. */
function isSuperseded({ speaker }: Stranger, watch: Pick<Watch, 'current' | 'isAlive'>): boolean {
  const heard = speaker === null ? null : watch.current(speaker.node);
  if (heard === null || speaker === null) return false;
  return watch.isAlive(heard) || heard.announcement.generation > speaker.generation;
}

function precedes(one: Stranger, other: Stranger): boolean {
  if (one.isAlive !== other.isAlive) return other.isAlive;
  return (one.speaker?.generation ?? 0) < (other.speaker?.generation ?? 0);
}
