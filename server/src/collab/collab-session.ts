import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import type { DocumentStore } from '@quire/persistence';
import { type ClientFrame, type CloseCode, closeCodes, FrameError, parseAddress } from '@quire/protocol';
import { createDecoder, readVarUint } from 'lib0/decoding';
import * as Y from 'yjs';
import { type Grant, scopeOf } from '../auth/authenticator.ts';
import type { Standing } from '../auth/standing.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import type { Seats } from '../seats.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import {
  type ConnectionHost,
  type ConnectionState,
  DocumentConnection,
  type WaitingFrame,
} from './document-connection.ts';
import { type DocumentOwner, knowsNothing } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import { EndedAddresses } from './ended-addresses.ts';
import type { ExtensionGate, GatedFrame } from './extension-gate.ts';
import { holdsTheDead, nameEpoch } from './former-lives.ts';
import type { GrantRenewals } from './grant-renewals.ts';
import type { GrantWatch } from './grant-watch.ts';
import { type IngestLimits, ingest, type Verdict } from './ingest.ts';
import { hearPresence } from './presence-intake.ts';
import type { SessionOrigin, SessionPort } from './session-port.ts';

export interface SessionLimits extends IngestLimits {
  readonly maxPresenceStateBytes: number;
  readonly maxPresenceEntries: number;
  /** What may wait, over all documents of a socket, until their connections are established. */
  readonly maxUnestablishedBytes: number;
  readonly maxUnestablishedFrames: number;
  readonly maxDocumentsPerSession: number;
  /** Connections to one document. */
  readonly maxClientsPerDocument: number;
}

/** What a session needs of the collaboration that it belongs to. */
export interface SessionContext {
  readonly gate: ExtensionGate | null;
  readonly limits: SessionLimits;
  readonly store: Pick<DocumentStore, 'status'>;
  readonly log: Logger;
  readonly meters: CollabMeters | null;
  /** Sessions by the id of their user. */
  readonly users: Seats;
  discardDestroyed(name: string): void;
  readonly standing: Pick<Standing, 'findEnd'>;
  readonly renewals: GrantRenewals;
  readonly watch: GrantWatch;
  /** Counts somebody on the way into a document, so that it isn't unloaded under them (R6); returns the end of it. */
  noteEntering(name: string): () => void;
}

type Established = Extract<ConnectionState, { kind: 'established' }>;

/** The documents of one socket. Created when it opens, ended once when it closes. */
export class CollabSession implements AdmissionHost, ConnectionHost {
  readonly #port: SessionPort;
  readonly #origin: SessionOrigin;
  readonly #context: SessionContext;
  readonly #admission: Admission;
  /** By raw address. A `Map`, since names are free text (R8). */
  readonly #connections = new Map<string, DocumentConnection>();
  /** Null while we ended or refused none. */
  #ended: EndedAddresses | null = null;
  /** Users whom this session is counted for: one, unless its documents are opened with different tokens. Null while none is. */
  #users: string[] | null = null;
  /** Frames that wait for hooks, by connection. */
  readonly #gates: WeakMap<DocumentConnection, Promise<void>> | null;
  #waitingFrames = 0;
  #waitingBytes = 0;
  #wasEstablished = false;

  constructor(
    port: SessionPort,
    origin: SessionOrigin,
    context: SessionContext,
    createAdmission: (host: AdmissionHost) => Admission,
  ) {
    this.#port = port;
    this.#origin = origin;
    this.#context = context;
    this.#gates = context.gate === null ? null : new WeakMap();
    this.#admission = createAdmission(this);
  }

  get wasEstablished(): boolean {
    return this.#wasEstablished;
  }

