import * as Y from 'yjs';
import type { Struct } from './integration-order.ts';
import type { InspectedUpdate } from './update-inspection.ts';

/**
 * How much deeper something may be that builds on what is on its way to the document, or missing: of that it is only known
 * that it lies no deeper than one below the deepest. Taken for as deep as it can be, each adds one until the flush is over.
 */
const GUESSING_ALLOWANCE = 1_000;

/** Types on their way whose depth is remembered; those beyond are guessed. */
const MAX_REMEMBERED = 10_000;

/**
 * How deeply the shared types of a document lie inside each other. Yjs deletes a type by deleting what is in it, by
 * recursion: some thousands deep, which takes thirty kilobytes to write and six bytes to delete, that ends in an overflow
 * of the stack. By then it is on disk, and nobody can open the document again.
 */
export class TypeDepths {
  readonly #document: Y.Doc;
  /** The deepest type that the document has ever had since this was first asked for; null until then. */
  #deepest: number | null = null;
  #queued = new Voyage();
  #atDisk = new Voyage();

  constructor(document: Y.Doc) {
    this.#document = document;
  }

  /** Whether what an update brings lies within the limit. If so, it is on its way. */
  admits({ structs }: Pick<InspectedUpdate, 'structs'>, limit: number): boolean {
    if (!structs.some(isType)) return true; // a keystroke
    const types = structs.filter(isType);
    const survey = new Survey(structs, this.#document, {
      find: (id) => this.#queued.find(id) ?? this.#atDisk.find(id),
      guess: () => 1 + Math.max(this.#measureDocument(), this.#queued.deepest, this.#atDisk.deepest),
    });
    const depths = types.map((type) => survey.depthOf(type));
    const allowed = survey.hasGuessed ? limit + GUESSING_ALLOWANCE : limit;
    if (depths.some((depth) => depth > allowed)) return false;
    for (const [index, type] of types.entries()) this.#queued.add(type.id, depths[index] ?? 0);
    return true;
  }

  /** What is on its way is at the disk. */
  flushBegins(): void {
    this.#atDisk = this.#queued.after(this.#atDisk);
    this.#queued = new Voyage();
  }

  /** What was at the disk is in the document, where it can be measured; or waits for what is missing, and stays guessed. */
  flushEnds(): void {
    if (this.#deepest !== null && this.#atDisk.deepest > this.#deepest) {
      const { store } = this.#document;
      const known = new Map<object, number>();
      for (const [id, guessed] of this.#atDisk.depths()) {
        const isThere = id.clock < Y.getState(store, id.client);
        this.#deepest = Math.max(this.#deepest, isThere ? measureItem(this.#document, id, known) : guessed);
      }
    }
    this.#atDisk = new Voyage();
  }

