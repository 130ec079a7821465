import { decodePresence } from '@quire/protocol';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Presence } from '../collab/presence.ts';

const read = (message: Uint8Array) => decodePresence(message, { maxEntries: 1_000, maxStateBytes: 1_000 });

/** Somebody whose provider does what published ones do: it says what changes here, of whomever, and repeats what it hears. */
export class AwarePerson {
  readonly awareness: Awareness;
  readonly clientId: number;
  socket: object | null = null;
  /** On the way here, and to the server, in order. */
  readonly inbox: Uint8Array[] = [];
  readonly #outbox: Uint8Array[] = [];
  #presence: Presence | null = null;
  #moves = 0;
  #wasIn = false;
  said: object = {};
  /** Those who were shown, and are to have left since. */
  readonly seenToLeave = new Set<number>();

  constructor(clientId: number) {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    this.clientId = clientId;
    this.awareness = new Awareness(doc);
    this.move(); // what is said at clock 0, as it is before anything was set, readers ignore
    this.awareness.on('update', (change: Record<'added' | 'updated' | 'removed', number[]>) => {
      const changed = [...change.added, ...change.updated, ...change.removed];
      if (this.socket !== null) this.#outbox.push(encodeAwarenessUpdate(this.awareness, changed));
    });
    this.awareness.on('change', ({ removed }: { readonly removed: readonly number[] }) => {
      if (this.socket !== null) for (const each of removed) this.seenToLeave.add(each);
    });
  }

  get isQuiet(): boolean {
    return this.inbox.length === 0 && this.#outbox.length === 0;
  }

  /** As it enters it says who it is. A socket that it had before may not have been missed yet. */
  connect(presence: Presence): void {
    this.disconnect();
    this.#presence = presence;
    this.socket = {};
    presence.enter(this.socket);
    if (this.#wasIn) presence.comesBack(this.socket);
    this.#wasIn = true;
    this.inbox.push(presence.answerQuery());
    this.#say(this.socket, presence, encodeAwarenessUpdate(this.awareness, [this.clientId]), true);
  }

  /** @returns the socket, for the server to miss it */
  disconnect(): object | null {
    const { socket } = this;
    this.socket = null;
    this.inbox.length = 0;
    this.#outbox.length = 0;
    const others = [...this.awareness.getStates().keys()].filter((clientId) => clientId !== this.clientId);
    removeAwarenessStates(this.awareness, others, 'connection lost');
    return socket;
  }

  move(): void {
    this.#moves += 1;
    this.said = { at: this.#moves };
    this.awareness.setLocalState(this.said as Record<string, unknown>);
  }

  edit(): void {
    if (this.socket !== null) this.#presence?.noteEdit(this.socket);
  }

  speak(): void {
    const message = this.#outbox.shift();
    if (message === undefined || this.socket === null || this.#presence === null) return;
    this.#say(this.socket, this.#presence, message, false);
  }

  #say(socket: object, presence: Presence, message: Uint8Array, unprompted: boolean): void {
    for (const entry of read(message)) presence.hear(socket, entry, unprompted);
    const welcome = presence.takeWelcome(socket);
    if (welcome !== null) this.inbox.push(welcome);
  }

  listen(): void {
    const message = this.inbox.shift();
    if (message !== undefined) applyAwarenessUpdate(this.awareness, message, 'remote');
  }

  /** Whom it shows besides its own. */
  get screen(): Record<number, string> {
    const others = [...this.awareness.getStates()].filter(([clientId]) => clientId !== this.clientId);
    return Object.fromEntries(others.map(([clientId, state]) => [clientId, JSON.stringify(state)]));
  }

  close(): void {
    this.awareness.destroy();
  }
}