  /** Some established connection, for a sign of life. */
  anyEstablished(): DocumentConnection | null {
    for (const connection of this.#connections.values()) if (connection.state.kind === 'established') return connection;
    return null;
  }

  /**
   * @param readAtMs when the frame was read, monotonic; null when nobody measures it
   * @throws {FrameError} when the address names no document
   */
  receive(rawAddress: string, frame: ClientFrame, readAtMs: number | null): void {
    if (this.#ended === null) this.#receive(rawAddress, frame, readAtMs);
    else for (const heard of this.#ended.hear(rawAddress, frame)) this.#receive(rawAddress, heard, readAtMs);
  }

  #receive(rawAddress: string, frame: ClientFrame, readAtMs: number | null): void {
    const connection = this.#connections.get(rawAddress) ?? this.#open(rawAddress);
    if (connection === null) return;
    switch (connection.state.kind) {
      case 'new':
        if (frame.kind === 'token') this.#establishLater(connection, frame);
        else if (frame.kind === 'close') this.drop(connection);
        else this.#wait(connection, frame, readAtMs);
        return;
      case 'establishing':
        this.#wait(connection, frame, readAtMs);
        return;
      case 'established':
        this.#handle(connection, connection.state, frame, readAtMs);
        return;
      case 'closed':
        return;
      default:
        connection.state satisfies never;
    }
  }

  find(rawAddress: string): DocumentConnection | undefined {
    return this.#connections.get(rawAddress);
  }

  establish(
    connection: DocumentConnection,
    owner: DocumentOwner | undefined,
    grant: Grant,
    hocuspocus: HocuspocusConnection | null,
  ): void {
    if (owner === undefined || !owner.isOpen) {
      // Deleted or reloaded while this connection was on its way in: the next attempt meets the new state.
      this.#context.discardDestroyed(connection.address.document);
      this.#port.close(closeCodes.loadFailed);
      return;
    }
    // Revoked, or of an earlier life of the document, since its token was looked at: nobody would look again (R14).
    const end = this.#context.standing.findEnd(grant, owner.admittedLife);
    if (end !== null) {
      if (hocuspocus === null) this.refuse(connection, end, end.name);
      else this.#putOut(connection, hocuspocus, end);
      return;
    }
    const full = this.#takeSeats(owner, grant.user.id);
    if (full !== null) {
      this.refuse(connection, full, full.name);
      return;
    }
    connection.author = grant.user.id;
    const established: Established = { kind: 'established', owner, grant, hocuspocus };
    connection.state = established;
    connection.storedAnswer = null;
    this.#wasEstablished = true;
    this.#context.meters?.connections.add(this.#port.dialect.name);
    this.#context.watch.watch(connection, grant.expiresAt);
    owner.enter(connection);
    this.#endEntering(connection);
    this.#drainWaiting(connection, established);
  }

  /** Before any content, to whoever asked: a copy of another life on their device must not flow together with it (R14). */
  #meetLife(connection: DocumentConnection, { owner, grant }: Established): void {
    const { claimedEpoch } = connection;
    if (claimedEpoch === null) return;
    connection.claimedEpoch = null; // said once; a fresh token changes nothing about it
    const epoch = nameEpoch(owner.epoch);
    if (claimedEpoch === '' || claimedEpoch === epoch) {
      connection.say({ kind: 'authenticated', scope: scopeOf(grant), epoch });
    } else {
      connection.closeDocument(closeCodes.staleEpoch);
    }
  }

  welcomeEarly(connection: DocumentConnection, grant: Grant, answer: StoredAnswer): void {
    connection.storedAnswer = answer;
    const life: { readonly epoch?: string } = connection.claimedEpoch === null ? {} : { epoch: answer.epoch };
    this.#port.together(() => {
      connection.say({ kind: 'authenticated', scope: scopeOf(grant), ...life });
      const asked = connection.waiting?.find(({ frame }) => frame.kind === 'step-1');
      if (asked !== undefined) this.#answerEarly(connection, asked);
    });
  }

  /** Once: whoever asks again while the document is loading has it already. */
  #answerEarly(connection: DocumentConnection, asked: WaitingFrame): void {
    const { storedAnswer } = connection;
    // Behind, it has a whole document to take already; it is answered when this one is in memory, in its turn.
    if (this.#port.isBehind) return;
    if (storedAnswer === null || asked.frame.kind !== 'step-1' || !knowsNothing(asked.frame.stateVector)) return;
    connection.storedAnswer = null;
    asked.isAnswered = true;
    connection.send(...storedAnswer.frames);
  }

  refuse(connection: DocumentConnection | undefined, code: CloseCode, reason: string): void {
    this.#context.meters?.connectionRefused(code);
    // An unmodified provider never tries again after a denial: what may pass must end the socket instead (R7).
    if (code.retry === 'backoff') {
      this.#port.close(code);
      return;
    }
    connection?.say({ kind: 'denied', reason });
    if (this.#port.dialect.name === 'y-websocket') this.#port.close(code);
    if (connection === undefined) return;
    this.#noteEnded(connection, code);
    this.drop(connection);
  }

  /** For whom Hocuspocus has let in already: it would go on counting them as there, so it is the one to tell them. */
  #putOut(connection: DocumentConnection, hocuspocus: HocuspocusConnection, code: CloseCode): void {
    this.#context.meters?.connectionRefused(code);
    this.#noteEnded(connection, code);
    hocuspocus.close({ code: code.code, reason: code.name });
    if (this.#port.dialect.name === 'y-websocket') this.#port.close(code);
  }

  /** The socket has taken all that it was given: what its documents have kept for it follows, until it is behind again. */
  catchUp(): void {
    for (const connection of [...this.#connections.values()]) {
      if (!this.#port.isOpen || this.#port.isBehind) return;
      const { backlog, state } = connection;
      if (backlog === null || state.kind !== 'established') continue;
      // The next time the others come first.
      this.#connections.delete(connection.address.raw);
      this.#connections.set(connection.address.raw, connection);
      const stepOne = this.#takeStepOne(connection);
      if (stepOne !== null) this.#sendStepTwo(connection, state, stepOne);
      state.owner.stragglers.catchUp(connection);
    }
  }

  /**
   * Here and not at the door: whoever may not come in takes nobody's place. Looking and taking are one turn of the event
   * loop, in which nobody else can come in between. A user is counted until the session ends, once for all its documents.
   *
   * @returns what there are too many of
   */
  #takeSeats(owner: DocumentOwner, user: string): CloseCode | null {
    if (owner.connectionCount >= this.#context.limits.maxClientsPerDocument) return closeCodes.documentFull;
    if (user === '' || this.#users?.includes(user) === true) return null;
    if (!this.#context.users.take(user)) return closeCodes.tooManySessions;
    this.#users ??= [];
    this.#users.push(user);
    return null;
  }

  /** The socket is closed. */
  end(code: number, reason: string): void {
    for (const connection of [...this.#connections.values()]) this.drop(connection);
    for (const user of this.#users ?? []) this.#context.users.giveBack(user);
    this.#users = null;
    this.#admission.end(code, reason);
  }

  #open(rawAddress: string): DocumentConnection | null {
    const address = parseAddress(rawAddress);
    this.#ended?.forget(rawAddress);
    if (this.#connections.size + (this.#ended?.size ?? 0) >= this.#context.limits.maxDocumentsPerSession) {
      this.#port.close(closeCodes.tooManyDocuments);
      return null;
    }
    const connection = new DocumentConnection(this.#port, address, this);
    this.#connections.set(address.raw, connection);
    return connection;
  }

  #establishLater(connection: DocumentConnection, token: Extract<ClientFrame, { kind: 'token' }>): void {
    // Whoever looks at the token does so before anybody is known, and may take long over a large one.
    if (!this.#hasRoomToWait(weigh(token))) {
      this.#port.close(closeCodes.tooManyBeforeAuth);
      return;
    }
    connection.state = { kind: 'establishing' };
    connection.claimedEpoch = token.epoch ?? null;
    connection.endEntering = this.#context.noteEntering(connection.address.document);
    if (this.#context.meters !== null) this.#context.meters.connectionsEntering += 1;
    this.#admission.begin(connection, token);
  }

  /** Where the client can bring nothing fresh: what it came with is looked at again, and may count for longer by now. */
  renewGrant(connection: DocumentConnection): void {
    const { state } = connection;
    if (state.kind === 'established') this.#context.renewals.renew(connection, state, '', this.#origin);
  }

  endConnection(connection: DocumentConnection, code: CloseCode): void {
    this.#noteEnded(connection, code);
    this.#context.meters?.connectionRefused(code);
    this.#admission.endConnection(connection, code);
  }

  #noteEnded({ address }: DocumentConnection, code: CloseCode): void {
    this.#ended ??= new EndedAddresses();
    this.#ended.note(address.raw, code);
  }

  #endEntering(connection: DocumentConnection): void {
    const end = connection.endEntering;
    if (end === null) return;
    connection.endEntering = null;
    if (this.#context.meters !== null) this.#context.meters.connectionsEntering -= 1;
    end();
  }

  #wait(connection: DocumentConnection, frame: ClientFrame, readAtMs: number | null): void {
    const bytes = weigh(frame);
    if (!this.#hasRoomToWait(bytes)) {
      this.#port.close(closeCodes.tooManyBeforeAuth);
      return;
    }
    const waiting: WaitingFrame = { frame: copyOf(frame), bytes, readAtMs };
    connection.waiting ??= [];
    connection.waiting.push(waiting);
    this.#countWaiting(1, bytes);
    this.#answerEarly(connection, waiting);
  }

  #hasRoomToWait(bytes: number): boolean {
    const { maxUnestablishedBytes, maxUnestablishedFrames } = this.#context.limits;
    return this.#waitingFrames + 1 <= maxUnestablishedFrames && this.#waitingBytes + bytes <= maxUnestablishedBytes;
  }

  #countWaiting(frames: number, bytes: number): void {
    this.#waitingFrames += frames;
    this.#waitingBytes += bytes;
    this.#context.meters?.waiting(frames, bytes);
  }

  #drainWaiting(connection: DocumentConnection, established: Established): void {
    connection.isEntering = true;
    const taken = this.#takeWaiting(connection);
    const goodbye = taken.findIndex(({ frame }) => frame.kind === 'close');
    const waiting = goodbye < 0 ? taken : taken.slice(0, goodbye + 1);
    // Of many questions the last is answered: all of the answers would be made before the socket could take the first.
    const lastStepOne = waiting.findLastIndex(({ frame }) => frame.kind === 'step-1');
    const lastQuery = waiting.findLastIndex(({ frame }) => frame.kind === 'query-presence');
    this.#meetLife(connection, established);
    for (const [index, { frame, readAtMs, isAnswered }] of waiting.entries()) {
      // Refused: what follows builds on what was not taken (R4).
      if (connection.state !== established || !this.#port.isOpen) break;
      if (frame.kind === 'step-1' && index < lastStepOne)
        this.#beginHandshake(connection, established, frame.stateVector);
      else if (frame.kind === 'step-1' && isAnswered) this.#completeAnswer(connection, established, frame);
      else if (frame.kind !== 'query-presence' || index === lastQuery) {
        this.#handle(connection, established, frame, readAtMs);
      }
    }
    connection.isEntering = false;
    // Who left before they were let in may be back already: what came after the goodbye is for another connection.
    for (const { frame, readAtMs } of taken.slice(waiting.length)) {
      if (!this.#port.isOpen) break;
      this.receive(connection.address.raw, frame, readAtMs);
    }
  }

  #takeWaiting(connection: DocumentConnection): readonly WaitingFrame[] {
    const taken = connection.waiting ?? [];
    connection.waiting = null;
    let bytes = 0;
    for (const waiting of taken) bytes += waiting.bytes;
    this.#countWaiting(-taken.length, -bytes);
    return taken;
  }

  #handle(connection: DocumentConnection, state: Established, frame: ClientFrame, readAtMs: number | null): void {
    switch (frame.kind) {
      case 'update':
      case 'step-2':
      case 'presence':
        this.#handleContent(connection, state, frame, readAtMs);
        return;
      case 'step-1':
        if (this.#context.gate === null) this.#answerStepOne(connection, state, frame);
        else {
          const own = copyOf(frame);
          this.#throughGate(connection, state, weigh(own), async () => {
            this.#answerStepOne(connection, state, own);
            // Hocuspocus answers later, and whether the next one is passed to it depends on whether the socket takes that.
            await state.hocuspocus?.waitForPendingMessages();
          });
        }
        return;
      case 'query-presence':
        state.owner.stragglers.tellEverybody(connection);
        return;
      case 'token':
        this.#context.renewals.renew(connection, state, frame.token, this.#origin);
        this.#admission.pass(connection, frame);
        return;
      case 'stateless':
      case 'close':
        this.#admission.pass(connection, frame);
        return;
      default:
        frame satisfies never;
    }
  }

  #handleContent(connection: DocumentConnection, state: Established, frame: GatedFrame, readAtMs: number | null): void {
    const { hocuspocus } = state;
    if (this.#context.gate === null || hocuspocus === null) {
      this.#accept(connection, state, frame, readAtMs);
      return;
    }
    const own = copyOf(frame);
    this.#throughGate(connection, state, weigh(own), () =>
      this.#acceptThroughHooks(connection, state, hocuspocus, { frame: own, readAtMs }),
    );
  }

  #accept(connection: DocumentConnection, state: Established, frame: GatedFrame, readAtMs: number | null): void {
    if (frame.kind !== 'presence') {
      this.#act(connection, ingest(connection, state, frame, this.#context.store, this.#context.limits, readAtMs));
      return;
    }
    const { maxPresenceEntries: maxEntries, maxPresenceStateBytes: maxStateBytes } = this.#context.limits;
    try {
      hearPresence(connection, state.owner, frame.presence, { maxEntries, maxStateBytes });
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      connection.closeSession(closeCodes.badFrame);
    }
  }

  /**
   * Hooks may take their time: frames of one connection go through them one after the other, in order, step 1 among
   * them, since it decides which receipts are owed. What waits counts against the limits of what waits at the door.
   */
  #throughGate(connection: DocumentConnection, state: Established, bytes: number, pass: () => Promise<void>): void {
    if (!this.#hasRoomToWait(bytes)) {
      this.#port.close(closeCodes.overloaded);
      return;
    }
    this.#countWaiting(1, bytes);
    const previous = this.#gates?.get(connection) ?? Promise.resolve();
    const next = previous
      .then(() => (connection.state === state ? pass() : undefined))
      .catch((error: unknown) => {
        // A frame that a hook refuses ends the connection: going on without it would lose what builds on it (R4).
        this.#context.log.warn({ err: error, document: connection.address.document }, 'a hook refused a message');
        connection.closeSession(closeCodes.forbidden);
      })
      .finally(() => this.#countWaiting(-1, -bytes));
    this.#gates?.set(connection, next);
  }

  async #acceptThroughHooks(
    connection: DocumentConnection,
    state: Established,
    hocuspocus: HocuspocusConnection,
    arrival: { readonly frame: GatedFrame; readonly readAtMs: number | null },
  ): Promise<void> {
    const { gate } = this.#context;
    if (gate === null) return;
    const admitted = await gate.admit(hocuspocus, arrival.frame);
    if (connection.state !== state) return;
    this.#accept(connection, state, admitted, arrival.readAtMs);
    await gate.after(hocuspocus, arrival.frame);
  }

  #act(connection: DocumentConnection, verdict: Verdict): void {
    switch (verdict.kind) {
      case 'accepted':
        return;
      case 'read-only':
        this.#context.meters?.editRefused('read-only');
        connection.say({ kind: 'receipt', durable: false });
        return;
      case 'refused':
        this.#context.meters?.editRefused(verdict.code.name);
        if (verdict.scope === 'document') connection.closeDocument(verdict.code);
        else connection.closeSession(verdict.code);
        return;
      default:
        verdict satisfies never;
    }
  }

  #answerStepOne(
    connection: DocumentConnection,
    state: Established,
    frame: Extract<ClientFrame, { kind: 'step-1' }>,
  ): void {
    const stateVector = new Uint8Array(frame.stateVector);
    if (!this.#beginHandshake(connection, state, stateVector)) return;
    if (this.#port.isBehind) this.#keepStepOne(connection, state, stateVector);
    else this.#sendStepTwo(connection, state, stateVector);
  }

  /** @returns whether it is the state vector of somebody who may go on; otherwise the connection ends */
  #beginHandshake(connection: DocumentConnection, { owner }: Established, stateVector: Uint8Array): boolean {
    let known: ReadonlyMap<number, number>;
    try {
      if (readVarUint(createDecoder(stateVector)) > this.#context.limits.maxUpdateParts) {
        connection.closeSession(closeCodes.updateTooComplex);
        return false;
      }
      known = Y.decodeStateVector(stateVector);
    } catch {
      // lib0 throws plain errors for bytes that are not a state vector; the frame is at fault, whatever they say.
      connection.closeSession(closeCodes.badFrame);
      return false;
    }
    if (holdsTheDead(known, owner.tombstone)) {
      connection.closeDocument(closeCodes.staleEpoch);
      return false;
    }
    connection.ledger.beginHandshake(known);
    return true;
  }

  #sendStepTwo(connection: DocumentConnection, { owner }: Established, stateVector: Uint8Array): void {
    owner.stragglers.passOver(connection);
    if (this.#context.gate !== null) {
      this.#admission.pass(connection, { kind: 'step-1', stateVector }); // hooks on messages want to see it; Hocuspocus answers
      return;
    }
    const { stepOne, stepTwo } = owner.answerStepOne(stateVector);
    connection.send(stepOne, stepTwo);
  }

  /** It was answered while the document was being loaded: what is left is to ask in return, and what was edited since. */
  #completeAnswer(
    connection: DocumentConnection,
    state: Established,
    frame: Extract<ClientFrame, { kind: 'step-1' }>,
  ): void {
    if (!this.#beginHandshake(connection, state, frame.stateVector)) return;
    const { owner } = state;
    if (owner.isAsLoaded) connection.send(owner.stepOne);
    else if (this.#port.isBehind) this.#keepStepOne(connection, state, owner.loadedVector);
    else this.#sendStepTwo(connection, state, owner.loadedVector);
  }

  /**
   * Ten bytes ask for a whole document: while the socket has not taken what it was given, no other step 2 is made for it,
   * and of what is asked meanwhile only the latest is answered (R15).
   */
  #keepStepOne(connection: DocumentConnection, { owner }: Established, stateVector: Uint8Array): void {
    this.#takeStepOne(connection);
    if (!this.#hasRoomToWait(stateVector.length)) {
      this.#port.close(closeCodes.overloaded);
      return;
    }
    this.#countWaiting(1, stateVector.length);
    owner.stragglers.note(connection).stepOne = stateVector;
  }

  #takeStepOne({ backlog }: DocumentConnection): Uint8Array | null {
    const stepOne = backlog?.stepOne ?? null;
    if (backlog === null || stepOne === null) return null;
    backlog.stepOne = null;
    this.#countWaiting(-1, -stepOne.length);
    return stepOne;
  }

  drop(connection: DocumentConnection): void {
    const { state } = connection;
    connection.state = { kind: 'closed' };
    this.#takeWaiting(connection);
    this.#takeStepOne(connection);
    if (this.#connections.get(connection.address.raw) === connection) this.#connections.delete(connection.address.raw);
    if (state.kind === 'established') {
      this.#context.meters?.connections.add(this.#port.dialect.name, -1);
      this.#context.watch.forget(connection);
      state.owner.leave(connection);
    }
    this.#endEntering(connection);
  }
}

function weigh(frame: ClientFrame): number {
  switch (frame.kind) {
    case 'step-1':
      return frame.stateVector.length;
    case 'update':
    case 'step-2':
      return frame.update.length;
    case 'presence':
      return frame.presence.length;
    case 'stateless':
      return frame.payload.length;
    case 'token':
      return frame.token.length + (frame.epoch?.length ?? 0);
    case 'query-presence':
    case 'close':
      return 0;
    default:
      return frame satisfies never;
  }
}

/** A frame whose bytes are its own: whoever keeps a view keeps the socket's whole buffer alive. */
function copyOf<F extends ClientFrame>(frame: F): F {
  switch (frame.kind) {
    case 'step-1':
      return { ...frame, stateVector: new Uint8Array(frame.stateVector) };
    case 'update':
    case 'step-2':
      return { ...frame, update: new Uint8Array(frame.update) };
    case 'presence':
      return { ...frame, presence: new Uint8Array(frame.presence) };
    default:
      return frame;
  }
}
