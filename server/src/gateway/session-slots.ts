import type { Duplex } from 'node:stream';
import { addressGroup } from '../config/address-range.ts';
import { Seats } from '../seats.ts';

export interface SlotLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
}

export type SlotVerdict = 'taken' | 'node-full' | 'address-full';

/**
 * Room for sessions, taken before an upgrade begins and given back when its socket is gone, whatever came of it: a
 * handshake that fails, is given up halfway, or becomes a session. What lets go is the socket's `close` alone, of which
 * there is exactly one, so that no way out can be forgotten or counted twice.
 */
export class SessionSlots {
  readonly #maxSessions: number;
  readonly #addresses: Seats;
  /** By socket, under which name it sits. */
  readonly #held = new Map<Duplex, string>();
  /** Shared by all sockets: a closure for each would weigh more than what it remembers. */
  readonly #release: (this: Duplex) => void;

  constructor({ maxSessions, maxSessionsPerAddress }: SlotLimits) {
    this.#maxSessions = maxSessions;
    this.#addresses = new Seats(maxSessionsPerAddress);
    const held = this.#held;
    const addresses = this.#addresses;
    this.#release = function release() {
      const group = held.get(this);
      if (group === undefined) return;
      held.delete(this);
      addresses.giveBack(group);
    };
  }

  /** For a socket that is not destroyed yet, once. */
  take(socket: Duplex, address: string): SlotVerdict {
    if (this.#held.size >= this.#maxSessions) return 'node-full';
    const group = addressGroup(address);
    if (!this.#addresses.take(group)) return 'address-full';
    this.#held.set(socket, group);
    socket.on('close', this.#release);
    return 'taken';
  }

  /** What somebody would be told who came now. */
  look(address: string): SlotVerdict {
    if (this.#held.size >= this.#maxSessions) return 'node-full';
    return this.#addresses.has(addressGroup(address)) ? 'taken' : 'address-full';
  }

  get size(): number {
    return this.#held.size;
  }
}
