import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import { type ClientFrame, type CloseCode, closeCodes, isEventMessage, parseAddress } from '@quire/protocol';
import { type Grant, scopeOf } from '../auth/authenticator.ts';
import type { Place } from '../auth/standing.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import { takeContent } from './content-intake.ts';
import { type ConnectionHost, DocumentConnection, type LetIn, type WaitingFrame } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import type { StoredAnswer } from './early-answers.ts';
import { knowsNothing } from './encoded-state.ts';
import { EndedAddresses } from './ended-addresses.ts';
import { takeEventMessage } from './event-intake.ts';
import { isNameOfLater, nameEpoch } from './former-lives.ts';
import { copyOf, weigh } from './frame-bytes.ts';
import { FrameLane } from './frame-lane.ts';
import { SessionConnections } from './session-connections.ts';
import type { Established, FrameHost, Progress, SessionContext } from './session-context.ts';
import type { ReadStop, SessionOrigin, SessionPort } from './session-port.ts';
import { completeAnswer, readStepOne, sendStepTwo, takeKeptStepOne, takeStepOne } from './step-one-answers.ts';
import { type Braked, WaitingBytes } from './waiting-bytes.ts';

/** Of a step 1 that another one follows: none of what is between them gets a receipt. */
const NOTHING_AHEAD: ReadonlyMap<number, number> = new Map();

/** What a frame in a lane takes besides its bytes. */
const LANE_FRAME_BYTES = 200;

/** The documents of one socket. Created when it opens, ended once when it closes. */
export class CollabSession implements AdmissionHost, ConnectionHost, FrameHost, Braked {
  readonly port: SessionPort;
  readonly context: SessionContext;
  readonly origin: SessionOrigin;
  readonly #admission: Admission;
  readonly #connections = new SessionConnections();
  /** Null while we ended or refused none. */
  #ended: EndedAddresses | null = null;
  /** Users whom this session is counted for: one, unless its documents are opened with different tokens. Null while none is. */
  #users: string[] | null = null;
  /** Null while nothing waits. */
  #waiting: WaitingBytes | null = null;
  #wasEstablished = false;
  #isOver = false;

  constructor(
    port: SessionPort,
    origin: SessionOrigin,
    context: SessionContext,
    createAdmission: (host: AdmissionHost) => Admission,
  ) {
    this.port = port;
    this.origin = origin;
    this.context = context;
    this.#admission = createAdmission(this);
  }

  get wasEstablished(): boolean {
    return this.#wasEstablished;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get remoteAddress(): string {
    return this.origin.remoteAddress;
  }

