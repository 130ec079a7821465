import type { Entry, Holdings, SequenceSpan } from '@quire/persistence';

/** Entries that are wanted of one incarnation. */
export interface Want {
  readonly incarnation: string;
  readonly spans: readonly SequenceSpan[];
}

/** What a node says when it is asked directly. */
export interface PeerStatus {
  /** As it would say it over the bus. */
  readonly announcement: Uint8Array;
  /** Everything that it holds. */
  readonly holdings: Holdings;
  /** What it heard last of each other node: announcements by node, its own not among them. */
  readonly heard: ReadonlyMap<string, Uint8Array>;
}

/** Who asks, and where it can be asked itself: it may have moved since it was last heard of. */
export interface Asker {
  readonly node: string;
  readonly address: string;
}

/** The sure way to another node: asks it directly. */
export interface PeerLink {
  /** @throws {PeerError} */
  status(address: string, asker: Asker, signal: AbortSignal): Promise<PeerStatus>;
  /**
   * Some of the entries that are wanted, at least one where the peer holds any, in the order of their numbers within an
   * incarnation. Whoever wants more asks again: what is kept of one answer makes the next one shorter.
   *
   * @throws {PeerError}
   */
  entries(address: string, wants: readonly Want[], maxBytes: number, signal: AbortSignal): Promise<readonly Entry[]>;
}

export type PeerErrorCode =
  | 'unreachable'
  /** It has another secret. */
  | 'denied'
  /** It does not speak a version that this node does. */
  | 'unsuitable'
  /** Nor is it another thing than a node: it is one of a later release. Asked for its status alone. */
  | 'later';

export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly code: PeerErrorCode;

  constructor(code: PeerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
