import type { EntryId } from '@quire/persistence';
import type { EventKey, LoggedEvent } from '../events/event-log.ts';

/** What the documents of this node need to know of the other nodes. */
export interface Replication {
  /**
   * What a receipt for this entry waits for beyond this node's disk (G1). Null when it waits for nothing, which is what it
   * says whenever the other nodes can't be reached and the settings let receipts go on. Never rejects: it resolves when the
   * receipt may go out.
   */
  acknowledged(id: EntryId): Promise<void> | null;
  /**
   * The same for everything in a document that is on this disk now: who brings once more what was read from it, as after a
   * restart, is told "saved" of that.
   */
  acknowledgedSoFar(document: string): Promise<void> | null;
  /** Whether a name of which nothing is stored here is known to be new (R13). */
  readonly knowsAllNames: boolean;
  /** What time of day it is for all nodes, in ms since 1970, whatever their own clocks say; null where there are no others. */
  commonTime(): number | null;
  /** What is told between the nodes that have a document open. Joined when it opens; `leave` when it is let go of. */
  join(document: string, room: SharedRoom): RoomLink;
}

/** A document that is open here, as other nodes see it. */
export interface SharedRoom {
  /** Names the life of the document; empty for the first, which most documents are in. */
  readonly epoch: string;
  /**
   * The presence of everybody who is here by this node, null for nobody: what another node is told that has just opened the
   * document, or has missed something.
   */
  describe(): Uint8Array | null;
  /**
   * What another node (an incarnation) says of those who are there by it, as its document described or told them.
   *
   * @param isWhole it speaks of everybody: who is not in it is not there by that node any more
   * @throws {FrameError} when it is damaged
   */
  hear(node: string, presence: Uint8Array, isWhole: boolean): void;
  /** That node is gone, or has closed the document. */
  lose(node: string): void;
  /** A stateless message of another node, for everybody here. */
  relay(payload: string): void;
  /**
   * An event that another node has taken. It may come twice.
   *
   * @param isCounted that node has said before, by `eventsReach`, how far its events had come: others before this one that were
   * not heard got lost on the way. Otherwise they may be older than this node's having it open
   */
  hearEvent(event: LoggedEvent, isCounted: boolean): void;
  /**
   * An event that another node has taken, which nobody here may hear, since it is of another life (R14).
   *
   * @param mayBeOurs it does not say of which: those who are here may miss it
   */
  passEvent(id: string, mayBeOurs: boolean): void;
  /** The id of the last event that another node has taken. */
  eventsReach(head: string, isCounted: boolean): void;
  /** By what those know them again who sent them, of the events that another node has taken. */
  learnEventKeys(keys: readonly EventKey[]): void;
  /** Events of other nodes are heard from this moment on, monotonic; for ever: they are not, since the bus is away. */
  hearEventsSince(at: number): void;
  /** The same of those that were taken here. */
  readonly eventKeys: readonly EventKey[];
  /** The last that was taken here; empty while none was. */
  readonly eventsHead: string;
  /** Those that were taken here within the last moment: a node that has just opened the document may have missed them. */
  readonly recentEvents: readonly LoggedEvent[];
}

export interface RoomLink {
  /** Whether anybody else has the document open: otherwise nothing needs to be encoded. */
  readonly isShared: boolean;
  /** Tells the others what changed in the presence of those who are here by this node. */
  tell(presence: Uint8Array): void;
  relay(payload: string): void;
  /** Unlike a stateless message, it is missed when it gets lost: the others notice by its number. */
  tellEvent(event: LoggedEvent): void;
  leave(): void;
}

/** A node by itself. */
export const alone: Replication = {
  acknowledged: () => null,
  acknowledgedSoFar: () => null,
  knowsAllNames: true,
  commonTime: () => null,
  join: () => ({ isShared: false, tell() {}, relay() {}, tellEvent() {}, leave() {} }),
};
