import { type Submission, weighSubmission } from './submission.ts';

/** What is on disk here, and has yet to be told to be anywhere else. */
interface WaitingBatch {
  submissions: readonly Submission[];
  isAcknowledged: boolean;
}

/** As many flushes as an eager document has in five seconds; a healthy cluster takes milliseconds for each. */
const MAX_BATCHES = 1_000;
/** What a submission takes besides its content. */
const SUBMISSION_BYTES = 200;
/** From this part of what may wait on, it is looked whether all of it is still waited for. */
const LOOK_FRACTION = 0.25;

/**
 * Batches of one document that are on disk, in memory and on every screen, and whose receipts wait for other nodes (G1). They
 * leave in the order in which the batches were flushed, whatever the order in which other nodes have them: who counts
 * receipts must not take one for another's (R2), and what a client brings a second time was brought a first time before.
 *
 * Who sends goes on until it is full; then it is for whoever asks to stop reading. Whoever has left has nothing to wait for,
 * so that those who come and go while no node can be reached take no more room than those who stay.
 */
export class WaitingReceipts {
  readonly #maxBytes: number;
  readonly #onDue: () => void;
  readonly #onBytes: ((change: number) => void) | null;
  readonly #batches: WaitingBatch[] = [];
  #bytes = 0;
  #lookAtBytes: number;
  #ended: Error | null = null;

  /**
   * @param onDue told when the first in the row need not wait any more
   * @param onBytes told how much more waits, or how much less
   */
  constructor(maxBytes: number, onDue: () => void, onBytes: ((change: number) => void) | null = null) {
    this.#maxBytes = maxBytes;
    this.#lookAtBytes = maxBytes * LOOK_FRACTION;
    this.#onDue = onDue;
    this.#onBytes = onBytes;
  }

  /** A receipt could go out at once. */
  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Somebody may be waiting for one. */
  get areWaitedFor(): boolean {
    return this.#batches.some(({ submissions }) => submissions.length > 0);
  }

  get isFull(): boolean {
    return this.#batches.length > MAX_BATCHES || this.#bytes > this.#maxBytes;
  }

  /** Some could be given. */
  get areDue(): boolean {
    return this.#batches[0]?.isAcknowledged === true;
  }

  /** What was read from the disk has to be elsewhere too before anybody is told "saved" of it. */
  holdBack(acknowledged: Promise<void> | null): void {
    if (acknowledged !== null && this.#ended === null) this.#push([], acknowledged);
  }

  /**
   * Puts a batch behind those that wait. What came from other nodes waits for nobody.
   *
   * @param acknowledged null where it waits for those before it and nothing else
   */
  hold(batch: readonly Submission[], acknowledged: Promise<void> | null): void {
    const submissions = batch.filter(({ stored }) => !stored);
    if (submissions.length === 0) return;
    if (this.#ended !== null) {
      dismiss(submissions, this.#ended);
      return;
    }
    this.#weighs(this.#bytes + weigh(submissions));
    const last = this.#batches.at(-1);
    if (acknowledged === null && last !== undefined) last.submissions = [...last.submissions, ...submissions];
    else this.#push(submissions, acknowledged);
    if (this.#bytes > this.#lookAtBytes) this.#letGoOfThoseWhoLeft();
  }

  #push(submissions: readonly Submission[], acknowledged: Promise<void> | null): void {
    const waiting: WaitingBatch = { submissions, isAcknowledged: acknowledged === null };
    this.#batches.push(waiting);
    void acknowledged?.then(() => {
      waiting.isAcknowledged = true;
      if (this.areDue) this.#onDue();
    });
  }

  /** Nobody waits for the receipt of this one any more. Its batch stays: what others bring once more waits for it all the same. */
  letGoOf(submission: Submission): void {
    const waiting = this.#batches.find(({ submissions }) => submissions.includes(submission));
    if (waiting === undefined) return;
    waiting.submissions = waiting.submissions.filter((each) => each !== submission);
    this.#weighs(this.#bytes - weigh([submission]));
  }

  /** Those whose receipts may be given now. */
  takeDue(): readonly Submission[] {
    const due: Submission[] = [];
    for (let first = this.#batches[0]; first?.isAcknowledged === true; first = this.#batches[0]) {
      this.#batches.shift();
      for (const submission of first.submissions) due.push(submission);
    }
    this.#weighs(this.#bytes - weigh(due));
    return due;
  }

  /** Nobody waits any more, now or later: none of these gets a receipt. They are on disk all the same, and go on to other nodes. */
  end(error: Error): void {
    this.#ended ??= error;
    const waiting = this.#batches.splice(0);
    this.#weighs(0);
    for (const { submissions } of waiting) dismiss(submissions, error);
  }

  /** Their batches stay, empty: what others bring once more has to wait for these all the same. */
  #letGoOfThoseWhoLeft(): void {
    let bytes = 0;
    for (const waiting of this.#batches) {
      waiting.submissions = waiting.submissions.filter(isWaitedFor);
      bytes += weigh(waiting.submissions);
    }
    this.#weighs(bytes);
    this.#lookAtBytes = Math.max(this.#maxBytes * LOOK_FRACTION, 2 * bytes);
  }

  #weighs(bytes: number): void {
    this.#onBytes?.(bytes - this.#bytes);
    this.#bytes = bytes;
  }
}

/** Somebody is still there to be told, or somebody in this process asks. */
function isWaitedFor({ connection, settled }: Submission): boolean {
  return settled !== undefined || (connection !== null && connection.listeners !== null);
}

function weigh(submissions: readonly Submission[]): number {
  let bytes = submissions.length * SUBMISSION_BYTES;
  for (const submission of submissions) bytes += weighSubmission(submission);
  return bytes;
}

function dismiss(submissions: readonly Submission[], error: Error): void {
  for (const { settled } of submissions) settled?.reject(error);
}
