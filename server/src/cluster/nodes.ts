import type { Holdings } from '@quire/persistence';
import type { NodeReport } from './cluster.ts';
import { countHoldings, type Spans, subtractHoldings, uniteInto } from './spans.ts';
import type { UnreadNode } from './unread-nodes.ts';
import type { Heard, Watch } from './watch.ts';

export interface OwnStanding {
  readonly node: string;
  readonly incarnation: string;
  readonly address: string;
  readonly release: string;
  readonly isReady: boolean;
  readonly holdings: Holdings;
}

/** This node first, then the other members by id. */
export function reportNodes(
  own: OwnStanding,
  others: readonly string[],
  watch: Watch,
  unread: readonly UnreadNode[],
): NodeReport[] {
  const known = new Map<string, Spans>(own.holdings);
  for (const { holdings } of watch.claims(others)) uniteInto(known, holdings);
  const missing = (holdings: Holdings): number => countHoldings(subtractHoldings(known, holdings));
  const missingHere = subtractHoldings(known, own.holdings);
  // What others have of its own and it does not is on its way to its disk.
  missingHere.delete(own.incarnation);
  const self: NodeReport = {
    id: own.node,
    address: own.address,
    isSelf: true,
    state: own.isReady ? 'ready' : 'catching-up',
    release: own.release,
    heardMsAgo: 0,
    missingEntries: countHoldings(missingHere),
  };
  const reports = [...others].sort().map((node) => {
    const report = reportOther(node, watch, missing);
    const later = unread.find((each) => each.node === node);
    return later === undefined ? report : { ...report, ...describeUnread(later, report.address) };
  });
  return [self, ...reports];
}

/** What was heard of it before it could not be read any more is not how it is. */
function describeUnread(
  { address, release, isAlive, heardMsAgo }: UnreadNode,
  lastAddress: string,
): Partial<NodeReport> {
  return { address: address || lastAddress, release, heardMsAgo, state: isAlive ? 'unreadable' : 'silent' };
}

function reportOther(node: string, watch: Watch, missing: (holdings: Holdings) => number): NodeReport {
  const heard = watch.current(node);
  const heardMsAgo = heard === null ? null : watch.msSinceAlive(heard);
  return {
    id: node,
    address: heard?.announcement.address ?? '',
    isSelf: false,
    state: heard === null ? 'silent' : stateOf(heard, watch),
    release: heard?.announcement.release ?? '',
    heardMsAgo: heardMsAgo === null ? null : Math.round(heardMsAgo),
    missingEntries: missing(heard?.holdings ?? new Map()),
  };
}

function stateOf(heard: Heard, watch: Watch): NodeReport['state'] {
  if (!watch.isAlive(heard)) return 'silent';
  return heard.announcement.state === 'ready' ? 'ready' : 'catching-up';
}
