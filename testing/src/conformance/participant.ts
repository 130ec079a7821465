import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { FrameSocket } from '../frame-socket.ts';
import type { Dialect, HeardFrame, Place, SaidFrame } from './dialect.ts';

/** One socket, and what is spoken on it. */
export interface Line {
  readonly dialect: Dialect;
  readonly socket: FrameSocket;
}

/** An update that was sent in a frame of its own. */
export interface SentEdit {
  readonly update: Uint8Array;
  /** Whether the server has said that it is safe. */
  readonly isReceipted: boolean;
}

/** How somebody came to be seen, or not any more. */
export interface Sighting {
  readonly clientId: number;
  /** `null`: they left. */
  readonly state: unknown;
}

export interface ParticipantOptions {
  /** Who it is in reports. */
  readonly name: string;
  /** Left out: one with nothing in it. */
  readonly doc?: Y.Doc;
  readonly clientId?: number;
}

const FROM_SERVER = Symbol('from the server');

/**
 * A client of one document, frame by frame: what a published provider does without its timers, so that a check can say
 * when each frame leaves, and knows which of its edits were receipted. It never connects anew by itself.
 */
export class Participant {
  readonly name: string;
  readonly document: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly line: Line;
  /** Stateless messages, oldest first. */
  readonly stateless: string[] = [];
  /** Of others and of itself, oldest first. */
  readonly sightings: Sighting[] = [];
  readonly #place: Place;
  readonly #onHeard: () => void;
  /** Frames that are owed a receipt, oldest first; null for a step 2. */
  readonly #owed: (Settleable | null)[] = [];
  #surplusReceipts = 0;
  #refusals = 0;
  #answers: Uint8Array[] = [];
  #end: string | null = null;

  /** @param onHeard called after each frame, and when the socket is gone */
  constructor(line: Line, place: Place, { name, doc, clientId }: ParticipantOptions, onHeard: () => void) {
    this.line = line;
    this.#place = place;
    this.document = place.document;
    this.name = name;
    this.doc = doc ?? new Y.Doc();
    if (clientId !== undefined) this.doc.clientID = clientId;
    this.awareness = new Awareness(this.doc);
    this.awareness.setLocalState(null);
    this.awareness.on('change', (change: { added: number[]; updated: number[]; removed: number[] }) => {
      for (const clientId of [...change.added, ...change.updated]) {
        this.sightings.push({ clientId, state: this.awareness.getStates().get(clientId) });
      }
      for (const clientId of change.removed) this.sightings.push({ clientId, state: null });
    });
    this.#onHeard = onHeard;
  }

