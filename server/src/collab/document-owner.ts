import { type AuthoredUpdate, type Entry, type Epoch, PersistenceError } from '@quire/persistence';
import { type CloseCode, closeCodes, type DocumentName } from '@quire/protocol';
import { describeAdopted } from './adopted-entries.ts';
import { Abandoned, applyAtOnce, applyBatch, EMPTY_UPDATE } from './apply-batch.ts';
import { ClocksAhead } from './clocks-ahead.ts';
import { confirmInTime, type Storing, Unconfirmed } from './confirmation.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentEvents } from './document-events.ts';
import { DocumentSize } from './document-size.ts';
import { readTitle, TitleKeeper } from './document-title.ts';
import { DocumentVoice } from './document-voice.ts';
import { EncodedState, NOTHING_KNOWN } from './encoded-state.ts';
import { addCost, type FlushCosts, NO_COSTS, windowBeforeFlush } from './flush-window.ts';
import { Graveyard, type Tombstone } from './former-lives.ts';
import type { Arrival } from './frame-lane.ts';
import type { OwnedDocument, OwnerOptions } from './owner-options.ts';
import { PendingEdits } from './pending-edits.ts';
import type { Presence } from './presence.ts';
import { ReadBrake } from './read-brake.ts';
import { Refusal } from './refusal.ts';
import { withoutRepeats } from './repeated-edits.ts';
import { ServerClient } from './server-client.ts';
import { closeCodeFor } from './store-refusal.ts';
import type { Stragglers } from './stragglers.ts';
import { NOTHING, type Submission, type Written, weighSubmission } from './submission.ts';
import { SubmissionQueue } from './submission-queue.ts';
import { TypeDepths } from './type-depths.ts';
import { WaitingReceipts } from './waiting-receipts.ts';

type FlushState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'scheduled'; cancel(): void }
  | { readonly kind: 'journalling'; readonly batch: readonly Submission[] }
  /** It is on disk, and comes into the document in slices, because it is large; its update events have this origin. */
  | { readonly kind: 'applying'; readonly batch: readonly Submission[]; readonly origin: object };

type OwnerState =
  | { readonly kind: 'open' }
  /** Everybody was put out; what is at the disk is waited for. Nobody enters. */
  | { readonly kind: 'closing' }
  /** Nobody needs it any more and it is leaving memory, or it was deleted. */
  | { readonly kind: 'closed' };

/**
 * From this part of what may wait for the disk on, whoever sends more is not read until a flush has ended. The rest is
 * for what they had sent before: a socket's chunk of 64 KiB, or one large frame.
 */
const BRAKE_FRACTION = 0.25;

/** The same, over all documents: each has a batch at the disk besides what it collects. */
const JOURNAL_BRAKE_FRACTION = 0.5;

const NO_UPDATES: readonly Uint8Array[] = [];
const NO_EDITS: readonly Submission[] = [];

/**
 * The one owner of an open document. Every edit takes the same way through it, in this order:
 * journal → fsync → apply → broadcast → receipt.
 *
 * One flush at a time: what arrives while a batch is at the disk forms the next one. In a cluster receipts may follow later,
 * in their order, while flushes go on; and what other nodes have journalled goes the same way from `apply` on.
 */
