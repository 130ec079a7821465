import { encodePresence, encodeServerFrame, type PresenceEntry, type ServerFrame } from '@quire/protocol';
import type { WebSocket } from 'ws';
import * as Y from 'yjs';

/** One document on one socket. */
export interface Member {
  readonly address: string;
  readonly socket: WebSocket;
  readonly mayWrite: boolean;
  /** Whether all is here that its client had when it came. */
  hasBrought: boolean;
  /** Receipts that wait for that. */
  heldReceipts: number;
}

interface Present {
  readonly owner: Member;
  readonly clock: number;
  readonly state: string;
}

/** What is kept for somebody who does not read. */
const MAX_UNSENT_BYTES = 4 * 2 ** 20;

export function tell({ socket, address }: Member, frame: ServerFrame): void {
  socket.send(encodeServerFrame(address, frame));
}

/** An open document, and who has it open. */
export class Room {
  readonly doc = new Y.Doc();
  readonly members = new Set<Member>();
  readonly #present = new Map<number, Present>();
  readonly #keepsAll: boolean;

  constructor({ keepsAll }: { readonly keepsAll: boolean }) {
    this.#keepsAll = keepsAll;
  }

  broadcast(frame: ServerFrame, except: Member | null): void {
    for (const member of this.members) {
      if (member === except) continue;
      if (!this.#keepsAll && member.socket.bufferedAmount > MAX_UNSENT_BYTES) member.socket.terminate();
      else tell(member, frame);
    }
  }

  isSpokenForBy(other: Member, clientId: number): boolean {
    const present = this.#present.get(clientId);
    return present !== undefined && present.owner !== other;
  }

  announce(owner: Member, entries: readonly PresenceEntry[]): void {
    for (const { clientId, clock, state } of entries) {
      if (state === 'null') this.#present.delete(clientId);
      else this.#present.set(clientId, { owner, clock, state });
    }
    this.broadcast({ kind: 'presence', presence: encodePresence(entries) }, owner);
  }

  tellPresence(newcomer: Member): void {
    const entries = [...this.#present].map(([clientId, { clock, state }]) => ({ clientId, clock, state }));
    if (entries.length > 0) tell(newcomer, { kind: 'presence', presence: encodePresence(entries) });
  }

  remove(member: Member, { keepsPresence }: { readonly keepsPresence: boolean }): void {
    this.members.delete(member);
    if (keepsPresence) return;
    const gone = [...this.#present]
      .filter(([, { owner }]) => owner === member)
      .map(([clientId, { clock }]) => ({ clientId, clock: clock + 1, state: 'null' }));
    if (gone.length > 0) this.announce(member, gone);
  }
}
