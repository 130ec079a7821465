/** What decides who is listed, when there are more people than places. */
export interface Rank {
  /** May change the document. */
  readonly mayEdit: boolean;
  /** When they last did, in ms; before all times while they never have. */
  readonly editedAt: number;
}

/**
 * For so long whoever edits keeps their place. Where more people type than there are places, some of them are not seen
 * for a while; otherwise every keystroke would put somebody else out, and nobody could be followed.
 */
export const KEPT_MS = 10_000;

/** Whom a claim put in whose place. */
export interface Turn {
  readonly listed: number | null;
  readonly counted: number | null;
}

const UNCHANGED: Turn = { listed: null, counted: null };

/**
 * Who of those in a document is listed, and who is only counted, because all places are taken.
 *
 * Whoever may edit goes before whoever only looks on, and of those who may, whoever did later. Nobody loses their place to
 * somebody who is no further ahead: they wait until one becomes free.
 */
export class Places {
  readonly #size: number;
  readonly #rankOf: (clientId: number) => Rank;
  /** Who was listed longest first, as in the other one who has waited longest. */
  readonly #listed = new Set<number>();
  readonly #counted = new Set<number>();
  /** No edit takes a place before; so that each keystroke of somebody who waits is not a search. */
  #keptUntil = Number.NEGATIVE_INFINITY;

  constructor(size: number, rankOf: (clientId: number) => Rank) {
    this.#size = size;
    this.#rankOf = rankOf;
  }

  get listed(): ReadonlySet<number> {
    return this.#listed;
  }

  get counted(): number {
    return this.#counted.size;
  }

  /** Somebody has come, or has edited. */
  claim(clientId: number, now: number): Turn {
    if (this.#listed.has(clientId)) return UNCHANGED;
    this.#counted.add(clientId);
    if (this.#listed.size < this.#size) {
      // A place that others wait for is theirs: see `fill`.
      return this.#counted.size === 1 ? this.#seat(clientId, null) : UNCHANGED;
    }
    const yielding = this.#findYielding(this.#rankOf(clientId), now);
    return yielding === null ? UNCHANGED : this.#seat(clientId, yielding);
  }

  /** @returns whether they were listed */
  leave(clientId: number): boolean {
    this.#counted.delete(clientId);
    return this.#listed.delete(clientId);
  }

  /**
   * Gives the places that have become free to those who wait: who has waited longest, and of all who wait first those who may
   * edit. Not as soon as each is free: of a crowd that leaves in one moment, all would be listed in turn. However many places
   * there are, those who wait are gone through once.
   *
   * @returns who is listed now and was not
   */
  fill(): readonly number[] {
    const free = this.#size - this.#listed.size;
    if (free <= 0 || this.#counted.size === 0) return [];
    const editors: number[] = [];
    const others: number[] = [];
    for (const clientId of this.#counted) {
      if (this.#rankOf(clientId).mayEdit) editors.push(clientId);
      else if (others.length < free) others.push(clientId);
      if (editors.length === free) break;
    }
    const seated = [...editors, ...others].slice(0, free);
    for (const clientId of seated) this.#seat(clientId, null);
    return seated;
  }

  #seat(clientId: number, insteadOf: number | null): Turn {
    if (insteadOf !== null) {
      this.#listed.delete(insteadOf);
      this.#counted.add(insteadOf);
    }
    this.#counted.delete(clientId);
    this.#listed.add(clientId);
    this.#keptUntil = Number.NEGATIVE_INFINITY;
    return { listed: clientId, counted: insteadOf };
  }

  #findYielding(claimant: Rank, now: number): number | null {
    if (claimant.mayEdit && now < this.#keptUntil) return null;
    let last: { readonly clientId: number; readonly rank: Rank } | null = null;
    for (const clientId of this.#listed) {
      const rank = this.#rankOf(clientId);
      if (last === null || isBehind(rank, last.rank)) last = { clientId, rank };
    }
    if (last === null) return null;
    if (yieldsTo(claimant, last.rank, now)) return last.clientId;
    if (last.rank.mayEdit) this.#keptUntil = last.rank.editedAt + KEPT_MS;
    return null;
  }
}

function isBehind(one: Rank, other: Rank): boolean {
  return one.mayEdit === other.mayEdit ? one.editedAt < other.editedAt : other.mayEdit;
}

function yieldsTo(claimant: Rank, listed: Rank, now: number): boolean {
  if (claimant.mayEdit !== listed.mayEdit) return claimant.mayEdit;
  return claimant.editedAt > listed.editedAt && now - listed.editedAt >= KEPT_MS;
}