export class DocumentOwner {
  readonly name: DocumentName;
  readonly epoch: Epoch;
  readonly document: OwnedDocument;
  /** Other nodes may write in it. */
  readonly hasPeers: boolean;
  readonly pending: PendingEdits;
  readonly size: DocumentSize;
  readonly encoded: EncodedState;
  readonly typeDepths: TypeDepths;
  /** As whom the server writes in it. */
  readonly serverClient = new ServerClient();
  /** The document that these are the comments on; null for all others. */
  readonly commented: DocumentOwner | null;
  /** Who is known to write as which Yjs client. */
  readonly authors = new Map<number, string>();
  readonly #options: OwnerOptions;
  readonly #voice: DocumentVoice;
  readonly #brake = new ReadBrake();
  readonly #graveyard: Graveyard;
  readonly #receipts: WaitingReceipts;
  readonly #ahead: ClocksAhead;
  readonly #arrivals = new Set<Arrival>();
  #state: OwnerState = { kind: 'open' };
  #flush: FlushState = { kind: 'idle' };
  readonly #queue: SubmissionQueue;
  /** As seen when the last batch was handed to the store. */
  #journalIsBusy = false;
  #holds = 0;
  #lastFlush: { beganAt: number; costs: FlushCosts } = { beganAt: Number.NEGATIVE_INFINITY, costs: NO_COSTS };
  #cancelIdle: (() => void) | null = null;
  #isStored: boolean;
  #applying = false;
  /** The last time that a batch came into the document in slices. */
  #slices: Promise<void> = Promise.resolve();
  readonly #title: TitleKeeper;
  #onDrained: (() => void)[] = [];

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#queue = new SubmissionQueue(options.meters);
    this.#voice = new DocumentVoice(options);
    this.#ahead = new ClocksAhead(options.document);
    this.name = options.name;
    this.epoch = options.epoch;
    this.document = options.document;
    this.hasPeers = options.hasPeers;
    this.#graveyard = new Graveyard(options.document, options.tombstone);
    const onBytes = options.meters?.unreceipted ?? null;
    this.#receipts = new WaitingReceipts(options.maxQueueBytes, this.#scheduleAgain, onBytes);
    this.commented = options.commented;
    this.#isStored = options.isStored;
    this.pending = new PendingEdits(options.document);
    this.typeDepths = new TypeDepths(options.document);
    this.size = new DocumentSize(options.document, options.storedBytes, () => options.timer.now());
    this.encoded = new EncodedState(options.document, options.timer, (bytes) => this.size.known(bytes));
    this.#title = new TitleKeeper(options.document, options.storedTitle, options.timer, () => {
      this.submit({ ...NOTHING, content: [{ author: '', update: EMPTY_UPDATE }], isTitleOnly: true });
    });
  }

  /** Begins to watch the document. @returns nothing to dispose: the document and its owner go together */
  start(): void {
    this.document.on('update', this.#onDocumentUpdate);
    this.size.watch();
    const { stored } = this.#options;
    if (stored !== null) this.encoded.startWith(stored);
    this.#voice.join(() => this.#schedule());
    this.#title.watch(true);
    this.#receipts.holdBack(this.#options.replication.acknowledgedSoFar(this.name));
    this.watchIdle();
  }

  /** For those who have it open on other nodes; who has it open here has heard it. */
  relayStateless(payload: string): void {
    this.#voice.relay(payload);
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open';
  }

  /** State vector of earlier lives; structs below it belong to the dead (R14). */
  get tombstone(): Tombstone {
    return this.#graveyard.clocks;
  }

  /** The life that access was given for: comments are entered with what was given for their document. */
  get admittedLife(): Epoch {
    return this.commented?.epoch ?? this.epoch;
  }

  /** Whether there is such a document: what has yet to reach the disk may never do so. */
  get isStored(): boolean {
    return this.#isStored;
  }

  get presence(): Presence {
    return this.#voice.presence;
  }

  get events(): DocumentEvents {
    return this.#voice.events;
  }

  get stragglers(): Stragglers {
    return this.#voice.stragglers;
  }

  get connectionCount(): number {
    return this.#voice.size;
  }

  connections(): Iterable<DocumentConnection> {
    return this.#voice.connections();
  }

  /** No connection, no hold, nothing on its way to the disk, no receipt that waits for other nodes. */
  get isIdle(): boolean {
    const isNeeded = this.#voice.size > 0 || this.#holds > 0;
    return !isNeeded && this.#hasNothingToWrite && this.#flush.kind === 'idle' && !this.#title.isWaiting;
  }

  enter(connection: DocumentConnection): void {
    this.#cancelIdle?.();
    this.#cancelIdle = null;
    this.#voice.enter(connection);
  }

  leave(connection: DocumentConnection): void {
    if (!this.#voice.leave(connection)) return;
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
    return this.#ahead.all;
  }

  /** How far a client's structs are known, counting what is still on its way to the disk. */
  clockOf(client: number): number {
    return this.#ahead.of(client);
  }

  /** How many Yjs clients have written in it, counting what is still on its way to the disk. */
  countClientIds(): number {
    return this.#ahead.countClients();
  }

  noteAhead(client: number, clock: number): void {
    this.#ahead.note(client, clock);
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

  /**
   * Entries of this life that other nodes have journalled, and this node's store by now: into the document and to everybody
   * who has it open. Resolves once they are, or the document is let go of.
   */
  adopt(entries: readonly Entry[]): Promise<void> {
    const submissions = this.isOpen ? describeAdopted(this, entries) : [];
    const last = submissions.pop();
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const onApplied = (): void => {
        for (const { time, title } of entries) if (title !== undefined) this.#title.hear(title, time);
        resolve();
      };
      for (const submission of submissions) this.submit(submission);
      this.submit({ ...last, onApplied, settled: { resolve, reject: () => resolve() } });
    });
  }

  /** Entries of lives before this one came to light: whoever has something of them may not bring it here (R14). */
  bury(entries: readonly Entry[]): void {
    this.#graveyard.bury(entries, this.#underway());
  }

  /** What is on its way to the document, at the disk or before it. */
  *#underway(): Iterable<AuthoredUpdate> {
    const flush = this.#flush;
    const atDisk = flush.kind === 'journalling' || flush.kind === 'applying' ? flush.batch : [];
    for (const { content } of [...atDisk, ...this.#queue]) yield* content ?? [];
  }

  /** These write in this life. */
  noteLiving(writers: readonly { readonly client: number }[]): void {
    this.#graveyard.spare(writers);
  }

  get #isFillingUp(): boolean {
    const isDiskBehind = this.#journalIsBusy || this.#queue.bytes > this.#options.maxQueueBytes * BRAKE_FRACTION;
    const isFull = isDiskBehind || this.#receipts.isFull;
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

  /**
   * Takes in what comes by no connection. Resolves once it would have its receipt (G1), and rejects with what kept it from that.
   *
   * @throws {Refusal}, {Unconfirmed} when that waits for other nodes for too long
   */
  async write(written: Written, { onStored }: Storing = {}): Promise<void> {
    // Deleted while it waited for its turn: nobody would ever answer it. Whoever tries again meets the new state.
    if (!this.isOpen) throw new Refusal(closeCodes.loadFailed);
    const [receipted, applied] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const onApplied = (): void => {
      onStored?.();
      applied.resolve();
    };
    const submission = { ...NOTHING, ...written, onApplied, settled: receipted };
    this.submit(submission);
    try {
      // What is not on disk yet waits for this node alone, as long as it takes.
      await Promise.race([receipted.promise, applied.promise]);
      await confirmInTime(receipted.promise, this.#options.clock);
    } catch (error) {
      if (error instanceof Unconfirmed) this.#letGoOf(submission);
      throw error;
    }
  }

  /** Who asked for it waits no more; it stays where it is. */
  #letGoOf(submission: Submission): void {
    this.#receipts.letGoOf(submission);
    if (!this.#receipts.isFull) this.#brake.release();
    if (this.#isDrained) this.#tellDrained();
    this.watchIdle();
  }

  /** Resolves once nothing is queued or at the disk, the title included, and no receipt waits for other nodes. */
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
    const mayMoreCome = this.#arrivals.size > 0 && this.isOpen;
    return this.#queue.length === 0 && !this.#receipts.areWaitedFor && !mayMoreCome;
  }

  /** Something is on its way to the disk, or to whoever waits for it. */
  get isBusy(): boolean {
    return this.#isWriting || this.#arrivals.size > 0;
  }

  get #isWriting(): boolean {
    if (this.#queue.length > 0 || this.#receipts.areWaitedFor) return true;
    return this.#flush.kind === 'journalling' || this.#flush.kind === 'applying';
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
    const refusal = new Refusal(code, { cause: new Error(code.reason) });
    this.dismissReceipts(refusal);
    for (const submission of this.#queue.takeAll()) submission.settled?.reject(refusal);
    for (const connection of [...this.#voice.connections()]) {
      // A provider never reopens a document that was closed by itself, so what may pass must end the socket (R7).
      if (code.retry === 'backoff') connection.closeSession(code);
      else connection.closeDocument(code);
    }
  }

  /**
   * Nobody waits for other nodes any more, now or later: what has no receipt by now gets none. It is on disk, and comes to the
   * other nodes all the same.
   */
  dismissReceipts(error: Error): void {
    this.#receipts.end(error);
    this.#brake.release();
    if (this.#isDrained) this.#tellDrained();
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
    this.#voice.close();
    this.#title.close();
    this.encoded.close();
    this.#brake.release();
    if (this.#flush.kind === 'scheduled') {
      this.#flush.cancel();
      this.#flush = { kind: 'idle' };
    }
    this.#receipts.end(new PersistenceError('CLOSED', 'The document was closed before other nodes had the edit'));
    this.#refuse(this.#queue.takeAll(), new Error('the document was closed'));
  }

  #schedule(): void {
    if (this.#state.kind === 'closed') return;
    this.#voice.watchCount(this.#scheduleAgain);
    switch (this.#flush.kind) {
      case 'scheduled':
        return;
      case 'journalling':
      case 'applying':
        if (this.#hasWords) this.#voice.hurry(this.#speak);
        return;
      case 'idle': {
        if (this.#queue.length === 0 && !this.#hasWords) return;
        const { meters, timer } = this.#options;
        const delayMs = windowBeforeFlush(this.#lastFlush.costs, timer.now() - this.#lastFlush.beganAt);
        meters?.flushWindow.observeMs(delayMs);
        const cancel = timer.after(delayMs, () => this.#beginFlush());
        this.#flush = { kind: 'scheduled', cancel };
        return;
      }
      default:
        this.#flush satisfies never;
    }
  }

  readonly #scheduleAgain = (): void => this.#schedule();

  /** There is something to say beside what is written. */
  get #hasWords(): boolean {
    return this.presence.hasChanges || this.#receipts.areDue;
  }

  #beginFlush(): void {
    const batch = this.#queue.takeAll();
    this.pending.flushBegins();
    this.size.flushBegins();
    this.typeDepths.flushBegins();
    const updates = batch.flatMap(({ content, stored }) => (stored ? [] : (content ?? [])));
    if (updates.length === 0) {
      this.#finishFlush(batch, null);
      return;
    }
    this.#flush = { kind: 'journalling', batch };
    const { store, clock, maxJournalQueueBytes, replication } = this.#options;
    this.#journalIsBusy = store.queue.bytes > maxJournalQueueBytes * JOURNAL_BRAKE_FRACTION;
    const title = batch.findLast((submission) => submission.title !== null)?.title ?? readTitle(this.document);
    const draft = { document: this.name, epoch: this.epoch, time: clock.now(), updates };
    store.append(title === this.#title.stored ? draft : { ...draft, title }).then(
      (id) => {
        if (title !== this.#title.stored) this.#title.wrote(title, draft.time);
        this.#finishFlush(batch, replication.acknowledged(id));
      },
      (error: unknown) => this.#abandonFlush(batch, error),
    );
  }

  /** The batch is on disk. @param acknowledged what its receipts wait for besides */
  #finishFlush(batch: readonly Submission[], acknowledged: Promise<void> | null): void {
    if (this.#state.kind === 'closed') {
      this.#dismiss(batch);
      return;
    }
    if (batch.some(({ content }) => content !== null)) this.#isStored = true;
    if (batch.some(({ large }) => large !== undefined)) {
      this.#slices = this.#finishInSlices(batch, acknowledged);
      return;
    }
    const { timer } = this.#options;
    const beganAt = timer.now();
    let edits = this.#editsIn(batch);
    try {
      const update = this.#apply(batch);
      this.#tell(batch, update === null ? NO_UPDATES : [update], acknowledged);
    } catch (error) {
      edits = NO_EDITS;
      this.#break(batch, acknowledged, error);
    }
    this.#conclude(batch, edits, beganAt, timer.now() - beganAt);
  }

  /** For the count alone: a batch that is on disk goes its way whatever becomes of that. */
  #editsIn(batch: readonly Submission[]): readonly Submission[] {
    const { log, meters } = this.#options;
    if (meters === null) return NO_EDITS;
    try {
      return withoutRepeats(this.document, batch);
    } catch (error) {
      log.error(
        { err: error, document: this.name },
        'the edits of a flush were counted without looking for repeated ones',
      );
      return batch;
    }
  }

  /** The same for a batch of which something is large. What arrives meanwhile forms the next. */
  async #finishInSlices(batch: readonly Submission[], acknowledged: Promise<void> | null): Promise<void> {
    const { log, meters, originOf, slicing, timer } = this.#options;
    const origin = originOf(batch);
    this.#flush = { kind: 'applying', batch, origin };
    const bytes = batch.reduce((sum, submission) => sum + weighSubmission(submission), 0);
    meters?.applying(bytes);
    const beganAt = timer.now();
    let [costMs, resumedAt, edits] = [0, beganAt, batch];
    const nextTurn = async (): Promise<void> => {
      costMs += timer.now() - resumedAt;
      await slicing.nextTurn();
      resumedAt = timer.now();
      if (!this.isOpen) throw new Abandoned();
    };
    try {
      const told = await applyBatch(this.document, batch, origin, log, { ...slicing, nextTurn });
      this.#tell(batch, told, acknowledged);
    } catch (error) {
      if (!this.isOpen) {
        this.#dismiss(batch);
        return;
      }
      edits = NO_EDITS;
      this.#break(batch, acknowledged, error);
    } finally {
      meters?.applying(-bytes);
    }
    this.#conclude(batch, edits, beganAt, costMs + timer.now() - resumedAt);
  }

  /** Deleted while its last batch was at the disk: nobody is told "saved" of what is gone. */
  #dismiss(batch: readonly Submission[]): void {
    this.#refuse(batch, new Error('the document was closed'));
    this.#flush = { kind: 'idle' };
    this.#tellDrained();
  }

  /** What is on disk is right; what is in memory may be half of it. Everybody comes back to what is read anew. */
  #break(batch: readonly Submission[], acknowledged: Promise<void> | null, error: unknown): void {
    this.#options.log.error({ err: error, document: this.name }, 'a flush failed after it was journalled');
    for (const { settled } of batch) {
      if (acknowledged === null) settled?.resolve();
      else settled?.reject(error); // nobody is left to say when other nodes have it
    }
    this.#options.onBroken();
  }

  /** The batch is in the document: to everybody what it brought, and the receipts that wait for nothing more. */
  #tell(batch: readonly Submission[], gained: readonly Uint8Array[], acknowledged: Promise<void> | null): void {
    if (acknowledged === null && this.#receipts.isEmpty) {
      this.#voice.say(withApplied(gained, batch), batch);
      return;
    }
    this.#receipts.hold(batch, acknowledged);
    this.#voice.say(withApplied(gained, batch), this.#receipts.takeDue());
  }

  /** Receipts and presence that are due, while a flush takes its time. */
  readonly #speak = (): void => {
    if (this.#flush.kind !== 'journalling' && this.#flush.kind !== 'applying') return;
    this.#voice.say(NO_UPDATES, this.#receipts.takeDue());
    if (!this.#receipts.isFull) this.#brake.release();
  };

  /** @param edits what the document has of it that it had not, and everybody hears of: what was read anew instead is no edit */
  #conclude(batch: readonly Submission[], edits: readonly Submission[], beganAt: number, costMs: number): void {
    for (const submission of batch) submission.onApplied?.();
    this.#lastFlush = { beganAt, costs: addCost(this.#lastFlush.costs, costMs) };
    this.#options.meters?.flushed(edits, costMs);
    this.#endFlush(batch.some(({ content, stored }) => content !== null && !stored));
  }

  /** The batch is not on disk and will not be: whoever sent it hears so and comes back with it (R4). */
  #abandonFlush(batch: readonly Submission[], error: unknown): void {
    // Whoever is in it is of the life that is over (R14); so is what other nodes brought to it.
    if (error instanceof PersistenceError && error.code === 'EPOCH_MOVED') this.#options.onEnded();
    const [adopted, own] = [batch.filter(({ stored }) => stored), batch.filter(({ stored }) => !stored)];
    this.#refuse(own, error);
    // What the same clients sent since builds on what was refused, and comes back with it.
    const refused = new Set(own.map((submission) => submission.connection));
    const queued = this.#queue.takeAll();
    const isLost = ({ connection }: Submission): boolean => connection !== null && refused.has(connection);
    this.#refuse(queued.filter(isLost), error);
    // What other nodes have journalled is on disk, and comes into the document with the next flush.
    const kept = [...adopted, ...queued.filter((submission) => !isLost(submission))];
    if (this.#state.kind === 'closed') {
      this.#refuse(kept, error);
      this.#flush = { kind: 'idle' };
      this.#tellDrained();
      return;
    }
    for (const submission of kept) this.#queue.push(submission);
    this.#ahead.clear();
    this.typeDepths.flushFails();
    if (adopted.length > 0) this.typeDepths.expect(null);
    this.#endFlush(true);
  }

  /** @param isOurs whether something of it was this node's own */
  #endFlush(isOurs: boolean): void {
    this.#flush = { kind: 'idle' };
    if (!this.#receipts.isFull) this.#brake.release();
    if (this.#queue.length === 0) this.#ahead.clear();
    this.pending.flushEnds();
    this.size.flushEnds();
    this.typeDepths.flushEnds();
    this.#schedule();
    if (this.#hasNothingToWrite) this.#tellDrained();
    if (this.#state.kind !== 'closed') this.#title.watch(isOurs);
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

  readonly #onDocumentUpdate = (update: Uint8Array, origin: unknown): void => {
    if (this.#applying) return;
    this.encoded.forget();
    if (this.#flush.kind === 'applying' && this.#flush.origin === origin) return;
    this.submit({ ...NOTHING, content: [{ author: '', update }], applied: true });
  };

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

/** What a batch brought to the document, and what of it was in there already: somebody here changed the document itself. */
function withApplied(gained: readonly Uint8Array[], batch: readonly Submission[]): readonly Uint8Array[] {
  if (!batch.some(({ applied }) => applied)) return gained;
  const made = batch.filter(({ applied }) => applied).flatMap(({ content }) => content ?? []);
  return [...gained, ...made.map(({ update }) => update)];
}
