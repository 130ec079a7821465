import type { Clock } from '../clock.ts';
import type { TakenEvents, UnheardHead } from '../events/closed-heads.ts';
import type { Logger } from '../observability/log.ts';
import type { NodeReport } from './cluster.ts';
import type { BusStatus } from './cluster-bus.ts';
import { PeerError } from './peer-link.ts';
import { carriesWords, type RoomsBus } from './rooms/rooms.ts';

/** A link may have lost what was told for as long before it is noticed that it is gone. */
export const NOTICED_AFTER_MS = 10_000;
/** What was told just before an answer is still on its way, and must not count as missed. */
export const LATENCY_MS = 1_000;
/** A node that comes back with Redis, or is busy with that, answers within as much. */
export const MOST_TRIES = 3;
export const TRY_AGAIN_MS = 1_000;
const PATIENCE_MS = 2_000;
/** Many documents are told of a gap some at a time, so that others are heard between. */
const STEP = 100;
const STEP_MS = 10;

/** The events of the documents of this node. */
export interface EventsOfNode {
  /** Whether anybody can have missed anything. */
  readonly areOfConcern: boolean;
  /** What was taken here in documents that are not open here. */
  takenWithin(ms: number, marginMs: number): TakenEvents;
  /** Until then, monotonic, events of other nodes may have been missed that are yet to be counted; null: none. */
  missUntil(at: number | null): void;
  reach(head: UnheardHead): void;
  /** Document by document: of what others took until now, nobody can tell any more whether it was all heard. */
  loseCount(): Iterable<void>;
}

/** Asks another node what it has taken in documents that it does not have open. */
export interface EventsLink {
  /** @throws {PeerError} */
  takenEvents(address: string, withinMs: number, signal: AbortSignal): Promise<TakenEvents>;
}

export interface MissedEventsOptions {
  readonly bus: Pick<RoomsBus, 'status' | 'onStatus'>;
  readonly link: EventsLink;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error'>;
  readonly readNodes: () => readonly NodeReport[];
  /** Of nobody before the bus is opened. */
  readonly readDocuments: () => EventsOfNode;
}

type Answer = { readonly kind: 'said'; readonly taken: TakenEvents; readonly at: number } | { readonly kind: 'none' };

/**
 * What was said elsewhere while the bus was away. A node that still has the document open tells in its room how far its events
 * came; of documents that it does not have open it is asked here, once the bus is back. Those who listen on this node are told
 * of a gap, or that nobody knows, where a node that was there does not answer any more, or has forgotten (G3).
 */
export class MissedEvents {
  readonly #options: MissedEventsOptions;
  readonly #stopWatchingBus: () => void;
  /** Since when events may have been missed that nobody has counted yet; null when there are none such. */
  #awaySince: number | null = null;
  #asking: AbortController | null = null;
  #isHeard: boolean;

  constructor(options: MissedEventsOptions) {
    const { bus, clock } = options;
    this.#options = options;
    this.#isHeard = carriesWords(bus.status);
    if (!this.#isHeard) this.#awaySince = clock.monotonicMs();
    this.#stopWatchingBus = bus.onStatus((status) => this.#watchBus(status));
  }

  close(): void {
    this.#stopWatchingBus();
    this.#asking?.abort();
  }

  #watchBus(status: BusStatus): void {
    const { clock, log, readDocuments } = this.#options;
    const isHeard = carriesWords(status);
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    this.#asking?.abort();
    this.#asking = null;
    const now = clock.monotonicMs();
    if (!isHeard) {
      this.#awaySince ??= now;
      return;
    }
    if (this.#awaySince === null) return;
    readDocuments().missUntil(now);
    this.#asking = new AbortController();
    this.#count(now - this.#awaySince, this.#asking.signal).catch((error: unknown) => {
      log.error({ err: error }, 'Events that were missed are not counted before the bus is away once more');
    });
  }

  async #count(awayMs: number, signal: AbortSignal): Promise<void> {
    const documents = this.#options.readDocuments();
    const isAll = !documents.areOfConcern || (await this.#hearOthers(awayMs, signal));
    if (signal.aborted) return;
    if (!isAll) await this.#loseCount(signal);
    if (signal.aborted) return;
    documents.missUntil(null);
    this.#awaySince = null;
  }

  /** @returns whether all have said what they took */
  async #hearOthers(awayMs: number, signal: AbortSignal): Promise<boolean> {
    const { readDocuments, readNodes } = this.#options;
    const asked = readNodes().filter((node) => wasThere(node, awayMs));
    const startedAt = this.#options.clock.monotonicMs();
    const answers = await Promise.all(asked.map(({ id }) => this.#ask(id, { awayMs, startedAt, signal })));
    await this.#rest(LATENCY_MS, signal);
    if (signal.aborted) return false;
    let isAll = true;
    for (const answer of answers) {
      if (answer.kind === 'none') {
        isAll = false;
        continue;
      }
      const { at, taken } = answer;
      isAll &&= taken.isAll;
      for (const { agoMs, head, life } of taken.heads) readDocuments().reach({ head, life, takenAt: at - agoMs });
    }
    return isAll;
  }

  async #ask(
    id: string,
    { awayMs, signal, startedAt }: { awayMs: number; startedAt: number; signal: AbortSignal },
  ): Promise<Answer> {
    const { clock, link, readNodes } = this.#options;
    for (let tries = 1; tries <= MOST_TRIES && !signal.aborted; tries += 1) {
      if (tries > 1) await this.#rest(TRY_AGAIN_MS, signal);
      const address = readNodes().find((node) => node.id === id)?.address ?? '';
      const patience = new AbortController();
      const stopWaiting = clock.after(PATIENCE_MS, () => patience.abort());
      try {
        const within = awayMs + clock.monotonicMs() - startedAt;
        const taken = await link.takenEvents(address, Math.ceil(within), AbortSignal.any([signal, patience.signal]));
        return { kind: 'said', taken, at: clock.monotonicMs() };
      } catch (error) {
        if (!(error instanceof PeerError)) throw error; // otherwise it is asked again
      } finally {
        stopWaiting();
      }
    }
    return { kind: 'none' };
  }

  async #loseCount(signal: AbortSignal): Promise<void> {
    let told = 0;
    for (const _document of this.#options.readDocuments().loseCount()) {
      told += 1;
      if (told % STEP === 0) await this.#rest(STEP_MS, signal);
      if (signal.aborted) return;
    }
  }

  /** Ends with the asking. */
  #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, resolve);
    const giveUp = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', giveUp));
  }
}

/** Who has been gone since before the bus was away has taken nothing meanwhile. */
function wasThere({ heardMsAgo, isSelf, state }: NodeReport, awayMs: number): boolean {
  if (isSelf) return false;
  return state !== 'silent' || (heardMsAgo !== null && heardMsAgo <= awayMs + NOTICED_AFTER_MS);
}
