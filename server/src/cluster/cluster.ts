import type { Entry } from '@quire/persistence';
import type { Replication } from '../collab/replication.ts';
import type { Asker, PeerStatus, Want } from './peer-link.ts';

/** The documents of this node, as replication sees them. */
export interface ReplicatedDocuments {
  /**
   * Entries of other nodes that are in the store by now: into the documents that are open here, or a deletion that they
   * bring. Resolves once the documents have them, or sooner as long as little is on its way: so whoever brings more waits, and
   * one slow document does not hold up what comes for the others. Calls are heard in their order.
   */
  adopted(entries: readonly Entry[]): Promise<void>;
}

/** How long receipts wait (G1). */
export type ReceiptPolicy =
  /** For this disk, and for Redis while it can be reached. */
  | 'cluster'
  /** For this disk, and for Redis or all other nodes; while neither can be had nothing is receipted. */
  | 'strict'
  /** For this disk alone. */
  | 'local';

/** What is known of a node of the cluster. */
export interface NodeReport {
  readonly id: string;
  readonly address: string;
  readonly isSelf: boolean;
  readonly state:
    | 'ready'
    | 'catching-up'
    | 'silent'
    /** It is there, and this one can't read what it says of itself: it is of a later release, or that is damaged. */
    | 'unreadable';
  /** Version of Quire. */
  readonly release: string;
  /** Milliseconds since it was heard; null when it never was. */
  readonly heardMsAgo: number | null;
  /** Entries that are known to exist, and that it does not hold as far as is known. */
  readonly missingEntries: number;
}

/** This node as a part of its cluster. */
export interface Cluster extends Replication {
  /** Before `start`. */
  attach(documents: ReplicatedDocuments): void;
  /** Resolves once it takes part; whether it has caught up is what `unreadiness` says. */
  start(): Promise<void>;
  /** Why this node may not serve documents yet, in a sentence; null when it may. Once null, it stays null (R12). */
  readonly unreadiness: string | null;
  /** Resolves when it has become ready. */
  readonly caughtUp: Promise<void>;
  readonly nodes: readonly NodeReport[];
  /**
   * A node that never returns: nobody waits for it any more.
   *
   * @returns false when there is no such node
   * @throws {Error} when it is alive
   */
  forget(node: string): Promise<boolean>;
  /**
   * What other nodes are answered.
   *
   * @param asker null where it does not say who it is, as earlier releases don't
   */
  status(asker: Asker | null): PeerStatus;
  entries(wants: readonly Want[], maxBytes: number): Promise<readonly Entry[]>;
  /** Publishes what was stored, says farewell, and ends. */
  close(): Promise<void>;
}
