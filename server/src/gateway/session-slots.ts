import type { Duplex } from 'node:stream';
import { addressGroup } from '../config/address-range.ts';
import { Seats } from '../seats.ts';

export interface SlotLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
}

export type SlotVerdict = 'taken' | 'node-full' | 'address-full';

/**
 * Room for sessions, taken before an upgrade begins and given back when its socket is gone, whatever came of it: of a
 * session by its end, and of a handshake that fails or is given up halfway by the socket's `close`. Whoever has given it
 * back holds none, so that nothing can be counted twice.
 */
export class SessionSlots {
  readonly #maxSessions: number;
  readonly #addresses: Seats;
  /** By socket, under which name it sits. */
  readonly #held = new Map<Duplex, string>();

  constructor({ maxSessions, maxSessionsPerAddress }: SlotLimits) {
    this.#maxSessions = maxSessions;
    this.#addresses = new Seats(maxSessionsPerAddress);
  }

  /** For a socket that is not destroyed yet, once. */
  take(socket: Duplex, address: string): SlotVerdict {
    if (this.#held.size >= this.#maxSessions) return 'node-full';
    const group = addressGroup(address);
    if (!this.#addresses.take(group)) return 'address-full';
    this.#held.set(socket, group);
    return 'taken';
  }

  /** No session has come of it that would give it back: with one more listener each of these would weigh a thirtieth more. */
  giveBackAtClose(socket: Duplex): void {
    socket.once('close', () => this.giveBack(socket));
  }

  giveBack(socket: Duplex): void {
    const group = this.#held.get(socket);
    if (group === undefined) return;
    this.#held.delete(socket);
    this.#addresses.giveBack(group);
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