  /** Begins the handshake; `isSynced` tells when it is over. */
  enter(): void {
    const { socket, dialect } = this.line;
    // Some servers speak first, before anybody can listen.
    for (const bytes of socket.frames) this.#hear(bytes);
    socket.onFrame((bytes) => {
      this.#hear(bytes);
      this.#onHeard();
    });
    void socket.closed.then(({ code, reason }) => {
      this.#end ??= `its socket was closed with ${code}${reason === '' ? '' : ` (${reason})`}`;
      this.#onHeard();
    });
    for (const frame of dialect.greet(this.#place)) socket.send(frame);
    this.ask();
  }

  /** Whether the server has sent what it has. */
  get isSynced(): boolean {
    return this.#answers.length > 0;
  }

  /** Every step 2 that it was sent, oldest first. */
  get answers(): readonly Uint8Array[] {
    return this.#answers;
  }

  /** How this connection ended, in words; null while it lasts. */
  get end(): string | null {
    return this.#end;
  }

  /** Receipts for which nothing was sent. */
  get surplusReceipts(): number {
    return this.#surplusReceipts;
  }

  /** How often the server has said that this client may not write. */
  get refusals(): number {
    return this.#refusals;
  }

  /** What its awareness shows of somebody; undefined where they are not there. */
  sees(other: Participant): unknown {
    return this.awareness.getStates().get(other.doc.clientID);
  }

  say(frame: SaidFrame): void {
    this.line.socket.send(this.line.dialect.encode(this.document, frame));
  }

  sayRaw(...message: readonly number[]): void {
    this.line.socket.send(this.line.dialect.raw(this.document, message));
  }

  /** Asks for whatever its document lacks. */
  ask(): void {
    this.say({ kind: 'step-1', stateVector: Y.encodeStateVector(this.doc) });
  }

  /** Changes the document here alone, in one transaction. */
  draft(change: (doc: Y.Doc) => void): Uint8Array {
    const updates: Uint8Array[] = [];
    const keep = (update: Uint8Array): void => {
      updates.push(update);
    };
    this.doc.on('update', keep);
    this.doc.transact(() => change(this.doc));
    this.doc.off('update', keep);
    const [update] = updates;
    if (update === undefined) throw new Error('a change of nothing has no update');
    return update;
  }

  send(update: Uint8Array): SentEdit {
    const edit = { update, isReceipted: false };
    this.#owed.push(edit);
    this.say({ kind: 'update', update });
    return edit;
  }

  edit(change: (doc: Y.Doc) => void): SentEdit {
    return this.send(this.draft(change));
  }

  /** Says who is here; null: not any more. */
  announce(state: Readonly<Record<string, unknown>> | null): void {
    this.awareness.setLocalState(state);
    this.say({ kind: 'presence', presence: encodeAwarenessUpdate(this.awareness, [this.doc.clientID]) });
  }

  /** Leaves with a goodbye of the socket. */
  leave(): void {
    this.awareness.destroy();
    this.line.socket.close();
  }

  /** As when a process is killed: the network says goodbye, and nobody else does. */
  cut(): void {
    this.awareness.destroy();
    this.line.socket.terminate();
  }

  #hear(bytes: Uint8Array): void {
    const { address, frame } = this.line.dialect.decode(bytes);
    if (address !== null && address !== this.document) return;
    try {
      this.#take(frame);
    } catch (error) {
      // Thrown by Yjs: what the server says is no update, or no presence.
      this.#end ??= `it was sent what it could not read: ${(error as Error).message}`;
    }
  }

  #take(frame: HeardFrame): void {
    switch (frame.kind) {
      case 'step-1':
        this.#owed.push(null);
        this.say({ kind: 'step-2', update: Y.encodeStateAsUpdate(this.doc, frame.stateVector) });
        return;
      case 'step-2':
        this.#answers.push(frame.update.slice());
        Y.applyUpdate(this.doc, frame.update, FROM_SERVER);
        return;
      case 'update':
        Y.applyUpdate(this.doc, frame.update, FROM_SERVER);
        this.#settleEcho(frame.update);
        return;
      case 'receipt':
        if (frame.durable) this.#settleNext();
        else this.#refusals += 1;
        return;
      case 'presence':
        applyAwarenessUpdate(this.awareness, frame.presence, FROM_SERVER);
        return;
      case 'denied':
        // In the y-websocket dialect a client that may only read is told so, and stays.
        if (this.line.dialect.name === 'y-websocket') this.#refusals += 1;
        else this.#end ??= `it was refused: ${frame.reason}`;
        return;
      case 'closed':
        this.#end ??= `its connection to the document was closed (${frame.reason})`;
        return;
      case 'stateless':
        this.stateless.push(frame.payload);
        return;
      case 'authenticated':
      case 'token-request':
      case 'query-presence':
      case 'unreadable':
        return;
      default:
        frame satisfies never;
    }
  }

  /** Receipts of the Hocuspocus dialect are counted: they come in the order of what they are for. */
  #settleNext(): void {
    const settled = this.#owed.shift();
    if (settled === undefined) this.#surplusReceipts += 1;
    else if (settled !== null) settled.isReceipted = true;
  }

  /** In the y-websocket dialect, who hears their own bytes knows that they are safe. */
  #settleEcho(update: Uint8Array): void {
    if (this.line.dialect.name !== 'y-websocket') return;
    const at = this.#owed.findIndex((edit) => edit !== null && Buffer.compare(edit.update, update) === 0);
    const [settled] = at === -1 ? [] : this.#owed.splice(at, 1);
    if (settled) settled.isReceipted = true;
  }
}

interface Settleable {
  readonly update: Uint8Array;
  isReceipted: boolean;
}
