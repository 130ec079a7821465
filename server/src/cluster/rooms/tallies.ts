import type { Clock } from '../../clock.ts';
import { differingParts, partOf, type RoomKey, RoomsDigest, type Standing } from './rooms-digest.ts';
import { decodeTally, encodeTally } from './tally.ts';

/** What two of them show is noticed within what a pulse took that every document had of its own. */
export const TALLY_EVERY_MS = 10_000;

/** Who has met somebody is known to tell tallies before what was said then is pulsed for the last time. */
const FIRST_AFTER_MS = 1_000;

/**
 * In the rooms of so many parts it is asked at once: documents that are opened and closed all the time look like a loss, and a
 * busy cluster must not answer that by asking in all of them. The other parts have their turn with the tallies that follow.
 */
const MOST_ASKED_PARTS = 2;

/** A digest of nothing. */
const NOTHING = new RoomsDigest().read();

/** One that was told; or one that was heard, and whether it was what is known here; and whether it was asked for what differs. */
export type TallyOutcome = 'told' | 'same' | 'different' | 'asked';

export interface TalliesOptions {
  /** Of this node. */
  readonly incarnation: string;
  readonly clock: Clock;
  tell(message: Uint8Array): void;
  /** Whether telling makes sense. */
  isHeard(): boolean;
  /** Whether this node is thought to be gone. */
  isLost(node: string): boolean;
  /** One that is thought to be gone has told a tally. */
  heardLost(node: string): void;
  /** This node is to be asked who is there by it, in those rooms of the ones that it is in. */
  ask(node: string, isMeant: (room: RoomKey) => boolean): void;
  count(outcome: TallyOutcome): void;
}

/** A node that tells tallies. */
interface Teller {
  /** Of the last that was heard. */
  readonly number: number;
  /** Into how many parts that was, and in which of them it differed from what is known here: first those that wait to be asked about. */
  readonly parts: number;
  readonly differing: readonly number[];
}

/**
 * Rooms in which nothing is said cost nothing, and yet no loss is for good: now and again each node says in one message how it
 * stands in all rooms that it shares with others. A difference may be only of what is under way; one that is still there with
 * the next tally is asked about, a few at a time. Nodes whose tallies were never heard are of a release that tells none.
 */
export class Tallies {
  readonly #options: TalliesOptions;
  /** How this node stands in the rooms that it shares with each. */
  readonly #own = new Map<string, RoomsDigest>();
  /** How each of the others does, as far as is known. */
  readonly #others = new Map<string, RoomsDigest>();
  readonly #tellers = new Map<string, Teller>();
  #number = 0;
  /** Null until somebody is met: then it goes on, so that others notice that this node is in no room any more. */
  #cancel: (() => void) | null = null;

  constructor(options: TalliesOptions) {
    this.#options = options;
  }

  tells(node: string): boolean {
    return this.#tellers.has(node);
  }

  /** How this node stands in a room in which `peer` is; null while it is not there with it. */
  standOwn(peer: string, room: RoomKey, before: Standing | null, after: Standing | null): void {
    move(this.#own, peer, room, before, after);
    this.#cancel ??= this.#tellAfter(FIRST_AFTER_MS);
  }

  standOther(peer: string, room: RoomKey, before: Standing | null, after: Standing | null): void {
    move(this.#others, peer, room, before, after);
  }

  /** @throws {FrameError} */
  hear(message: Uint8Array): void {
    const { from, number, digests } = decodeTally(message);
    const { incarnation, isLost, heardLost, count } = this.#options;
    if (from === incarnation) return;
    if (isLost(from)) {
      heardLost(from);
      return;
    }
    const last = this.#tellers.get(from);
    if (last !== undefined && number <= last.number) return;
    const told = digests.get(incarnation) ?? NOTHING;
    const parts = told.length / 8;
    const known = this.#others.get(from)?.read(parts) ?? new Uint8Array(told.length);
    const differing = differingParts(told, known);
    count(differing.length === 0 ? 'same' : 'different');
    const standing = last === undefined ? [] : standingParts(last, differing, parts);
    const asked = standing.slice(0, MOST_ASKED_PARTS);
    const waiting = standing.slice(MOST_ASKED_PARTS);
    const fresh = differing.filter((part) => !standing.includes(part));
    // Of those that are asked about the next tally may still tell what was so before.
    this.#tellers.set(from, { number, parts, differing: [...waiting, ...fresh] });
    if (asked.length === 0) return;
    count('asked');
    this.#options.ask(from, (room) => asked.includes(partOf(room, parts)));
  }

  /** It is not there any more, or is to be heard anew. */
  forget(node: string): void {
    this.#tellers.delete(node);
  }

  /** What differed is asked about for another reason. */
  trustAll(): void {
    for (const [node, teller] of this.#tellers) this.#tellers.set(node, { ...teller, differing: [] });
  }

  close(): void {
    this.#cancel?.();
  }

  #tellAfter(delayMs: number): () => void {
    return this.#options.clock.after(delayMs, () => {
      this.#cancel = this.#tellAfter(TALLY_EVERY_MS);
      if (this.#options.isHeard()) this.#tell();
    });
  }

  #tell(): void {
    const { incarnation, tell, count } = this.#options;
    this.#number += 1;
    const digests = new Map([...this.#own].map(([peer, digest]) => [peer, digest.read()]));
    tell(encodeTally({ from: incarnation, number: this.#number, digests }));
    count('told');
  }
}

function move(
  digests: Map<string, RoomsDigest>,
  peer: string,
  room: RoomKey,
  before: Standing | null,
  after: Standing | null,
): void {
  // As with most messages.
  if (before?.life === after?.life && before?.restsAt === after?.restsAt) return;
  const digest = digests.get(peer) ?? new RoomsDigest();
  digests.set(peer, digest);
  digest.move(room, before, after);
  if (digest.isEmpty) digests.delete(peer);
}

/**
 * Those that differed before, in the same order. A tally may have more parts than the one before, or fewer: each of the fewer is
 * several of the others.
 */
function standingParts(last: Teller, differing: readonly number[], parts: number): number[] {
  const common = Math.min(last.parts, parts);
  const standing = last.differing.flatMap((before) => differing.filter((part) => part % common === before % common));
  return [...new Set(standing)];
}
