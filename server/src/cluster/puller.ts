import type { Entry, Holdings } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/log.ts';
import type { Adopter } from './adopter.ts';
import { isUnknownVersion } from './entry-record.ts';
import { type Source, shareOut } from './gaps.ts';
import type { ReplicationMeters } from './meters.ts';
import { PeerError, type PeerLink, type Want } from './peer-link.ts';
import { countHoldings, NO_SPANS, spansInclude, subtractHoldings } from './spans.ts';

const ANSWER_BYTES = 1024 * 1024;
/** A large answer over a slow line; who answers nothing for so long is asked again later. */
const DEADLINE_MS = 30_000;
const REST_MS = 250;
const MAX_REST_MS = 5_000;
const PROGRESS_EVERY_MS = 5_000;
/** A pull of fewer is over before anybody could read about it. */
const WORTH_A_LINE = 1_000;

export interface PullerOptions {
  readonly peers: PeerLink;
  readonly adopter: Adopter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: ReplicationMeters;
  /** One answer is in the journal: more may be asked for. */
  readonly onAdopted: () => void;
  /** An answer that only a later release reads. */
  readonly onUnreadable: () => void;
  readonly onError: (error: unknown) => void;
}

interface Pull {
  readonly wants: ReadonlyMap<string, Want['spans']>;
  readonly abort: AbortController;
}

interface Rest {
  readonly failures: number;
  readonly until: number;
}

/** Fetches from peers what is missing: one question a peer at a time, several peers at once. */
export class Puller {
  readonly #options: PullerOptions;
  readonly #pulls = new Map<string, Pull>();
  readonly #rests = new Map<string, Rest>();
  #pulled = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: PullerOptions) {
    this.#options = options;
  }

  /** @param due what is missing and not on its way otherwise */
  pull(due: Holdings, sources: readonly Source[]): void {
    if (this.#isClosed || due.size === 0) return;
    const now = this.#options.clock.monotonicMs();
    const idle = sources.filter(({ incarnation }) => {
      return !this.#pulls.has(incarnation) && (this.#rests.get(incarnation)?.until ?? now) <= now;
    });
    if (idle.length === 0) return;
    let left: Holdings = due;
    for (const { wants } of this.#pulls.values()) left = subtractHoldings(left, wants);
    this.#tellProgress(due, now);
    for (const [source, wants] of shareOut(left, idle)) void this.#ask(source, wants);
  }

  close(): void {
    this.#isClosed = true;
    for (const { abort } of this.#pulls.values()) abort.abort();
  }

  async #ask(source: Source, wants: readonly Want[]): Promise<void> {
    const abort = new AbortController();
    const wanted = new Map(wants.map(({ incarnation, spans }) => [incarnation, spans] as const));
    this.#pulls.set(source.incarnation, { wants: wanted, abort });
    const answer = await this.#answer(source, wants, abort);
    const asked = answer.filter(({ id }) => spansInclude(wanted.get(id.incarnation) ?? NO_SPANS, id.sequence));
    const adopted = await this.#adopt(asked);
    this.#pulls.delete(source.incarnation);
    // It said to hold them and gave none, or none could be stored: asking again at once would be for nothing.
    if (adopted === 0) this.#rest(source);
    else this.#rests.delete(source.incarnation);
    if (adopted > 0 && !this.#isClosed) this.#options.onAdopted();
  }

  async #answer(source: Source, wants: readonly Want[], abort: AbortController): Promise<readonly Entry[]> {
    const { peers, clock, meters } = this.#options;
    const cancelDeadline = clock.after(DEADLINE_MS, () => abort.abort());
    try {
      return await meters.pulls.time(clock, () => peers.entries(source.address, wants, ANSWER_BYTES, abort.signal));
    } catch (error) {
      if (error instanceof PeerError && isUnknownVersion(error.cause)) this.#options.onUnreadable();
      if (!this.#isClosed) this.#tellFailure(source, error);
      return [];
    } finally {
      cancelDeadline();
    }
  }

  async #adopt(entries: readonly Entry[]): Promise<number> {
    const { adopter, meters, onError } = this.#options;
    try {
      const adopted = await adopter.adopt(entries);
      meters.entriesMoved('pulled', adopted);
      this.#pulled += adopted;
      return adopted;
    } catch (error) {
      onError(error);
      return 0;
    }
  }

  #rest({ incarnation }: Source): void {
    const failures = (this.#rests.get(incarnation)?.failures ?? 0) + 1;
    const restMs = Math.min(MAX_REST_MS, REST_MS * 2 ** Math.min(failures - 1, 10));
    this.#rests.set(incarnation, { failures, until: this.#options.clock.monotonicMs() + restMs });
  }

  #tellFailure({ incarnation, address }: Source, error: unknown): void {
    if (this.#rests.has(incarnation)) return;
    this.#options.log.warn(
      { err: error, incarnation, address },
      'A node does not give the entries that are missing here',
    );
  }

  #tellProgress(due: Holdings, now: number): void {
    if (now - this.#toldAt < PROGRESS_EVERY_MS) return;
    const missing = countHoldings(due);
    if (missing < WORTH_A_LINE) return;
    this.#toldAt = now;
    this.#options.log.info({ missing, pulled: this.#pulled }, 'Fetching entries from other nodes');
  }
}
