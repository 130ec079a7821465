import type { CollabMeters } from '../observability/metrics/collab-meters.ts';
import { type Submission, weighSubmission } from './submission.ts';

/** What a document collects for its next flush. */
export class SubmissionQueue {
  readonly #meters: CollabMeters | null;
  #submissions: Submission[] = [];
  #bytes = 0;

  constructor(meters: CollabMeters | null) {
    this.#meters = meters;
  }

  get length(): number {
    return this.#submissions.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  *[Symbol.iterator](): IterableIterator<Submission> {
    yield* this.#submissions;
  }

  push(submission: Submission): void {
    this.#submissions.push(submission);
    // What other nodes have journalled waits with whoever brings it, and takes nobody's room here.
    const bytes = submission.stored ? 0 : weighSubmission(submission);
    this.#bytes += bytes;
    this.#meters?.queued(1, bytes);
  }

  takeAll(): Submission[] {
    const taken = this.#submissions;
    this.#meters?.queued(-taken.length, -this.#bytes);
    this.#submissions = [];
    this.#bytes = 0;
    return taken;
  }
}
