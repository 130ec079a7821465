import type { NodeReport } from '../../cluster/cluster.ts';
import type { BusStatus, ClusterBus } from '../../cluster/cluster-bus.ts';
import { Distribution } from './distribution.ts';
import {
  busErrorCodes,
  type EntryWay,
  entryWays,
  type MessageDirection,
  messageDirections,
  type PeerAnswer,
  peerAnswers,
  type RecordDirection,
  type RecordFault,
  recordDirections,
  recordFaults,
  type StrangeMessage,
  strangeMessages,
  type TallyOutcome,
  tallyOutcomes,
} from './label-values.ts';
import { metricTable } from './metric-table.ts';
import { Outcomes } from './outcomes.ts';
import { Tally } from './tally.ts';

/** How a cluster stands at the moment: asked for by a scrape, from whoever knows. */
export interface ClusterState {
  /** Null on a node by itself. */
  readonly bus: () => BusStatus['state'] | null;
  readonly nodes: () => readonly NodeReport[];
  /** What is on this disk and not in Redis; how long the oldest of it has waited, 0 when there is none. */
  readonly unpublished: () => { readonly entries: number; readonly oldestMs: number };
  /** Whose receipts wait for Redis or for other nodes; how long the oldest has, 0 when there is none. */
  readonly unreceipted: () => { readonly entries: number; readonly oldestMs: number };
  readonly sharedDocuments: () => number;
  /** Of this node's clock, ahead of that of Redis; below zero behind it, null while that is not known. */
  readonly clockSkewMs: () => number | null;
}

const BY_ITSELF: ClusterState = {
  bus: () => null,
  nodes: () => [],
  unpublished: () => ({ entries: 0, oldestMs: 0 }),
  unreceipted: () => ({ entries: 0, oldestMs: 0 }),
  sharedDocuments: () => 0,
  clockSkewMs: () => null,
};

/** What replication counts, in place: the bus its records, whoever moves entries these, rooms their messages. */
export class ClusterMeters {
  readonly busFailures = new Tally(busErrorCodes);
  readonly records = new Tally(recordDirections);
  readonly recordBytes = new Tally(recordDirections);
  readonly recordsRefused = new Tally(recordFaults);
  readonly entries = new Tally(entryWays);
  readonly receiptWait = new Distribution(metricTable.quire_cluster_receipt_wait_seconds.buckets);
  receiptsWithoutRedis = 0;
  /** One answer of a peer: `pulls.time(clock, () => …)`. */
  readonly pulls = new Outcomes(metricTable.quire_cluster_pull_duration_seconds.buckets);
  readonly requests = new Tally(peerAnswers);
  readonly messages = new Tally(messageDirections);
  readonly messageBytes = new Tally(messageDirections);
  readonly strangeMessages = new Tally(strangeMessages);
  readonly tallies = new Tally(tallyOutcomes);
  messageQueueBytes = 0;
  statelessQueueCharacters = 0;
  messagesDropped = 0;
  busConnections = 0;
  readonly publishing = new Distribution(metricTable.quire_cluster_publish_seconds.buckets);
  state: ClusterState = BY_ITSELF;

  /** Each part of a cluster says for itself how it stands. */
  watch(part: Partial<ClusterState>): void {
    this.state = { ...this.state, ...part };
  }

  /** @returns the end of it */
  watchBus(bus: Pick<ClusterBus, 'status' | 'onStatus'>): () => void {
    this.watch({ bus: () => bus.status.state });
    return bus.onStatus((status) => {
      if (status.state === 'away') this.busFailures.add(status.error.code);
    });
  }

  /** What the bus calls. */
  readonly bus = {
    published: (bytes: number, elapsedMs: number): void => {
      this.#recordsMoved('published', 1, bytes);
      this.publishing.observeMs(elapsedMs);
    },
    received: (records: number, bytes: number): void => this.#recordsMoved('received', records, bytes),
    connected: (): void => {
      this.busConnections += 1;
    },
    telling: (bytes: number): void => {
      this.messageQueueBytes += bytes;
    },
    dropped: (): void => {
      this.messagesDropped += 1;
    },
  };

  /** What rooms call. */
  readonly rooms = {
    add: (direction: MessageDirection, bytes: number): void => {
      this.messages.add(direction);
      this.messageBytes.add(direction, bytes);
    },
    strange: (fault: StrangeMessage): void => this.strangeMessages.add(fault),
    tally: (outcome: TallyOutcome): void => this.tallies.add(outcome),
    waiting: (characters: number): void => {
      this.statelessQueueCharacters += characters;
    },
    dropped: (): void => {
      this.messagesDropped += 1;
    },
  };

  #recordsMoved(direction: RecordDirection, records: number, bytes: number): void {
    this.records.add(direction, records);
    this.recordBytes.add(direction, bytes);
  }

  recordRefused(fault: RecordFault): void {
    this.recordsRefused.add(fault);
  }

  entriesMoved(way: EntryWay, entries: number): void {
    this.entries.add(way, entries);
  }

  receiptWaited(durationMs: number): void {
    this.receiptWait.observeMs(durationMs);
  }

  receiptWithoutRedis(): void {
    this.receiptsWithoutRedis += 1;
  }

  answered(answer: PeerAnswer): void {
    this.requests.add(answer);
  }
}
