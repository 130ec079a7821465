import type { DocumentStore, Holdings } from '@quire/persistence';
import type { Clock } from '../clock.ts';
import type { Announcement } from './announcement.ts';
import { RECORD_VERSIONS } from './entry-record.ts';
import { HoldingsDigest } from './holdings-digest.ts';
import type { Membership } from './membership.ts';
import type { Spans } from './spans.ts';

/** Incarnations that changed within it are announced in full. */
const RECENT_MS = 60_000;
/** As few are told in full always: it costs less than to find out who lacks which. */
const FEW = 32;
/** Told in full to those whose digest differs. Who has more is asked directly. */
const MANY = 2_000;
/** An incarnation with more gaps than that is left to the digest. */
export const MAX_SPANS = 64;
/** Of all that are told. Beyond it the digest has to do, so that what is said can be read. */
const MAX_SPANS_IN_ALL = 16_384;

export interface AnnouncerOptions {
  readonly store: Pick<DocumentStore, 'incarnation' | 'holdings'>;
  readonly membership: Pick<Membership, 'node' | 'generation' | 'roll'>;
  readonly clock: Clock;
  /** What this node can't store. */
  readonly refused: () => Holdings;
  readonly address: string;
  readonly release: string;
}

/** What this node says of itself, and how what others say compares. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #digest = new HoldingsDigest();
  readonly #changed = new Map<string, { readonly spans: Spans; readonly at: number }>();
  #noted: Holdings | null = null;
  #counter = 0;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** @param isAsked whether somebody's digest differs, so that more is told than what changed */
  next(state: Announcement['state'], isAsked: boolean): Announcement {
    const { store, membership, address, release, refused } = this.#options;
    const { node, generation, roll } = membership;
    const holdings = store.holdings();
    this.#digest.refresh(holdings);
    const told = this.#choose(holdings, isAsked);
    this.#counter += 1;
    return {
      node,
      incarnation: store.incarnation,
      generation,
      counter: this.#counter,
      address,
      release,
      records: RECORD_VERSIONS,
      state,
      roll,
      holdings: told,
      digest: this.#digest.without(told.keys()),
      refused: someOf(refused()),
    };
  }

  /** Whether this node holds of all other incarnations exactly what the announcement's node does. */
  agrees({ holdings, digest }: Announcement): boolean {
    this.#digest.refresh(this.#options.store.holdings());
    return this.#digest.without(holdings.keys()) === digest;
  }

  #noteChanges(holdings: Holdings, now: number): void {
    if (holdings === this.#noted) return;
    this.#noted = holdings;
    for (const [incarnation, spans] of holdings) {
      const known = this.#changed.get(incarnation);
      if (known?.spans === spans) continue;
      // The latest are at the end.
      this.#changed.delete(incarnation);
      this.#changed.set(incarnation, { spans, at: now });
    }
  }

  #choose(holdings: Holdings, isAsked: boolean): Map<string, Spans> {
    const { clock, store } = this.#options;
    const now = clock.monotonicMs();
    this.#noteChanges(holdings, now);
    const atLeast = isAsked ? MANY : FEW;
    const chosen = new Map<string, Spans>();
    let room = MAX_SPANS_IN_ALL;
    for (const [incarnation, { spans, at }] of [...this.#changed].reverse()) {
      const isOwn = incarnation === store.incarnation;
      // Cut, it would pass for all that is held: the digest says that there is more, and who lacks it asks directly (R12).
      if (!isOwn && spans.length > Math.min(MAX_SPANS, room)) continue;
      const isRecent = now - at < RECENT_MS && chosen.size < MANY;
      if (!isRecent && chosen.size >= atLeast && !isOwn) continue;
      chosen.set(incarnation, spans);
      room -= spans.length;
    }
    return chosen;
  }
}

/** What is left out counts as missing, as it would without a word. */
function someOf(refused: Holdings): Holdings {
  return new Map([...refused].slice(0, FEW).map(([incarnation, spans]) => [incarnation, spans.slice(0, MAX_SPANS)]));
}
