import type { DocumentStore, Epoch } from '@quire/persistence';
import { type CloseCode, closeCodes, type DocumentName, encodeYWebsocketFrame } from '@quire/protocol';
import * as Y from 'yjs';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { applyOrSkip } from './apply-updates.ts';
import { Audience } from './audience.ts';
import { collectOwnMessages, sendToAll } from './broadcast.ts';
import type { RingBudget } from './broadcast-ring.ts';
import { type DocumentConnection, mayEdit } from './document-connection.ts';
import { DocumentSize } from './document-size.ts';
import { readTitle, TitleKeeper } from './document-title.ts';
import { type FlushTimer, windowBeforeFlush } from './flush-window.ts';
import { PendingEdits } from './pending-edits.ts';
import { Presence } from './presence.ts';
import { ReadBrake } from './read-brake.ts';
import { ServerClient } from './server-client.ts';
import { closeCodeFor } from './store-refusal.ts';
import { Stragglers } from './stragglers.ts';
import { type Submission, weighSubmission } from './submission.ts';
import { TypeDepths } from './type-depths.ts';
import { encodeViewers } from './viewer-count.ts';

/** What a document looks like to its owner; Hocuspocus's `Document` is one. */
export type OwnedDocument = Y.Doc;

type FlushState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scheduled'; cancel(): void }
  | { readonly kind: 'journalling'; readonly batch: readonly Submission[] };

type OwnerState =
  | { readonly kind: 'open' }
  /** Everybody was put out; what is at the disk is waited for. Nobody enters. */
  | { readonly kind: 'closing' }
  /** Nobody needs it any more and it is leaving memory, or it was deleted. */
  | { readonly kind: 'closed' };

export interface OwnerOptions {
  readonly name: DocumentName;
  readonly epoch: Epoch;
  /** State vector of earlier lives; structs below it belong to the dead (R14). */
  readonly tombstone: ReadonlyMap<number, number>;
  readonly document: OwnedDocument;
  /** The document as it was read from disk, where that was one update: it need not be encoded again for the first who come. */
  readonly stored: Uint8Array | null;
  /** What it takes on the disk: its snapshot, and the edits since. */
  readonly storedBytes: { readonly snapshot: number; readonly edits: number };
  /** Something is stored of this life. */
  readonly isStored: boolean;
  /** The document that these are the comments on; null for all others. */
  readonly commented: DocumentOwner | null;
  /** The title that the store's index has. */
  readonly storedTitle: string;
  readonly store: DocumentStore;
  readonly clock: Clock;
  readonly timer: FlushTimer;
  readonly log: Logger;
  readonly meters: CollabMeters | null;
  readonly maxQueueBytes: number;
  /** What may wait for the disk over all documents. */
  readonly maxJournalQueueBytes: number;
  readonly maxRingBytes: number;
  readonly ringBudget: RingBudget;
  /** How many people are shown to everybody; the others are counted. */
  readonly maxListedPeople: number;
  readonly unloadDelayMs: number;
  /** Called when nobody has needed the document for `unloadDelayMs`. */
  onIdle(): void;
  /** The transaction origin under which a batch is applied, so that hooks see where it came from. */
  originOf(batch: readonly Submission[]): unknown;
  /** Called when the document in memory has what the disk has not, or could not take what the disk has: it must be read again. */
  onBroken(): void;
  /** Called with every presence message that is broadcast. */
  onPresence(presence: Uint8Array): void;
}

/** While a flush is at the disk for longer than this, presence stops waiting to share its write. */
const PRESENCE_PATIENCE_MS = 50;

/**
 * From this part of what may wait for the disk on, whoever sends more is not read until a flush has ended. The rest is
 * for what they had sent before: a socket's chunk of 64 KiB, or one large frame.
 */
const BRAKE_FRACTION = 0.25;

/** The same, over all documents: each has a batch at the disk besides what it collects. */
const JOURNAL_BRAKE_FRACTION = 0.5;

