import { Places, type Turn } from './places.ts';
import type { Claim } from './presence-claims.ts';
import { encodeTold, type ToldPerson } from './presence-told.ts';

/** What no screen shows is told to other nodes so often: each of them may yet list somebody of whom nothing is told here. */
export const UNSEEN_EVERY_MS = 1_000;

export interface OutwardOptions {
  /** No node lists more, so no more of ours can be listed anywhere; the others are counted. */
  readonly maxTold: number;
  /** What this node claims of a client. */
  readonly claimOf: (clientId: number) => Claim | undefined;
  /** The last clock at which anything was told of a client here; below all clocks when nothing was. */
  readonly clockOf: (clientId: number) => number;
  /** Monotonic, in ms. */
  readonly now: () => number;
}

/**
 * Those who are here by this node, as other nodes are told of them. Of a crowd they are told the first, by rank, and of the
 * others how many they are: what a node must keep of another, and what goes between them, has a bound (G4).
 */
export class Outward {
  readonly #options: OutwardOptions;
  readonly #places: Places;
  readonly #changed = new Set<number>();
  /** Something has changed that screens show, or who is told of. */
  #isPressing = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  #toldCount = 0;

  constructor(options: OutwardOptions, people: Iterable<number>) {
    this.#options = options;
    this.#places = new Places(options.maxTold, (clientId) => options.claimOf(clientId)?.speaker ?? LOOKS_ON);
    for (const clientId of people) this.came(clientId);
  }

  came(clientId: number): void {
    this.#turn(this.#places.claim(clientId, this.#options.now()));
  }

  moved(clientId: number, isSeen: boolean): void {
    if (!this.#places.listed.has(clientId)) return;
    this.#changed.add(clientId);
    if (isSeen) this.#isPressing = true;
  }

  /** Where somebody is only counted, ranks decide. */
  edited(clientId: number): void {
    this.came(clientId);
    this.moved(clientId, false);
  }

  left(clientId: number): void {
    if (this.#places.leave(clientId)) this.#press(clientId);
  }

  /** In how many ms something is to be told; null when nothing is. */
  get dueInMs(): number | null {
    if (this.#changed.size === 0 && this.#places.counted === this.#toldCount) return null;
    return this.#isPressing ? 0 : Math.max(0, this.#toldAt + UNSEEN_EVERY_MS - this.#options.now());
  }

  /** What changed since the last call; null when nothing did. */
  takeChanges(): Uint8Array | null {
    for (const clientId of this.#places.fill()) this.#changed.add(clientId);
    if (this.#changed.size === 0 && this.#places.counted === this.#toldCount) return null;
    return this.#tell(this.#changed);
  }

  /** Everybody; null for nobody. */
  takeAll(): Uint8Array | null {
    this.#places.fill();
    const message = this.#tell(this.#places.listed);
    return this.#places.listed.size === 0 && this.#toldCount === 0 ? null : message;
  }

  #tell(clientIds: Iterable<number>): Uint8Array {
    const people = Array.from(clientIds, (clientId) => this.#describe(clientId));
    this.#changed.clear();
    this.#isPressing = false;
    this.#toldAt = this.#options.now();
    this.#toldCount = this.#places.counted;
    return encodeTold({ people, counted: this.#toldCount });
  }

  #describe(clientId: number): ToldPerson {
    const claim = this.#places.listed.has(clientId) ? this.#options.claimOf(clientId) : undefined;
    if (claim === undefined) return { kind: 'left', clientId, clock: Math.max(0, this.#options.clockOf(clientId)) };
    const { clock, speaker, state } = claim;
    const { editedAt, mayEdit, user } = speaker;
    const editedMsAgo = Number.isFinite(editedAt) ? Math.max(0, this.#options.now() - editedAt) : null;
    return { kind: 'here', clientId, clock, state, user, mayEdit, editedMsAgo };
  }

  #turn({ counted, listed }: Turn): void {
    if (counted !== null) this.#press(counted);
    if (listed !== null) this.#press(listed);
  }

  #press(clientId: number): void {
    this.#changed.add(clientId);
    this.#isPressing = true;
  }
}

const LOOKS_ON = { mayEdit: false, editedAt: Number.NEGATIVE_INFINITY };