  #measureDocument(): number {
    if (this.#deepest !== null) return this.#deepest;
    const known = new Map<object, number>();
    let deepest = 0;
    for (const structs of this.#document.store.clients.values()) {
      for (const struct of structs) {
        if (isType(struct)) deepest = Math.max(deepest, measureItem(this.#document, struct.id, known));
      }
    }
    this.#deepest = deepest;
    return deepest;
  }
}

/** Types that are not in the document yet, and how deep they will lie. */
class Voyage {
  deepest = 0;
  readonly #depths = new Map<string, readonly [Y.ID, number]>();

  find(id: Y.ID): number | undefined {
    return this.#depths.get(keyOf(id))?.[1];
  }

  add(id: Y.ID, depth: number): void {
    this.deepest = Math.max(this.deepest, depth);
    if (this.#depths.size < MAX_REMEMBERED) this.#depths.set(keyOf(id), [id, depth]);
  }

  depths(): Iterable<readonly [Y.ID, number]> {
    return this.#depths.values();
  }

  /** Those that went before, and these. */
  after(before: Voyage): Voyage {
    for (const [id, depth] of this.#depths.values()) before.add(id, depth);
    before.deepest = Math.max(before.deepest, this.deepest);
    return before;
  }
}

interface Surroundings {
  /** The depth of a type on its way to the document. */
  find(id: Y.ID): number | undefined;
  /** The depth of what is nowhere to be found, at most. */
  guess(): number;
}

/** The depths of the structs of one update. */
class Survey {
  hasGuessed = false;
  readonly #document: Y.Doc;
  readonly #surroundings: Surroundings;
  /** By client, in the order of their clocks. */
  readonly #structs = new Map<number, Struct[]>();
  readonly #depths = new Map<Struct, number>();
  readonly #parents = new Map<object, number>();

  constructor(structs: readonly Struct[], document: Y.Doc, surroundings: Surroundings) {
    this.#document = document;
    this.#surroundings = surroundings;
    for (const struct of structs) {
      const own = this.#structs.get(struct.id.client);
      if (own === undefined) this.#structs.set(struct.id.client, [struct]);
      else own.push(struct);
    }
  }

  /** With a stack of its own: who builds on whom can be a long story. */
  depthOf(struct: Struct): number {
    const open = [struct];
    for (let current = open.at(-1); current !== undefined; current = open.at(-1)) {
      const unknown = this.#enter(current);
      if (unknown !== null) {
        open.push(unknown);
        continue;
      }
      this.#depths.set(current, this.#conclude(current));
      open.pop();
    }
    return this.#depths.get(struct) ?? 0;
  }

  /** @returns something of this update that has to be known before */
  #enter(struct: Struct): Struct | null {
    // Two that wait for each other are never integrated; until one is known it counts as a guess.
    if (!this.#depths.has(struct)) this.#depths.set(struct, Number.NaN);
    for (const id of siblingsOrParent(struct)) {
      const found = this.#find(id);
      if (found !== null && !this.#depths.has(found)) return found;
    }
    return null;
  }

  #conclude(struct: Struct): number {
    if (!(struct instanceof Y.Item)) return 0;
    if (typeof struct.parent === 'string') return 1;
    const depths = siblingsOrParent(struct).map((id) => this.#depthAt(id));
    return Math.max(0, ...depths) + (struct.parent instanceof Y.ID ? 1 : 0);
  }

  #depthAt(id: Y.ID): number {
    const own = this.#find(id);
    if (own !== null) {
      const known = this.#depths.get(own) ?? Number.NaN;
      return Number.isNaN(known) ? this.#guess() : known;
    }
    const onItsWay = this.#surroundings.find(id);
    if (onItsWay !== undefined) return onItsWay;
    const isThere = id.clock < Y.getState(this.#document.store, id.client);
    return isThere ? measureItem(this.#document, id, this.#parents) : this.#guess();
  }

  #guess(): number {
    this.hasGuessed = true;
    return this.#surroundings.guess();
  }

  #find({ client, clock }: Y.ID): Struct | null {
    const structs = this.#structs.get(client) ?? [];
    let [low, high] = [0, structs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((structs[middle]?.id.clock ?? 0) <= clock) low = middle + 1;
      else high = middle;
    }
    const struct = structs[low - 1];
    return struct !== undefined && clock < struct.id.clock + struct.length ? struct : null;
  }
}

/** An item names its parent, or else its neighbours, beside whom it lies. */
function siblingsOrParent(struct: Struct): Y.ID[] {
  if (!(struct instanceof Y.Item)) return [];
  if (struct.parent instanceof Y.ID) return [struct.parent];
  return [struct.origin, struct.rightOrigin].filter((id) => id !== null);
}

/** Of an item in the document: itself, and all that it lies in. */
function measureItem(document: Y.Doc, id: Y.ID, known: Map<object, number>): number {
  const item: unknown = Y.getItem(document.store, id);
  if (!(item instanceof Y.Item)) return 0; // deleted, and what is put into it will be too
  const path: object[] = [];
  let depth = 0;
  for (let parent = item.parent; parent instanceof Y.AbstractType; parent = parent._item?.parent ?? null) {
    const seen = known.get(parent);
    if (seen !== undefined) {
      depth = seen;
      break;
    }
    path.push(parent);
  }
  // From the outermost inwards: a type at the root lies in nothing.
  for (const parent of path.toReversed()) {
    depth += 1;
    known.set(parent, depth);
  }
  return depth;
}

function isType(struct: Struct | Y.Item | Y.GC): struct is Y.Item {
  return struct instanceof Y.Item && struct.content instanceof Y.ContentType;
}

function keyOf({ client, clock }: Y.ID): string {
  return `${client}:${clock}`;
}
