/**
 * The fast way from node to node. Nothing that it says is the truth: what it loses, repeats, delays, forgets or rewinds is
 * found out by comparing what nodes hold (R11), and fetched from a peer.
 */
export interface ClusterBus {
  readonly status: BusStatus;
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Begins to connect, and goes on trying until `close`. Resolves at once: who waits for it watches its status. */
  open(): void;

  /**
   * Puts one record behind the others of this node. Resolves once the bus has it; by then it is as safe as the bus is. Several
   * may be under way: without a wait between the calls they go out together, and those of them that are taken are so in the
   * order of the calls. One that is refused keeps none behind it from being taken.
   *
   * @throws {BusError} when the bus is away, full or refuses writes; the record may have arrived all the same
   */
  publish(record: Uint8Array): Promise<void>;

  /**
   * Reads the records of these nodes from now on, instead of those that were followed before; of who is in both, without a
   * gap. Resolves once everything that they publish later will be read: what nodes hold is asked after that (R12).
   *
   * @throws {BusError}
   */
  follow(nodes: readonly string[]): Promise<void>;
  /**
   * What the bus still has of what a node published, the oldest first, a page at a time: of a node that died, it may be all
   * that is left of the last moment. It is not read any further than it was when it was asked for.
   *
   * @throws {BusError}
   */
  past(node: string): AsyncIterable<readonly Uint8Array[]>;
  /** The one who takes records. Nothing further is read before the promise resolves; it never rejects. */
  onRecords(listener: (from: string, records: readonly Uint8Array[]) => Promise<void>): void;

  /** Says what is so of this node, in place of what it said before. @throws {BusError} */
  announce(announcement: Uint8Array): Promise<void>;
  /** What nodes said last, however long ago. @throws {BusError} */
  announcements(): Promise<ReadonlyMap<string, Uint8Array>>;
  /** What time of day it is by the clock of the bus, in ms since 1970. @throws {BusError} */
  time(): Promise<number>;
  /** Forgets what a node said and published. @throws {BusError} */
  erase(node: string): Promise<void>;

  /**
   * Tells all who listen on a channel now, this node too if it does. What can't be told at once is dropped.
   *
   * @returns how many listen; 0 when the bus is away
   */
  tell(channel: string, message: Uint8Array): Promise<number>;
  /**
   * Resolves once everything told later is heard; after the bus was away, it listens again by itself. That may take as long as
   * the bus is away: `signal` takes the listener back before, and then it resolves at once.
   */
  listen(channel: string, listener: (message: Uint8Array) => void, signal?: AbortSignal): Promise<() => void>;

  close(): Promise<void>;
}

export type BusStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** It can't be reached, or does not take what it is given. It is tried again until it is `connected` or closed. */
  | { readonly state: 'away'; readonly error: BusError; readonly since: number }
  | { readonly state: 'closed' };

export type BusErrorCode =
  /** Nothing listens there, the connection broke, or no answer came in time. */
  | 'unreachable'
  /** Wrong user or password, or a command that this user may not use. */
  | 'denied'
  /** It has no memory left. */
  | 'full'
  /** A replica: it takes no writes, and what is told on it others don't hear. */
  | 'read-only'
  /** It takes no writes while it can't save to its disk, or has too few replicas. */
  | 'unsafe'
  /** It is still reading its data, or it is another kind of server. */
  | 'unsuitable'
  | 'closed';

export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: BusErrorCode;

  constructor(code: BusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
