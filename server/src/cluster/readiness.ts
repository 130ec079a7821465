import type { AnnouncementFault } from './announcement.ts';

/** How much is known of what another member holds. */
export interface MemberStanding {
  readonly node: string;
  readonly knowledge: /** All of it, from itself, after its records were followed. */
    | 'complete'
    /** It is alive, and has not said everything yet. */
    | 'incomplete'
    /** It is silent: what it, others or the file said last is all there is. */
    | 'last-heard'
    | 'unknown';
  /** Whether every way to it was tried. */
  readonly isTried: boolean;
}

/** A node of which it can't be read here what it holds. */
export interface UnreadStanding {
  /** Empty where not even that can be read. */
  readonly node: string;
  /** Empty where that can't be read. */
  readonly release: string;
  readonly fault: AnnouncementFault;
  readonly isAlive: boolean;
}

export interface Standing {
  /** Whether the cluster was complete once. */
  readonly isFormed: boolean;
  /** Members that the first start waits for, this one among them. */
  readonly expectedNodes: number;
  readonly bus:
    | 'connecting'
    | 'away'
    /** Not everything that was published is being read yet. */
    | 'connected'
    | 'following';
  /** Whether it is not known yet of somebody whether it is alive. */
  readonly isUndecided: boolean;
  readonly others: readonly MemberStanding[];
  readonly unread: readonly UnreadStanding[];
  readonly missingEntries: number;
  /** Whether some of them are in records that only a later release reads. */
  readonly areUnreadable: boolean;
  /** Silent members that hold what is missing, when nobody who is there holds any of it. */
  readonly silentHolders: readonly string[];
}

/**
 * Why a node may not serve yet (R12), in a sentence for whoever waits; null when it may. "Complete" is a comparison: with
 * what all members hold, asked after this node began to follow what they publish.
 */
export function unreadinessOf({
  isFormed,
  expectedNodes,
  bus,
  isUndecided,
  others,
  unread,
  missingEntries,
  areUnreadable,
  silentHolders,
}: Standing): string | null {
  switch (bus) {
    case 'connecting':
      return 'Redis has not answered yet';
    case 'connected':
      return 'what other nodes published is still being read from Redis';
    case 'away':
      // Two nodes that never heard of each other would both find themselves complete.
      if (!isFormed) return 'Redis must be reached to find the other nodes the first time';
      break;
    case 'following':
      break;
  }
  const unreadNode = unread.find(({ isAlive }) => isAlive) ?? unread[0];
  if (unreadNode !== undefined) return describeUnread(unreadNode);
  if (!isFormed && others.length + 1 < expectedNodes) {
    return `${others.length + 1} of ${expectedNodes} nodes are known: start the others, or lower cluster.nodes`;
  }
  if (isUndecided) return 'it is not known yet which nodes are alive';
  for (const { node, knowledge, isTried } of others) {
    switch (knowledge) {
      case 'complete':
        break;
      case 'incomplete':
        return `node ${node} has not said yet what it holds`;
      case 'last-heard':
        if (!isTried) return `node ${node} has not answered yet`;
        break;
      case 'unknown':
        return `nothing is known of node ${node}: start it, or run "quire nodes forget ${node}" if it never returns`;
    }
  }
  if (missingEntries === 0) return null;
  const [silent] = silentHolders;
  if (silent !== undefined) {
    return `${missingEntries} entries that only node ${silent} is known to hold are missing here: start it, or run "quire nodes forget ${silent}" if it never returns`;
  }
  const why = areUnreadable ? ', of a later release than this one, which does not read them: update this node' : '';
  return `entries that other nodes hold are still missing here: ${missingEntries}${why}`;
}

/** There is nothing to compare with: what it wrote may be nowhere else, and its documents are not new. */
function describeUnread(unread: UnreadStanding): string {
  switch (unread.fault) {
    case 'later':
      return describeLater(unread);
    case 'damaged':
      return describeDamaged(unread);
    default:
      return unread.fault satisfies never;
  }
}

function describeLater({ node, release, isAlive }: UnreadStanding): string {
  if (node === '') return "a node is there, and this release can't read what it says of itself: update this node";
  const which = release === '' ? 'a later release' : `release ${release}`;
  return isAlive
    ? `node ${node} runs ${which}, and this one can't read what it says of itself: update this node`
    : `node ${node} ran ${which}, and this one can't read what it said last: update this node, or run "quire nodes forget ${node}" if it never returns`;
}

/** Whoever starts says everything anew. */
function describeDamaged({ node, isAlive }: UnreadStanding): string {
  if (node === '')
    return "a node is there, and what it says of itself can't be read, as the log says: restart that node";
  return isAlive
    ? `what node ${node} says of itself can't be read, as the log says: restart that node`
    : `what node ${node} said last can't be read, as the log says: start it, or run "quire nodes forget ${node}" if it never returns`;
}