  /** Some established connection, for a sign of life. */
  anyEstablished(): DocumentConnection | null {
    for (const connection of this.#connections) if (connection.state.kind === 'established') return connection;
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
    const connection = this.#connections.find(rawAddress) ?? this.#open(rawAddress);
    if (connection === null) return;
    switch (connection.state.kind) {
      case 'new':
        if (frame.kind === 'token') this.#establishLater(connection, frame);
        else if (frame.kind === 'close') this.drop(connection);
        else this.#wait(connection, frame, readAtMs);
        return;
      case 'establishing':
        this.#wait(connection, frame, readAtMs);
        if (connection.letIn !== null) this.#enterAsked(connection, connection.letIn, frame);
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
    return this.#connections.find(rawAddress);
  }

  establish(
    connection: DocumentConnection,
    owner: DocumentOwner | undefined,
    grant: Grant,
    hocuspocus: HocuspocusConnection | null,
  ): void {
    if (owner === undefined || !owner.isOpen) {
      // Deleted or reloaded while this connection was on its way in: the next attempt meets the new state.
      this.context.discardDestroyed(connection.address.document);
      this.port.close(closeCodes.loadFailed);
      return;
    }
    // Revoked, over, or of an earlier life of the document, since its token was looked at: nobody would look again (R14).
    const end = this.#findEnd(grant, { name: owner.name, life: owner.admittedLife });
    if (end !== null) {
      if (hocuspocus === null) this.refuse(connection, end, end.name);
      else this.#putOut(connection, hocuspocus, end);
      return;
    }
    const isLeaving = connection.waiting?.some(({ frame }) => frame.kind === 'close') === true;
    if (!isLeaving && mustAskFirst(connection, owner, connection.waiting)) {
      connection.letIn = { owner, grant, hocuspocus };
      connection.storedAnswer = null;
      return;
    }
    const full = this.#takeSeats(owner, grant.user.id);
    if (full !== null) {
      this.refuse(connection, full, full.name);
      return;
    }
    connection.author = grant.user.id;
    connection.enteredAt = this.context.clock.now();
    const established: Established = { kind: 'established', owner, grant, hocuspocus };
    connection.state = established;
    connection.storedAnswer = null;
    this.#wasEstablished = true;
    this.context.meters?.connections.add(this.port.dialect.name);
    this.context.watch.watch(connection, grant.expiresAt);
    this.#drainWaiting(connection, established);
  }

  /** Somebody was let in who had yet to say what they hold (R14). */
  #enterAsked(connection: DocumentConnection, { owner, grant, hocuspocus }: LetIn, { kind }: ClientFrame): void {
    if (!this.port.isOpen || (kind !== 'step-1' && kind !== 'close')) return;
    connection.letIn = null;
    this.establish(connection, owner, grant, hocuspocus);
  }

  /**
   * Before they hear of anybody, and before anything that they brought: of what a copy of another life has, not all need
   * tell that it does (R14). @returns whether they may go on
   */
  #meetOwner(connection: DocumentConnection, established: Established, waiting: readonly WaitingFrame[]): boolean {
    this.#meetLife(connection, established);
    const { owner } = established;
    if (owner.tombstone.size > 0) {
      for (const { frame } of waiting) {
        if (connection.state !== established || !this.port.isOpen) break;
        if (frame.kind === 'step-1') readStepOne(this, connection, owner, frame.stateVector);
      }
    }
    return connection.state === established && this.port.isOpen;
  }