/** How long the encoding for those who come without anything is kept. */
const WHOLE_STATE_MS = 2_000;

/** The state vector of somebody without anything. */
const NOTHING_KNOWN = new Uint8Array([0]);

/** A state vector that names nobody. */
export function knowsNothing(stateVector: Uint8Array): boolean {
  return stateVector.length === 1 && stateVector[0] === 0;
}

/** No structs, no deletions. */
const EMPTY_UPDATE = new Uint8Array([0, 0]);

/** A submission of nobody, that nobody is told of. */
const NOTHING: Submission = {
  connection: null,
  handshake: 0,
  kind: 'update',
  content: null,
  frame: null,
  owed: false,
  title: null,
  applied: false,
  readAtMs: null,
};

/**
 * The one owner of an open document. Every edit takes the same way through it, in this order:
 * journal → fsync → apply → broadcast → receipt.
 *
 * One flush at a time: what arrives while a batch is at the disk forms the next one.
 */
export class DocumentOwner {
  readonly name: DocumentName;
  readonly epoch: Epoch;
  readonly tombstone: ReadonlyMap<number, number>;
  readonly document: OwnedDocument;
  readonly pending: PendingEdits;
  readonly size: DocumentSize;
  readonly typeDepths: TypeDepths;
  readonly presence: Presence;
  readonly stragglers: Stragglers;
  /** As whom the server writes in it. */
  readonly serverClient = new ServerClient();
  /** The document that these are the comments on; null for all others. */
  readonly commented: DocumentOwner | null;
  /** Who is known to write as which Yjs client. */
  readonly authors = new Map<number, string>();
  readonly #options: OwnerOptions;
  readonly #audience = new Audience();
  readonly #brake = new ReadBrake();
  readonly #ahead = new Map<number, number>();
  #state: OwnerState = { kind: 'open' };
  #flush: FlushState = { kind: 'idle' };
  #queue: Submission[] = [];
  #queueBytes = 0;
  /** As seen when the last batch was handed to the store. */
  #journalIsBusy = false;
  #holds = 0;
  #lastFlush = { beganAt: Number.NEGATIVE_INFINITY, costMs: 0 };
  #cancelIdle: (() => void) | null = null;
  #cancelPresence: (() => void) | null = null;
  #cancelCount: (() => void) | null = null;
  #applying = false;
  #wholeState: Uint8Array | null = null;
  #stepOne: Uint8Array | null = null;
  #cancelWholeState: (() => void) | null = null;
  #isStored: boolean;
  #isAsLoaded = true;
  readonly #loadedVector: Uint8Array;
  readonly #title: TitleKeeper;
  #onDrained: (() => void)[] = [];

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.presence = new Presence({
      count: options.meters?.people ?? null,
      maxListed: options.maxListedPeople,
      mayEdit,
      now: () => options.clock.monotonicMs(),
    });
    this.stragglers = new Stragglers(this.presence, options.maxRingBytes, options.ringBudget);
    this.name = options.name;
    this.epoch = options.epoch;
    this.tombstone = options.tombstone;
    this.document = options.document;
    this.commented = options.commented;
    this.#isStored = options.isStored;
    this.#loadedVector = Y.encodeStateVector(options.document);
    this.pending = new PendingEdits(options.document);
    this.typeDepths = new TypeDepths(options.document);
    this.size = new DocumentSize(options.document, options.storedBytes, () => options.timer.now());
    this.#title = new TitleKeeper(options.document, options.storedTitle, options.timer, () => {
      this.#submitOwn(EMPTY_UPDATE, false);
    });
  }

  /** Begins to watch the document. @returns nothing to dispose: the document and its owner go together */
  start(): void {
    this.document.on('update', this.#onDocumentUpdate);
    this.size.watch();
    const { stored } = this.#options;
    if (stored !== null)
      this.#wholeState = this.#keepForAWhile(encodeYWebsocketFrame({ kind: 'step-2', update: stored }));
    this.#title.watch();
    this.watchIdle();
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open';
  }

  /** The life that access was given for: comments are entered with what was given for their document. */
  get admittedLife(): Epoch {
    return this.commented?.epoch ?? this.epoch;
  }

  /** Whether there is such a document: what has yet to reach the disk may never do so. */
  get isStored(): boolean {
    return this.#isStored;
  }

  get connectionCount(): number {
    return this.#audience.size;
  }

  connections(): Iterable<DocumentConnection> {
    return this.#audience.connections();
  }

  get queueBytes(): number {
    return this.#queueBytes;
  }

  /** No connection, no hold, nothing on its way to the disk. */
  get isIdle(): boolean {
    const isNeeded = this.#audience.size > 0 || this.#holds > 0;
    return !isNeeded && this.#queue.length === 0 && this.#flush.kind === 'idle' && !this.#title.isWaiting;
  }

  enter(connection: DocumentConnection): void {
    this.#audience.add(connection);
    this.#cancelIdle?.();
    this.#cancelIdle = null;
    this.presence.enter(connection);
    if (this.presence.size > 0) this.stragglers.tellEverybody(connection);
  }

  leave(connection: DocumentConnection): void {
    if (!this.#audience.delete(connection)) return;
    this.stragglers.forget(connection);
    this.presence.forget(connection);
    this.#schedule();
    this.watchIdle();
  }

  /** Keeps the document in memory until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      this.watchIdle();
    };
  }

  /** How far a client's structs are known, counting what is still on its way to the disk. */
  clockOf(client: number): number {
    return Math.max(this.#ahead.get(client) ?? 0, Y.getState(this.document.store, client));
  }

  noteAhead(client: number, clock: number): void {
    if (clock > this.clockOf(client)) this.#ahead.set(client, clock);
  }

  /** An update larger than the limit passes when it is alone: otherwise it never would. */
  hasRoomFor(bytes: number): boolean {
    return this.#queueBytes === 0 || this.#queueBytes + bytes <= this.#options.maxQueueBytes;
  }

  /** Whether the document stays within the limit with so much more in it, counting what is on its way to the disk. */
  hasRoomToGrow(bytes: number, limit: number): boolean {
    return this.size.hasRoomFor(bytes, limit, () => this.answerStepOne(NOTHING_KNOWN));
  }

  submit(submission: Submission): void {
    this.#enqueue(submission);
    this.#schedule();
    if (submission.connection !== null && this.#isFillingUp) this.#brake.hold(submission.connection.session);
  }

  get #isFillingUp(): boolean {
    const isFull = this.#journalIsBusy || this.#queueBytes > this.#options.maxQueueBytes * BRAKE_FRACTION;
    return isFull && this.isOpen; // a closed one has no flush that would end the wait
  }

  /** There may be presence to send. */
  presenceChanged(): void {
    this.#schedule();
  }

  /** Asks a client for all that this document lacks. */
  get stepOne(): Uint8Array {
    this.#stepOne ??= encodeYWebsocketFrame({ kind: 'step-1', stateVector: Y.encodeStateVector(this.document) });
    return this.#stepOne;
  }

  /**
   * The state that a client with this state vector lacks, as a step 2, and our own state vector, as a step 1.
   * Encoding a large document costs as much as reading it, so what somebody without anything gets is kept until the
   * document changes: a hundred who come at once share it.
   */
  answerStepOne(stateVector: Uint8Array): { readonly stepOne: Uint8Array; readonly stepTwo: Uint8Array } {
    const { stepOne } = this;
    if (!knowsNothing(stateVector)) return { stepOne, stepTwo: encodeStepTwo(this.document, stateVector) };
    this.#wholeState ??= this.#keepForAWhile(encodeStepTwo(this.document));
    this.size.known(this.#wholeState.length);
    return { stepOne, stepTwo: this.#wholeState };
  }

  /** Nothing was edited since. */
  get isAsLoaded(): boolean {
    return this.#isAsLoaded;
  }

  /** The state vector that the document was loaded with. */
  get loadedVector(): Uint8Array {
    return this.#loadedVector;
  }

  #forgetEncodings(): void {
    this.#isAsLoaded = false;
    this.#wholeState = null;
    this.#stepOne = null;
  }

  /** A second copy of the document in memory, so not for longer than a crowd takes to come in. */
  #keepForAWhile(stepTwo: Uint8Array): Uint8Array {
    this.#cancelWholeState?.();
    this.#cancelWholeState = this.#options.timer.after(WHOLE_STATE_MS, () => {
      this.#wholeState = null;
    });
    return stepTwo;
  }

  /** Resolves once nothing is queued or at the disk, the title included. */
  drained(): Promise<void> {
    this.#title.storeNow();
    if (this.#queue.length === 0 && this.#flush.kind === 'idle') return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** Something waits for the disk, or is at it. */
  get isBusy(): boolean {
    return this.#queue.length > 0 || this.#flush.kind === 'journalling';
  }

  /** Resolves once everything submitted so far is on disk and has its receipt, or was refused; others may go on writing. */
  settled(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    // Whatever is behind something in the queue was answered before it.
    return new Promise((resolve) => this.submit({ ...NOTHING, settled: { resolve, reject: () => resolve() } }));
  }

  /** Everybody out, nobody in. Edits that are not at the disk yet are refused; those that are can be waited for. */
  evict(code: CloseCode): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'closing' };
    for (const submission of this.#takeQueue()) submission.settled?.reject(new Error(code.reason));
    for (const connection of [...this.#audience.connections()]) {
      // A provider never reopens a document that was closed by itself, so what may pass must end the socket (R7).
      if (code.retry === 'backoff') connection.closeSession(code);
      else connection.closeDocument(code);
    }
  }

  /**
   * The disk refuses writes. What is at the disk stays there and is written when it recovers; whoever sent it hears
   * now that it isn't saved, and brings it back at the next handshake.
   */
  storageRefuses(): void {
    const atDisk = this.#flush.kind === 'journalling' ? this.#flush.batch : [];
    for (const { connection } of [...atDisk, ...this.#queue]) connection?.closeSession(closeCodes.storageRefused);
  }

  close(): void {
    this.#state = { kind: 'closed' };
    this.document.off('update', this.#onDocumentUpdate);
    this.#cancelIdle?.();
    this.#cancelPresence?.();
    this.#cancelCount?.();
    this.#title.close();
    this.#cancelWholeState?.();
    this.stragglers.close();
    this.#brake.release();
    if (this.#flush.kind === 'scheduled') {
      this.#flush.cancel();
      this.#flush = { kind: 'idle' };
    }
    this.#refuse(this.#takeQueue(), new Error('the document was closed'));
  }

  #schedule(): void {
    if (this.#state.kind === 'closed') return;
    this.#watchCount();
    switch (this.#flush.kind) {
      case 'scheduled':
        return;
      case 'journalling':
        if (this.presence.hasChanges) this.#schedulePresence();
        return;
      case 'idle': {
        if (this.#queue.length === 0 && !this.presence.hasChanges) return;
        const { meters, timer } = this.#options;
        const delayMs = windowBeforeFlush(this.#lastFlush.costMs, timer.now() - this.#lastFlush.beganAt);
        meters?.flushWindow.observeMs(delayMs);
        const cancel = timer.after(delayMs, () => this.#beginFlush());
        this.#flush = { kind: 'scheduled', cancel };
        return;
      }
      default:
        this.#flush satisfies never;
    }
  }

  #beginFlush(): void {
    const batch = this.#takeQueue();
    this.pending.flushBegins();
    this.size.flushBegins();
    this.typeDepths.flushBegins();
    const updates = batch.flatMap((submission) => submission.content ?? []);
    if (updates.length === 0) {
      this.#finishFlush(batch);
      return;
    }
    this.#flush = { kind: 'journalling', batch };
    const { store, clock, maxJournalQueueBytes } = this.#options;
    this.#journalIsBusy = store.queue.bytes > maxJournalQueueBytes * JOURNAL_BRAKE_FRACTION;
    const title = batch.findLast((submission) => submission.title !== null)?.title ?? readTitle(this.document);
    const draft = { document: this.name, epoch: this.epoch, time: clock.now(), updates };
    store.append(title === this.#title.stored ? draft : { ...draft, title }).then(
      () => {
        this.#title.stored = title;
        this.#finishFlush(batch);
      },
      (error: unknown) => this.#abandonFlush(batch, error),
    );
  }

  /** The batch is on disk. */
  #finishFlush(batch: readonly Submission[]): void {
    if (this.#state.kind === 'closed') {
      // Deleted while its last batch was at the disk: nobody is told "saved" of what is gone.
      this.#refuse(batch, new Error('the document was closed'));
      this.#flush = { kind: 'idle' };
      this.#tellDrained();
      return;
    }
    if (batch.some(({ content }) => content !== null)) this.#isStored = true;
    const beganAt = this.#options.timer.now();
    try {
      this.#broadcast(batch, this.#apply(batch));
    } catch (error) {
      // What is on disk is right; what is in memory may be half of it. Everybody comes back to what is read anew.
      this.#options.log.error({ err: error, document: this.name }, 'a flush failed after it was journalled');
      this.#options.onBroken();
    }
    for (const submission of batch) submission.settled?.resolve();
    this.#lastFlush = { beganAt, costMs: this.#options.timer.now() - beganAt };
    this.#options.meters?.flushed(batch, this.#lastFlush.costMs);
    this.#endFlush();
  }

  /** The batch is not on disk and will not be: whoever sent it hears so and comes back with it (R4). */
  #abandonFlush(batch: readonly Submission[], error: unknown): void {
    this.#refuse(batch, error);
    // What the same clients sent since builds on what was refused, and comes back with it.
    const refused = new Set(batch.map((submission) => submission.connection));
    const [lost, kept] = partition(
      this.#takeQueue(),
      ({ connection }) => connection !== null && refused.has(connection),
    );
    this.#refuse(lost, error);
    for (const submission of kept) this.#enqueue(submission);
    this.#ahead.clear();
    this.#endFlush();
  }

  #endFlush(): void {
    this.#flush = { kind: 'idle' };
    this.#brake.release();
    if (this.#queue.length === 0) this.#ahead.clear();
    this.pending.flushEnds();
    this.size.flushEnds();
    this.typeDepths.flushEnds();
    this.#schedule();
    if (this.#queue.length === 0) this.#tellDrained();
    this.#title.watch();
    this.watchIdle();
  }

  /** @returns what the document now has that it had not: at most one update, however many arrived */
  #apply(batch: readonly Submission[]): Uint8Array | null {
    const fresh = batch.filter((submission) => !submission.applied).flatMap((submission) => submission.content ?? []);
    if (fresh.length === 0) return null;
    let result: Uint8Array | null = null;
    const collect = (update: Uint8Array): void => {
      result = update;
    };
    const origin = this.#options.originOf(batch);
    this.#forgetEncodings();
    this.#applying = true;
    this.document.on('update', collect);
    try {
      this.document.transact(() => {
        for (const { update } of fresh) applyOrSkip(this.document, update, origin, this.#options.log);
      }, origin);
    } finally {
      this.document.off('update', collect);
      this.#applying = false;
    }
    return result;
  }

  #broadcast(batch: readonly Submission[], update: Uint8Array | null): void {
    const updates: Uint8Array[] = [];
    if (update !== null) updates.push(encodeYWebsocketFrame({ kind: 'update', update }));
    for (const submission of batch) {
      if (!submission.applied) continue;
      for (const made of submission.content ?? []) {
        updates.push(encodeYWebsocketFrame({ kind: 'update', update: made.update }));
      }
    }
    const { message = null, saidBy = null, viewers = null } = this.presence.takeChanges() ?? {};
    let presence: Uint8Array | null = null;
    if (message !== null) {
      this.#options.onPresence(message);
      presence = encodeYWebsocketFrame({ kind: 'presence', presence: message });
    }
    const { clock, meters } = this.#options;
    const answered: Submission[] | null = meters === null ? null : [];
    const own = collectOwnMessages(batch, this.stragglers, answered);
    const knowsAll = updates.length === 0 ? saidBy : null;
    sendToAll(this.#audience, this.stragglers, {
      updates,
      presence,
      viewers: viewers === null ? null : encodeViewers(viewers),
      own,
      knowsAll,
    });
    if (answered !== null && answered.length > 0) meters?.receipted(answered, clock.monotonicMs());
  }

  #schedulePresence(): void {
    if (this.#cancelPresence !== null) return;
    this.#cancelPresence = this.#options.clock.after(PRESENCE_PATIENCE_MS, () => {
      this.#cancelPresence = null;
      if (this.#flush.kind === 'journalling') this.#broadcast([], null);
    });
  }

  /** A count that may not be told yet is told later, if nothing else comes before. */
  #watchCount(): void {
    const { dueInMs } = this.presence.viewers;
    if (dueInMs === null || dueInMs === 0 || this.#cancelCount !== null) return;
    this.#cancelCount = this.#options.clock.after(dueInMs, () => {
      this.#cancelCount = null;
      this.#schedule();
    });
  }

  readonly #onDocumentUpdate = (update: Uint8Array): void => {
    if (this.#applying) return;
    this.#forgetEncodings();
    this.#submitOwn(update, true);
  };

  #submitOwn(update: Uint8Array, applied: boolean): void {
    this.submit({ ...NOTHING, content: [{ author: '', update }], applied });
  }

  #refuse(batch: readonly Submission[], error: unknown): void {
    const code = closeCodeFor(error);
    for (const submission of batch) {
      submission.settled?.reject(error);
      if (submission.connection?.state.kind === 'established') submission.connection.closeSession(code);
      if (submission.applied) {
        this.#options.log.error({ err: error, document: this.name }, 'an edit made inside this process was not stored');
      }
    }
    if (this.isOpen && batch.some((submission) => submission.applied)) this.#options.onBroken();
  }

  #enqueue(submission: Submission): void {
    this.#queue.push(submission);
    const bytes = weighSubmission(submission);
    this.#queueBytes += bytes;
    this.#options.meters?.queued(1, bytes);
  }

  #takeQueue(): Submission[] {
    const batch = this.#queue;
    this.#options.meters?.queued(-batch.length, -this.#queueBytes);
    this.#queue = [];
    this.#queueBytes = 0;
    return batch;
  }

  #tellDrained(): void {
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }

  /** Looks again whether anybody needs the document. */
  watchIdle(): void {
    if (this.#cancelIdle !== null || !this.isIdle || this.#state.kind !== 'open') return;
    this.#cancelIdle = this.#options.clock.after(this.#options.unloadDelayMs, () => {
      this.#cancelIdle = null;
      if (this.isIdle) this.#options.onIdle();
    });
  }
}

function encodeStepTwo(document: Y.Doc, stateVector?: Uint8Array): Uint8Array {
  return encodeYWebsocketFrame({ kind: 'step-2', update: Y.encodeStateAsUpdate(document, stateVector) });
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  const groups: [T[], T[]] = [[], []];
  for (const item of items) groups[belongs(item) ? 0 : 1].push(item);
  return groups;
}
