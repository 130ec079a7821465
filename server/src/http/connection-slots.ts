import type { Socket } from 'node:net';
import { CONNECTIONS_BESIDES_SESSIONS, CONNECTIONS_PER_SESSION } from '@quire/protocol';
import { addressGroup, createAddressSet, plainAddress } from '../config/address-range.ts';
import type { ConnectionLimit } from '../observability/metrics/label-values.ts';
import { Seats } from '../seats.ts';

export interface ConnectionBounds {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Through each of these come many people: all that is bounded of theirs is how many there are together. */
  readonly proxies: readonly string[];
}

/** As many as the sessions that there may be can have, and room for requests. */
export function boundConnections(
  limits: { readonly maxSessions: number; readonly maxSessionsPerAddress: number },
  proxies: readonly string[],
): ConnectionBounds {
  const bound = (sessions: number): number => sessions * CONNECTIONS_PER_SESSION + CONNECTIONS_BESIDES_SESSIONS;
  return {
    maxConnections: bound(limits.maxSessions),
    maxConnectionsPerAddress: bound(limits.maxSessionsPerAddress),
    proxies,
  };
}

/**
 * The connections of a node, from when they are accepted until they are gone, whatever becomes of them: who says nothing
 * on one has it for a minute, and would have as many as there are file descriptors.
 */
export class ConnectionSlots {
  readonly #bounds: ConnectionBounds;
  readonly #proxies: ReturnType<typeof createAddressSet>;
  readonly #addresses: Seats;
  /** Under which name each sits; null for those through a proxy. */
  readonly #held = new Map<Socket, string | null>();
  /** Shared by all of them: with a closure and its wrapper each would weigh a tenth more. */
  readonly #release: (this: Socket) => void;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.#proxies = createAddressSet(bounds.proxies);
    this.#addresses = new Seats(bounds.maxConnectionsPerAddress);
    const held = this.#held;
    const addresses = this.#addresses;
    this.#release = function release() {
      const group = held.get(this) ?? null;
      held.delete(this);
      if (group !== null) addresses.giveBack(group);
    };
  }

  /** @returns which limit has been reached; null when there was room */
  take(socket: Socket): ConnectionLimit | null {
    if (this.#held.size >= this.#bounds.maxConnections) return 'node';
    const address = plainAddress(socket.remoteAddress ?? '');
    const group = this.#proxies.has(address) ? null : addressGroup(address);
    if (group !== null && !this.#addresses.take(group)) return 'address';
    this.#held.set(socket, group);
    socket.on('close', this.#release);
    return null;
  }

  /** All that are held. */
  [Symbol.iterator](): Iterator<Socket> {
    return this.#held.keys();
  }
}