  /** Before any content, to whoever asked: a copy of another life on their device must not flow together with it (R14). */
  #meetLife(connection: DocumentConnection, { owner, grant }: Established): void {
    const { claimedEpoch } = connection;
    if (claimedEpoch === null) return;
    connection.claimedEpoch = null; // said once; a fresh token changes nothing about it
    const epoch = nameEpoch(owner.epoch);
    if (claimedEpoch === '' || claimedEpoch === epoch) {
      connection.say({ kind: 'authenticated', scope: scopeOf(grant), epoch, user: grant.user.id });
    } else if (owner.hasPeers && isNameOfLater(claimedEpoch, owner.epoch)) {
      // Told on another node that this life has ended, which has yet to be heard here.
      connection.closeSession(closeCodes.loadFailed);
    } else {
      connection.closeDocument(closeCodes.staleEpoch);
    }
  }

  #findEnd(grant: Grant, place: Place): CloseCode | null {
    return this.context.standing.findEnd(grant, place) ?? this.context.watch.findEnd(grant);
  }

  welcomeEarly(connection: DocumentConnection, grant: Grant, answer: StoredAnswer): boolean {
    if (this.#findEnd(grant, placeOf(connection, answer)) !== null) return false;
    const { claimedEpoch } = connection;
    // Whose copy is of another life is told so, or asked to come again, once the document is there.
    if (claimedEpoch !== null && claimedEpoch !== '' && claimedEpoch !== answer.epoch) return false;
    connection.storedAnswer = { answer, grant };
    const asked: { readonly epoch?: string; readonly user?: string } =
      claimedEpoch === null ? {} : { epoch: answer.epoch, user: grant.user.id };
    this.port.together(() => {
      connection.say({ kind: 'authenticated', scope: scopeOf(grant), ...asked });
      const stepOne = connection.waiting?.find(({ frame }) => frame.kind === 'step-1');
      if (stepOne !== undefined) this.#answerEarly(connection, stepOne);
    });
    return true;
  }

  /** Once: whoever asks again while the document is loading has it already. */
  #answerEarly(connection: DocumentConnection, asked: WaitingFrame): void {
    const { storedAnswer } = connection;
    // Behind, it has a whole document to take already; it is answered when this one is in memory, in its turn.
    if (this.port.isBehind) return;
    if (storedAnswer === null || asked.frame.kind !== 'step-1' || !knowsNothing(asked.frame.stateVector)) return;
    connection.storedAnswer = null;
    const { answer, grant } = storedAnswer;
    if (this.#findEnd(grant, placeOf(connection, answer)) !== null) return;
    asked.isAnswered = true;
    connection.send(...answer.frames);
  }

  refuse(connection: DocumentConnection | undefined, code: CloseCode, reason: string): void {
    this.context.meters?.connectionRefused(code);
    // An unmodified provider never tries again after a denial: what may pass must end the socket instead (R7).
    if (code.retry === 'backoff') {
      this.port.close(code);
      return;
    }
    connection?.say({ kind: 'denied', reason });
    if (this.port.dialect.name === 'y-websocket') this.port.close(code);
    if (connection === undefined) return;
    this.#noteEnded(connection, code);
    this.drop(connection);
  }

  /** For whom Hocuspocus has let in already: it would go on counting them as there, so it is the one to tell them. */
  #putOut(connection: DocumentConnection, hocuspocus: HocuspocusConnection, code: CloseCode): void {
    this.context.meters?.connectionRefused(code);
    this.#noteEnded(connection, code);
    hocuspocus.close({ code: code.code, reason: code.name });
    if (this.port.dialect.name === 'y-websocket') this.port.close(code);
  }

  /** The socket has taken all that it was given: what its documents have kept for it follows, until it is behind again. */
  catchUp(): void {
    for (const connection of [...this.#connections]) {
      if (!this.port.isOpen || this.port.isBehind) return;
      const { backlog, state } = connection;
      if (backlog === null || state.kind !== 'established') continue;
      // The next time the others come first.
      this.#connections.remove(connection);
      this.#connections.add(connection);
      const stepOne = takeKeptStepOne(this, connection);
      if (stepOne !== null) sendStepTwo(this, connection, state, stepOne);
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
    if (owner.connectionCount >= this.context.limits.maxClientsPerDocument) return closeCodes.documentFull;
    if (user === '' || this.#users?.includes(user) === true) return null;
    if (!this.context.users.take(user)) return closeCodes.tooManySessions;
    this.#users ??= [];
    this.#users.push(user);
    return null;
  }

  /** The socket is closed. */
  end(code: number, reason: string): void {
    this.#isOver = true;
    for (const connection of [...this.#connections]) this.drop(connection);
    for (const user of this.#users ?? []) this.context.users.giveBack(user);
    this.#users = null;
    this.#admission.end(code, reason);
  }

  #open(rawAddress: string): DocumentConnection | null {
    const address = parseAddress(rawAddress);
    this.#ended?.forget(rawAddress);
    if (this.#connections.size >= this.context.limits.maxDocumentsPerSession) {
      this.port.close(closeCodes.tooManyDocuments);
      return null;
    }
    const connection = new DocumentConnection(this.port, address, this);
    this.#connections.add(connection);
    return connection;
  }

  #establishLater(connection: DocumentConnection, token: Extract<ClientFrame, { kind: 'token' }>): void {
    const bytes = weigh(token);
    // Whoever looks at the token does so before anybody is known, and may take long over a large one.
    if (!this.hasRoomToWait(bytes)) {
      this.port.close(this.#nameOverflow(connection, bytes));
      return;
    }
    connection.state = { kind: 'establishing' };
    connection.claimedEpoch = token.epoch ?? null;
    this.countWaiting(0, bytes);
    const endEntering = this.context.noteEntering(connection.address.document);
    connection.endEntering = () => {
      this.countWaiting(0, -bytes);
      endEntering();
    };
    if (this.context.meters !== null) this.context.meters.connectionsEntering += 1;
    this.#admission.begin(connection, token, this);
  }

  /** Where the client can bring nothing fresh: what it came with is looked at again, and may count for longer by now. */
  renewGrant(connection: DocumentConnection): void {
    const { state } = connection;
    if (state.kind === 'established') this.context.renewals.renew(connection, state, '', this.origin);
  }

  endConnection(connection: DocumentConnection, code: CloseCode): void {
    this.#noteEnded(connection, code);
    this.context.meters?.connectionRefused(code);
    this.#admission.endConnection(connection, code, this);
  }

  pass(connection: DocumentConnection, frame: Parameters<Admission['pass']>[1]): void {
    this.#admission.pass(connection, frame, this);
  }

  #noteEnded({ address }: DocumentConnection, code: CloseCode): void {
    this.#ended ??= new EndedAddresses();
    this.#ended.note(address.raw, code);
  }

  #endEntering(connection: DocumentConnection): void {
    const end = connection.endEntering;
    if (end === null) return;
    connection.endEntering = null;
    if (this.context.meters !== null) this.context.meters.connectionsEntering -= 1;
    end();
  }

  #wait(connection: DocumentConnection, frame: ClientFrame, readAtMs: number | null): void {
    const bytes = weigh(frame);
    if (!this.hasRoomToWait(bytes)) {
      this.port.close(this.#nameOverflow(connection, bytes));
      return;
    }
    const waiting: WaitingFrame = { frame: copyOf(frame), bytes, readAtMs };
    this.countWaiting(1, bytes);
    connection.waiting ??= [];
    connection.waiting.push(waiting);
    this.#answerEarly(connection, waiting);
  }

  /**
   * Whose fault it is that no more may wait. Who is asked about a token, and the disk, may take their time, which no client can help:
   * it is to come back. What waits for the client itself is its own doing, if that alone is too much.
   */
  #nameOverflow(connection: DocumentConnection, bytes: number): CloseCode {
    if (!waitsForItsClient(connection)) return closeCodes.overloaded;
    let [allFrames, allBytes] = [1, bytes];
    for (const other of this.#connections) {
      if (!waitsForItsClient(other)) continue;
      allFrames += other.waiting?.length ?? 0;
      for (const waiting of other.waiting ?? []) allBytes += waiting.bytes;
    }
    const { maxUnestablishedBytes, maxUnestablishedFrames } = this.context.limits;
    const isTooMuch = allFrames > maxUnestablishedFrames || allBytes > maxUnestablishedBytes;
    return isTooMuch ? closeCodes.tooManyBeforeAuth : closeCodes.overloaded;
  }

  /** However many they are: a read from the network may bring thousands of keystrokes behind something pasted. */
  #waitInLane(connection: DocumentConnection, lane: FrameLane, frame: ClientFrame, readAtMs: number | null): void {
    const bytes = weigh(frame) + LANE_FRAME_BYTES;
    if (!this.beginWaiting(bytes)) return;
    lane.push({ frame: copyOf(frame), bytes, readAtMs, isEntering: connection.isEntering });
  }

  beginWaiting(bytes: number): boolean {
    const isBegun = this.#whatWaits.beginBehind(bytes);
    if (!isBegun) this.port.close(closeCodes.overloaded);
    return isBegun;
  }

  endWaiting(bytes: number): void {
    this.#whatWaits.endBehind(bytes);
    this.#letGoOfNothing();
  }

  stopReading(): void {
    this.port.stopReading(this.#brakeReason);
  }

  readOn(): void {
    this.port.readOn(this.#brakeReason);
  }

  get #brakeReason(): ReadStop {
    return this.context.gate === null ? 'judging' : 'hooks';
  }

  hasRoomToWait(bytes: number): boolean {
    return this.#whatWaits.hasRoomAtDoor(bytes);
  }

  hasRoomToKeep(bytes: number): boolean {
    return this.#whatWaits.hasRoomToKeep(bytes);
  }

  countWaiting(frames: number, bytes: number): void {
    this.#whatWaits.countAtDoor(frames, bytes);
    this.#letGoOfNothing();
  }

  get #whatWaits(): WaitingBytes {
    this.#waiting ??= new WaitingBytes(this.context.limits, this, this.context.meters);
    return this.#waiting;
  }

  #letGoOfNothing(): void {
    if (this.#waiting?.isEmpty === true) this.#waiting = null;
  }

  #drainWaiting(connection: DocumentConnection, established: Established): void {
    connection.isEntering = true;
    const taken = this.#takeWaiting(connection);
    const goodbye = taken.findIndex(({ frame }) => frame.kind === 'close');
    const untilGoodbye = goodbye < 0 ? taken : taken.slice(0, goodbye + 1);
    const isUnknown = mustAskFirst(connection, established.owner, untilGoodbye);
    const waiting = isUnknown ? untilGoodbye.slice(-1) : untilGoodbye;
    // Of many questions the last is answered: all of the answers would be made before the socket could take the first.
    const lastStepOne = waiting.findLastIndex(({ frame }) => frame.kind === 'step-1');
    const lastQuery = waiting.findLastIndex(({ frame }) => frame.kind === 'query-presence');
    if (this.#meetOwner(connection, established, waiting) && !isUnknown) established.owner.enter(connection);
    this.#endEntering(connection);
    for (const [index, { frame, readAtMs, isAnswered }] of waiting.entries()) {
      // Refused: what follows builds on what was not taken (R4).
      if (connection.state !== established || !this.port.isOpen) break;
      const isSuperseded =
        (frame.kind === 'step-1' && index < lastStepOne) || (frame.kind === 'query-presence' && index < lastQuery);
      if (connection.lane !== null) {
        if (!isSuperseded) this.#handleBehind(connection, connection.lane, established, frame, readAtMs);
      } else if (isSuperseded) {
        if (frame.kind === 'step-1') connection.ledger.beginHandshake(NOTHING_AHEAD);
      } else if (frame.kind === 'step-1' && isAnswered) completeAnswer(this, connection, established, frame);
      else this.#handle(connection, established, frame, readAtMs);
    }
    connection.isEntering = false;
    // Who left before they were let in may be back already: what came after the goodbye is for another connection.
    for (const { frame, readAtMs } of taken.slice(untilGoodbye.length)) {
      if (!this.port.isOpen) break;
      this.receive(connection.address.raw, frame, readAtMs);
    }
  }

  #takeWaiting(connection: DocumentConnection): readonly WaitingFrame[] {
    const taken = connection.waiting ?? [];
    connection.waiting = null;
    let bytes = 0;
    for (const waiting of taken) bytes += waiting.bytes;
    this.countWaiting(-taken.length, -bytes);
    return taken;
  }

  #handle(connection: DocumentConnection, state: Established, frame: ClientFrame, readAtMs: number | null): void {
    if (connection.lane !== null) {
      this.#handleBehind(connection, connection.lane, state, frame, readAtMs);
      return;
    }
    const progress = this.#begin(connection, state, frame, readAtMs);
    if (typeof progress !== 'string') void this.#followLane(connection, state, progress);
  }

  /**
   * What builds on no content need not wait behind what takes its time: a fresh token would come too late, and who has
   * closed the tab would stay on all screens. A token waits besides, in case that what is before it is refused: then it asks to
   * be let in again. Hooks on messages hear all in order.
   */
  #handleBehind(
    connection: DocumentConnection,
    lane: FrameLane,
    state: Established,
    frame: ClientFrame,
    readAtMs: number | null,
  ): void {
    const overtakes = frame.kind === 'token' ? !lane.hasGoodbye : isAboutPeople(frame) && this.context.gate === null;
    if (overtakes) void this.#begin(connection, state, frame, readAtMs);
    if (!overtakes || frame.kind === 'token') this.#waitInLane(connection, lane, frame, readAtMs);
  }

  /** @returns a promise where it takes its time: what is sent meanwhile has to wait for it */
  #begin(
    connection: DocumentConnection,
    state: Established,
    frame: ClientFrame,
    readAtMs: number | null,
  ): Progress | Promise<Progress> {
    switch (frame.kind) {
      case 'update':
      case 'step-2':
      case 'presence':
        return takeContent(this, connection, state, frame, readAtMs);
      case 'step-1':
        return takeStepOne(this, connection, state, frame);
      case 'query-presence':
        state.owner.stragglers.tellEverybody(connection);
        return 'go on';
      case 'token':
        this.context.renewals.renew(connection, state, frame.token, this.origin);
        this.pass(connection, frame);
        return 'go on';
      case 'close':
        connection.hasLeft = true;
        this.pass(connection, frame);
        return 'go on';
      case 'stateless':
        // Hooks of extensions are not bothered with events.
        if (isEventMessage(frame.payload)) takeEventMessage(this, connection, state, frame.payload);
        else this.pass(connection, frame);
        return 'go on';
      default:
        return frame satisfies never;
    }
  }

  /** Handles what waits behind a frame that takes its time, until nothing does. */
  async #followLane(connection: DocumentConnection, state: Established, first: Promise<Progress>): Promise<void> {
    const lane = new FrameLane();
    connection.lane = lane;
    const endExpecting = state.owner.expect(lane);
    let isGoodbyeReached = false;
    try {
      let progress = await first;
      while (progress === 'go on' && !isGoodbyeReached) {
        const next = lane.take();
        if (next === null) break;
        this.endWaiting(next.bytes);
        if (next.frame.kind === 'token' || !this.#mayHandle(connection, state, next.frame)) continue;
        connection.isEntering = next.isEntering;
        const begun = this.#begin(connection, state, next.frame, next.readAtMs);
        connection.isEntering = false;
        progress = typeof begun === 'string' ? begun : await begun;
        isGoodbyeReached = next.frame.kind === 'close';
      }
    } catch (error) {
      this.context.log.error({ err: error, document: connection.address.document }, 'a frame could not be handled');
      connection.closeSession(closeCodes.internalError);
    }
    const rest = lane.takeAll();
    connection.lane = null;
    endExpecting();
    for (const { bytes } of rest) this.endWaiting(bytes);
    // Who closes a document may open it again at once: what came after the goodbye is for another connection. So is a token
    // behind what was refused, and without one nothing of the rest is heard.
    const { raw } = connection.address;
    const isRefused =
      !connection.hasLeft && this.#connections.find(raw) === undefined && this.#ended?.hasHeardNoToken(raw) === true;
    for (const { frame, readAtMs } of isGoodbyeReached || isRefused ? rest : []) {
      if (!this.port.isOpen) break;
      this.receive(raw, frame, readAtMs);
    }
  }

  /** Who is put out says nothing more; of who is gone, with their socket, counts what they had written until then. */
  #mayHandle(connection: DocumentConnection, state: Established, { kind }: ClientFrame): boolean {
    const isInside = connection.state === state;
    if (isInside && this.port.isOpen) return true;
    const isGone = !connection.isPutOut && (isInside || connection.hasLeft || this.#isOver);
    return isGone && this.context.gate === null && state.owner.isOpen && (kind === 'update' || kind === 'step-2');
  }

  drop(connection: DocumentConnection): void {
    const { state } = connection;
    connection.state = { kind: 'closed' };
    connection.letIn = null;
    this.#takeWaiting(connection);
    takeKeptStepOne(this, connection);
    this.countWaiting(0, -connection.ledger.keptBytes);
    connection.ledger.end();
    this.#connections.remove(connection);
    if (state.kind === 'established') {
      this.context.meters?.connections.add(this.port.dialect.name, -1);
      this.context.watch.forget(connection);
      state.owner.leave(connection);
    }
    this.#endEntering(connection);
  }
}

/** For a token, or for the step 1 without which it is not let in. */
function waitsForItsClient({ letIn, state }: DocumentConnection): boolean {
  return state.kind === 'new' || letIn !== null;
}

function isAboutPeople({ kind }: ClientFrame): boolean {
  return kind === 'presence' || kind === 'close';
}

function placeOf({ address }: DocumentConnection, { admittedLife }: StoredAnswer): Place {
  return { name: address.document, life: admittedLife };
}

/**
 * Where a name has lived before, whoever does not say of which life their copy is enters with the step 1 that tells. A
 * provider whose token takes a while sends what is typed meanwhile before that.
 */
function mustAskFirst(
  { claimedEpoch }: DocumentConnection,
  { tombstone }: DocumentOwner,
  waiting: readonly WaitingFrame[] | null,
): boolean {
  if (tombstone.size === 0 || claimedEpoch !== null) return false;
  return waiting?.some(({ frame }) => frame.kind === 'step-1') !== true;
}
