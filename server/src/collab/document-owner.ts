import type { Epoch } from '@quire/persistence';
import { type CloseCode, closeCodes, type DocumentName, encodeYWebsocketFrame } from '@quire/protocol';
import * as Y from 'yjs';
import { Abandoned, applyAtOnce, applyBatch, EMPTY_UPDATE } from './apply-batch.ts';
import { Audience } from './audience.ts';
import { collectOwnMessages, sendToAll } from './broadcast.ts';
import { type DocumentConnection, mayEdit } from './document-connection.ts';
import { DocumentSize } from './document-size.ts';
import { readTitle, TitleKeeper } from './document-title.ts';
import { EncodedState, NOTHING_KNOWN } from './encoded-state.ts';
import { windowBeforeFlush } from './flush-window.ts';
import type { Arrival } from './frame-lane.ts';
import type { OwnedDocument, OwnerOptions } from './owner-options.ts';
import { PendingEdits } from './pending-edits.ts';
import { Presence } from './presence.ts';
import { ReadBrake } from './read-brake.ts';
import { ServerClient } from './server-client.ts';
import { closeCodeFor } from './store-refusal.ts';
import { Stragglers } from './stragglers.ts';
import { NOTHING, type Submission } from './submission.ts';
import { SubmissionQueue } from './submission-queue.ts';
import { TypeDepths } from './type-depths.ts';
import { encodeViewers } from './viewer-count.ts';

type FlushState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scheduled'; cancel(): void }
  | { readonly kind: 'journalling'; readonly batch: readonly Submission[] }
  /** It is on disk, and comes into the document in slices, because it is large; its update events have this origin. */
  | { readonly kind: 'applying'; readonly origin: object };

type OwnerState =
  | { readonly kind: 'open' }
  /** Everybody was put out; what is at the disk is waited for. Nobody enters. */
  | { readonly kind: 'closing' }
  /** Nobody needs it any more and it is leaving memory, or it was deleted. */
  | { readonly kind: 'closed' };

/** While a flush is at the disk for longer than this, presence stops waiting to share its write. */
const PRESENCE_PATIENCE_MS = 50;

/**
 * From this part of what may wait for the disk on, whoever sends more is not read until a flush has ended. The rest is
 * for what they had sent before: a socket's chunk of 64 KiB, or one large frame.
 */
const BRAKE_FRACTION = 0.25;

