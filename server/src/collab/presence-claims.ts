import type { Rank } from './places.ts';

/** Whoever speaks for people: a connection of this node, or for one of them another node. */
export interface Speaker extends Rank {
  /** Compared by identity only. */
  readonly owner: object;
  /** By which node they are here; null for this one. */
  readonly node: string | null;
  /** Whom a token names; empty for guests. */
  readonly user: string;
}

/** That somebody is here, as a speaker says. */
export interface Claim {
  readonly speaker: Speaker;
  /** As its node told it; of somebody of this node who is not listed, as it was claimed. */
  clock: number;
  /** JSON text of an object. */
  readonly state: string;
  /**
   * Clocks at which something was told of them that their own client had not claimed, and what. Providers take over what
   * they hear of themselves and repeat it, by then perhaps older than what they have said since (R10). Null while none is.
   */
  corrections: Map<number, string> | null;
}

/** What a claim that came or went means for what is shown. */
export type Outcome = 'appeared' | 'changed' | 'gone' | 'same';

/**
 * Who is here by which node. A client that moves from one node to another is claimed by both for a while, and either may
 * hear of the other first. So each node's word stands until that node takes it back, and one of them is shown: a removal
 * and an announcement that cross leave the same behind in either order (R10).
 */
export class Claims {
  readonly #shown = new Map<number, Claim>();
  /** Claims to people of whom another node's is shown: few, and none for long. */
  readonly #covered = new Map<number, Claim[]>();
  readonly #elsewhere = new Map<string, Set<number>>();
  #sizeHere = 0;

  /** How many people are here. */
  get size(): number {
    return this.#shown.size;
  }

  /** How many of them this node claims. */
  get sizeHere(): number {
    return this.#sizeHere;
  }

  shown(clientId: number): Claim | undefined {
    return this.#shown.get(clientId);
  }

  /** What this node says of a client; `null` for the one that we are. */
  by(node: string | null, clientId: number): Claim | undefined {
    const shown = this.#shown.get(clientId);
    if (shown === undefined || shown.speaker.node === node) return shown;
    return this.#covered.get(clientId)?.find(({ speaker }) => speaker.node === node);
  }

  /** Those whom another node claims. */
  of(node: string): ReadonlySet<number> {
    return this.#elsewhere.get(node) ?? NOBODY;
  }

  /** Those who are here by this node, who came first before the others. */
  *here(): Iterable<number> {
    for (const clientId of this.#shown.keys()) if (this.by(null, clientId) !== undefined) yield clientId;
  }

  /** @param isTakeover it is shown, whatever others claim: its client has just come to this node */
  put(clientId: number, claim: Claim, isTakeover: boolean): Outcome {
    const { node } = claim.speaker;
    if (node !== null) this.#note(node, clientId);
    else if (this.by(null, clientId) === undefined) this.#sizeHere += 1;
    const shown = this.#shown.get(clientId);
    if (shown === undefined || shown.speaker.node === node) {
      this.#shown.set(clientId, claim);
      return shown === undefined ? 'appeared' : 'changed';
    }
    this.#uncover(node, clientId);
    if (!isTakeover && !outdoes(claim, shown)) {
      this.#cover(clientId, claim);
      return 'same';
    }
    this.#cover(clientId, shown);
    this.#shown.set(clientId, claim);
    return 'changed';
  }

  drop(node: string | null, clientId: number): Outcome {
    if (node !== null) this.#forget(node, clientId);
    else if (this.by(null, clientId) !== undefined) this.#sizeHere -= 1;
    const shown = this.#shown.get(clientId);
    if (shown === undefined) return 'same';
    if (shown.speaker.node !== node) {
      this.#uncover(node, clientId);
      return 'same';
    }
    const next = this.#findLatest(clientId);
    if (next === null) {
      this.#shown.delete(clientId);
      return 'gone';
    }
    this.#uncover(next.speaker.node, clientId);
    this.#shown.set(clientId, next);
    return 'changed';
  }

  #findLatest(clientId: number): Claim | null {
    let latest: Claim | null = null;
    for (const claim of this.#covered.get(clientId) ?? []) {
      if (latest === null || claim.clock > latest.clock) latest = claim;
    }
    return latest;
  }

  #cover(clientId: number, claim: Claim): void {
    const covered = this.#covered.get(clientId);
    if (covered === undefined) this.#covered.set(clientId, [claim]);
    else covered.push(claim);
  }

  #uncover(node: string | null, clientId: number): void {
    const left = this.#covered.get(clientId)?.filter(({ speaker }) => speaker.node !== node);
    if (left === undefined) return;
    if (left.length === 0) this.#covered.delete(clientId);
    else this.#covered.set(clientId, left);
  }

  #note(node: string, clientId: number): void {
    const claimed = this.#elsewhere.get(node);
    if (claimed === undefined) this.#elsewhere.set(node, new Set([clientId]));
    else claimed.add(clientId);
  }

  #forget(node: string, clientId: number): void {
    const claimed = this.#elsewhere.get(node);
    claimed?.delete(clientId);
    if (claimed?.size === 0) this.#elsewhere.delete(node);
  }
}

const NOBODY: ReadonlySet<number> = new Set();

/** Nodes claim what their own doors let in; where two let in different people as the same client, the first is shown. */
function outdoes(claim: Claim, shown: Claim): boolean {
  return claim.clock > shown.clock && claim.speaker.user === shown.speaker.user;
}
