import type { UnreadSpeaker } from './announcement.ts';
import type { Stranger } from './strangers.ts';
import type { Watch } from './watch.ts';

/** A node of whose last words nothing can be read here but whose they are. */
export interface UnreadNode extends UnreadSpeaker {
  /** Empty where not even that can be read. */
  readonly node: string;
  readonly isAlive: boolean;
  /** How long ago it was last seen to be alive, in ms; null when it never was. */
  readonly heardMsAgo: number | null;
}

type Told = Pick<Watch, 'current' | 'isAlive' | 'msSinceAlive'>;

const NAMELESS = { generation: 0, address: '', release: '' };

/**
 * What these hold nobody knows here, and who can't compare with it is not complete (R12): everybody who is alive, and each of
 * the others of whom nothing later can be read.
 *
 * @param others the other members
 */
export function findUnreadNodes(strangers: readonly Stranger[], others: readonly string[], watch: Told): UnreadNode[] {
  const found = new Map<string, Stranger>();
  for (const stranger of strangers) {
    const { node = '' } = stranger.speaker ?? {};
    const known = found.get(node);
    if (stranger.isAlive || (others.includes(node) && !isSuperseded(stranger, watch))) {
      if (known === undefined || precedes(known, stranger)) found.set(node, stranger);
    }
  }
  return [...found].map(([node, { speaker, fault, isAlive, heardMsAgo }]) => {
    return { ...NAMELESS, ...speaker, node, fault, isAlive, heardMsAgo };
  });
}

/** It was put back to a release that can be read, which says itself what it holds; or this node was updated, and reads it. */
function isSuperseded({ speaker, fault, saidMsAgo }: Stranger, watch: Told): boolean {
  const heard = speaker === null ? null : watch.current(speaker.node);
  if (heard === null || speaker === null) return false;
  const { generation } = heard.announcement;
  // A release that has been updated since reads what that very process said.
  const isRead = fault === 'later' && generation === speaker.generation;
  // Out of a backup, it counts its starts from before.
  const hasLivedSince = (watch.msSinceAlive(heard) ?? Number.POSITIVE_INFINITY) < saidMsAgo;
  return watch.isAlive(heard) || hasLivedSince || generation > speaker.generation || isRead;
}

function precedes(one: Stranger, other: Stranger): boolean {
  if (one.isAlive !== other.isAlive) return other.isAlive;
  return (one.speaker?.generation ?? 0) < (other.speaker?.generation ?? 0);
}