/** The same, over all documents: each has a batch at the disk besides what it collects. */
const JOURNAL_BRAKE_FRACTION = 0.5;

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
  readonly encoded: EncodedState;
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
  readonly #arrivals = new Set<Arrival>();
  #state: OwnerState = { kind: 'open' };
  #flush: FlushState = { kind: 'idle' };
  readonly #queue: SubmissionQueue;
  /** As seen when the last batch was handed to the store. */
  #journalIsBusy = false;
  #holds = 0;
  #lastFlush = { beganAt: Number.NEGATIVE_INFINITY, costMs: 0 };
  #cancelIdle: (() => void) | null = null;
  #cancelPresence: (() => void) | null = null;
  #cancelCount: (() => void) | null = null;
  #isStored: boolean;
  #applying = false;
  /** The last time that a batch came into the document in slices. */
  #slices: Promise<void> = Promise.resolve();
  readonly #title: TitleKeeper;
  #onDrained: (() => void)[] = [];

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#queue = new SubmissionQueue(options.meters);
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
    this.pending = new PendingEdits(options.document);
    this.typeDepths = new TypeDepths(options.document);
    this.size = new DocumentSize(options.document, options.storedBytes, () => options.timer.now());
    this.encoded = new EncodedState(options.document, options.timer, (bytes) => this.size.known(bytes));
    this.#title = new TitleKeeper(options.document, options.storedTitle, options.timer, () => {
      this.#submitOwn(EMPTY_UPDATE, false);
    });
  }

  /** Begins to watch the document. @returns nothing to dispose: the document and its owner go together */
  start(): void {
    this.document.on('update', this.#onDocumentUpdate);
    this.size.watch();
    const { stored } = this.#options;
    if (stored !== null) this.encoded.startWith(stored);
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

  /** Waits for these before it calls itself settled or drained, and stays in memory; until the returned function is called. */
  expect(arrival: Arrival): () => void {
    const release = this.hold();
    this.#arrivals.add(arrival);
    return () => {
      this.#arrivals.delete(arrival);
      release();
      if (this.#isDrained) this.#tellDrained();
    };
  }

  /** What is on its way to the disk, beyond what the document has. */
  get ahead(): ReadonlyMap<number, number> {
    return this.#ahead;
  }

  /** How far a client's structs are known, counting what is still on its way to the disk. */
  clockOf(client: number): number {
    return Math.max(this.#ahead.get(client) ?? 0, Y.getState(this.document.store, client));
  }

  /** How many Yjs clients have written in it, counting what is still on its way to the disk. */
  countClientIds(): number {
    const { clients } = this.document.store;
    let count = clients.size;
    for (const client of this.#ahead.keys()) if (!clients.has(client)) count += 1;
    return count;
  }

  noteAhead(client: number, clock: number): void {
    if (clock > this.clockOf(client)) this.#ahead.set(client, clock);
  }

  /** An update larger than the limit passes when it is alone: otherwise it never would. */
  hasRoomFor(bytes: number): boolean {
    return this.#queue.bytes === 0 || this.#queue.bytes + bytes <= this.#options.maxQueueBytes;
  }

  /** Whether the document stays within the limit with so much more in it, counting what is on its way to the disk. */
  hasRoomToGrow(bytes: number, limit: number): boolean {
    return this.size.hasRoomFor(bytes, limit, () => this.encoded.answer(NOTHING_KNOWN));
  }

  submit(submission: Submission): void {
    this.#queue.push(submission);
    this.#schedule();
    if (submission.connection !== null && this.#isFillingUp) this.#brake.hold(submission.connection.session);
  }

  get #isFillingUp(): boolean {
    const isFull = this.#journalIsBusy || this.#queue.bytes > this.#options.maxQueueBytes * BRAKE_FRACTION;
    return isFull && this.isOpen; // a closed one has no flush that would end the wait
  }

  /** There may be presence to send. */
  presenceChanged(): void {
    this.#schedule();
  }

  /** Null unless the document has only a part of a large update yet: then this resolves when there is no more to come of it. */
  get whole(): Promise<void> | null {
    return this.#flush.kind === 'applying' ? this.#slices : null;
  }

  /** Resolves once nothing is queued or at the disk, the title included. */
  drained(): Promise<void> {
    this.#title.storeNow();
    if (this.#isDrained) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  get #isDrained(): boolean {
    return this.#flush.kind === 'idle' && this.#hasNothingToWrite;
  }

  get #hasNothingToWrite(): boolean {
    // Who was put out brings nothing any more.
    return this.#queue.length === 0 && (this.#arrivals.size === 0 || !this.isOpen);
  }

  /** Something is on its way to the disk, or to whoever waits for it. */
  get isBusy(): boolean {
    return this.#isWriting || this.#arrivals.size > 0;
  }

  get #isWriting(): boolean {
    return this.#queue.length > 0 || this.#flush.kind === 'journalling' || this.#flush.kind === 'applying';
  }

  /** Resolves once everything sent so far is on disk and has its receipt, or was refused; others may go on writing. */
  settled(): Promise<void> {
    if (this.#arrivals.size === 0) return this.#written();
    return Promise.all([...this.#arrivals].map((arrival) => arrival.settled())).then(() => this.#written());
  }

  #written(): Promise<void> {
    if (!this.#isWriting || !this.isOpen) return Promise.resolve();
    // Whatever is behind something in the queue was answered before it.
    return new Promise((resolve) => this.submit({ ...NOTHING, settled: { resolve, reject: () => resolve() } }));
  }

  /** Everybody out, nobody in. Edits that are not at the disk yet are refused; those that are can be waited for. */
  evict(code: CloseCode): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'closing' };
    for (const submission of this.#queue.takeAll()) submission.settled?.reject(new Error(code.reason));
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
    this.encoded.close();
    this.stragglers.close();
    this.#brake.release();
    if (this.#flush.kind === 'scheduled') {
      this.#flush.cancel();
      this.#flush = { kind: 'idle' };
    }
    this.#refuse(this.#queue.takeAll(), new Error('the document was closed'));
  }

  #schedule(): void {
    if (this.#state.kind === 'closed') return;
    this.#watchCount();
    switch (this.#flush.kind) {
      case 'scheduled':
        return;
      case 'journalling':
      case 'applying':
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
    const batch = this.#queue.takeAll();
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
      this.#dismiss(batch);
      return;
    }
    if (batch.some(({ content }) => content !== null)) this.#isStored = true;
    if (batch.some(({ large }) => large !== undefined)) {
      this.#slices = this.#finishInSlices(batch);
      return;
    }
    const beganAt = this.#options.timer.now();
    try {
      const update = this.#apply(batch);
      this.#broadcast(batch, update === null ? [] : [update]);
    } catch (error) {
      this.#break(error);
    }
    this.#conclude(batch, beganAt, this.#options.timer.now() - beganAt);
  }

  /** The same for a batch of which something is large. What arrives meanwhile forms the next. */
  async #finishInSlices(batch: readonly Submission[]): Promise<void> {
    const { log, originOf, slicing, timer } = this.#options;
    const origin = originOf(batch);
    this.#flush = { kind: 'applying', origin };
    const beganAt = timer.now();
    let [costMs, resumedAt] = [0, beganAt];
    const nextTurn = async (): Promise<void> => {
      costMs += timer.now() - resumedAt;
      await slicing.nextTurn();
      resumedAt = timer.now();
      if (!this.isOpen) throw new Abandoned();
    };
    try {
      const told = await applyBatch(this.document, batch, origin, log, { ...slicing, nextTurn });
      this.#broadcast(batch, told);
    } catch (error) {
      if (!this.isOpen) {
        this.#dismiss(batch);
        return;
      }
      this.#break(error);
    }
    this.#conclude(batch, beganAt, costMs + timer.now() - resumedAt);
  }

  /** Deleted while its last batch was at the disk: nobody is told "saved" of what is gone. */
  #dismiss(batch: readonly Submission[]): void {
    this.#refuse(batch, new Error('the document was closed'));
    this.#flush = { kind: 'idle' };
    this.#tellDrained();
  }

  /** What is on disk is right; what is in memory may be half of it. Everybody comes back to what is read anew. */
  #break(error: unknown): void {
    this.#options.log.error({ err: error, document: this.name }, 'a flush failed after it was journalled');
    this.#options.onBroken();
  }

  #conclude(batch: readonly Submission[], beganAt: number, costMs: number): void {
    for (const submission of batch) submission.settled?.resolve();
    this.#lastFlush = { beganAt, costMs };
    this.#options.meters?.flushed(batch, costMs);
    this.#endFlush();
  }

  /** The batch is not on disk and will not be: whoever sent it hears so and comes back with it (R4). */
  #abandonFlush(batch: readonly Submission[], error: unknown): void {
    this.#refuse(batch, error);
    // What the same clients sent since builds on what was refused, and comes back with it.
    const refused = new Set(batch.map((submission) => submission.connection));
    const queued = this.#queue.takeAll();
    const isLost = ({ connection }: Submission): boolean => connection !== null && refused.has(connection);
    this.#refuse(queued.filter(isLost), error);
    for (const submission of queued) if (!isLost(submission)) this.#queue.push(submission);
    this.#ahead.clear();
    this.typeDepths.flushFails();
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
    if (this.#hasNothingToWrite) this.#tellDrained();
    this.#title.watch();
    this.watchIdle();
  }

  /** @returns what the document now has that it had not: at most one update, however many arrived */
  #apply(batch: readonly Submission[]): Uint8Array | null {
    const updates = batch.filter(({ applied }) => !applied).flatMap(({ content }) => content ?? []);
    if (updates.length === 0) return null;
    const { log, originOf } = this.#options;
    this.encoded.forget();
    this.#applying = true;
    try {
      return applyAtOnce(this.document, updates, originOf(batch), log);
    } finally {
      this.#applying = false;
    }
  }

  #broadcast(batch: readonly Submission[], gained: readonly Uint8Array[]): void {
    const updates = gained.map((update) => encodeYWebsocketFrame({ kind: 'update', update }));
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
      if (this.#flush.kind === 'journalling' || this.#flush.kind === 'applying') this.#broadcast([], []);
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

  readonly #onDocumentUpdate = (update: Uint8Array, origin: unknown): void => {
    if (this.#applying) return;
    this.encoded.forget();
    if (this.#flush.kind === 'applying' && this.#flush.origin === origin) return;
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
