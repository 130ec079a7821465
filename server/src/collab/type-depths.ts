import * as Y from 'yjs';
import { findLastAt } from './find-last-at.ts';
import type { Struct } from './integration-order.ts';
import type { InspectedUpdate } from './update-inspection.ts';

/**
 * How much deeper something may be that builds on what is on its way to the document, or missing: of that it is only known
 * that it lies no deeper than one below the deepest. Taken for as deep as it can be, each adds one until the flush is over.
 */
const GUESSING_ALLOWANCE = 1_000;

/** Types on their way whose depth is remembered; those beyond are guessed. */
const MAX_REMEMBERED = 10_000;

/** Added to the depth of what lies beneath something that the update does not bring: how deep that is, the document knows. */
const BENEATH = 2 ** 32;

/** How deep the types of an update lie, as far as the update itself can tell. Plain data: it comes from a thread. */
export interface SurveyedTypes {
  /** Of those that hang on nothing but a root: their depth, 0 where there are none. */
  readonly fromRoot: number;
  /** Of the others: by how much the deepest lies deeper than what it hangs on; null where there are none. */
  readonly beneath: number | null;
  /** What those hang on: client and clock, one after the other. */
  readonly hangOn: Float64Array;
  /** Not all of it is told. */
  readonly isCutShort: boolean;
}

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

  /**
   * Whether what an update brings lies within the limit. If so, it is on its way.
   *
   * @param clockOf how far a client's structs are known, counting those on their way
   */
  admits(
    { structs }: Pick<InspectedUpdate, 'structs'>,
    limit: number,
    clockOf: (client: number) => number = (client) => Y.getState(this.#document.store, client),
  ): boolean {
    if (!structs.some(isType)) return true; // a keystroke
    const types = structs.filter(isType);
    const measured = new Map<object, number>();
    let hasGuessed = false;
    const guess = (): number => {
      hasGuessed = true;
      return this.#guess();
    };
    const survey = new Survey(structs, clockOf, { depthAt: (id) => this.#depthAt(id, measured) ?? guess(), guess });
    const depths = types.map((type) => survey.depthOf(type));
    const allowed = hasGuessed ? limit + GUESSING_ALLOWANCE : limit;
    if (depths.some((depth) => depth > allowed)) return false;
    for (const [index, type] of types.entries()) this.#queued.add(type.id, depths[index] ?? 0);
    return true;
  }

  /**
   * The same for an update that was surveyed elsewhere. Its types count as if all of them hung on the deepest thing that any
   * of them does: that is exact where it is one place, as in what somebody pastes, and a guess where it is several.
   */
  admitsSurveyed({ fromRoot, beneath, hangOn, isCutShort }: SurveyedTypes, limit: number): boolean {
    if (fromRoot === 0 && beneath === null) return true;
    const around = beneath === null ? { depth: 0, isGuess: false } : this.#deepestOf(hangOn, isCutShort);
    const depth = Math.max(fromRoot, around.depth + (beneath ?? 0));
    if (depth > (around.isGuess ? limit + GUESSING_ALLOWANCE : limit)) return false;
    this.#queued.addUnseen(depth);
    return true;
  }

  /**
   * What another node has let in is on its way, however deep it is.
   *
   * @param structs null where nobody has looked at them: the document is measured once it has them
   */
  expect(structs: InspectedUpdate['structs'] | null, clockOf?: (client: number) => number): void {
    if (structs !== null && !structs.some(isType)) return;
    if (structs === null || this.#deepest === null) this.#queued.isBlind = true;
    else this.admits({ structs }, Number.POSITIVE_INFINITY, clockOf);
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
      this.#deepest = Math.max(this.#deepest, this.#atDisk.deepestUnseen);
      for (const [id, guessed] of this.#atDisk.depths()) {
        if (id.clock < Y.getState(store, id.client)) {
          this.#deepest = Math.max(this.#deepest, measureItem(this.#document, id, known));
        } else if (store.pendingStructs !== null) {
          this.#deepest = Math.max(this.#deepest, guessed);
        }
      }
    }
    if (this.#deepest !== null && this.#atDisk.isBlind) this.#deepest = Math.max(this.#deepest, this.#measureAll());
    this.#atDisk = new Voyage();
  }

  /** What was at the disk will never be in the document. */
  flushFails(): void {
    this.#atDisk = new Voyage();
  }

  /** Of something in the document, or of a type on its way there; null where neither is so. */
  #depthAt(id: Y.ID, measured: Map<object, number>): number | null {
    if (id.clock < Y.getState(this.#document.store, id.client)) return measureItem(this.#document, id, measured);
    return this.#queued.find(id) ?? this.#atDisk.find(id) ?? null;
  }

  #deepestOf(hangOn: Float64Array, isCutShort: boolean): { readonly depth: number; readonly isGuess: boolean } {
    const measured = new Map<object, number>();
    const depths = new Set<number>();
    let isGuess = isCutShort;
    for (let at = 0; at < hangOn.length; at += 2) {
      const depth = this.#depthAt(Y.createID(hangOn[at] ?? 0, hangOn[at + 1] ?? 0), measured);
      if (depth === null) isGuess = true;
      else depths.add(depth);
    }
    if (isGuess) depths.add(this.#guess());
    return { depth: Math.max(0, ...depths), isGuess: isGuess || depths.size > 1 };
  }

  /** One below the deepest. */
  #guess(): number {
    return 1 + Math.max(this.#measureDocument(), this.#queued.deepest, this.#atDisk.deepest);
  }

  #measureDocument(): number {
    this.#deepest ??= this.#measureAll();
    return this.#deepest;
  }

  #measureAll(): number {
    const known = new Map<object, number>();
    let deepest = 0;
    for (const structs of this.#document.store.clients.values()) {
      for (const struct of structs) {
        if (isType(struct)) deepest = Math.max(deepest, measureItem(this.#document, struct.id, known));
      }
    }
    return deepest;
  }
}

/** Types that are not in the document yet, and how deep they will lie. */
class Voyage {
  deepest = 0;
  /** Of those of which nothing else is remembered. */
  deepestUnseen = 0;
  /** Something is among them of which not even a depth is known. */
  isBlind = false;
  readonly #depths = new Map<string, readonly [Y.ID, number]>();

  find(id: Y.ID): number | undefined {
    return this.#depths.get(keyOf(id))?.[1];
  }

  add(id: Y.ID, depth: number): void {
    this.deepest = Math.max(this.deepest, depth);
    if (this.#depths.size < MAX_REMEMBERED) this.#depths.set(keyOf(id), [id, depth]);
    else this.addUnseen(depth);
  }

  addUnseen(depth: number): void {
    this.deepest = Math.max(this.deepest, depth);
    this.deepestUnseen = Math.max(this.deepestUnseen, depth);
  }

  depths(): Iterable<readonly [Y.ID, number]> {
    return this.#depths.values();
  }

  /** Those that went before, and these. */
  after(before: Voyage): Voyage {
    for (const [id, depth] of this.#depths.values()) before.add(id, depth);
    before.addUnseen(this.deepestUnseen);
    before.isBlind ||= this.isBlind;
    return before;
  }
}

/** Surveys the types of an update without its document. @param clockOf how far a client's structs are known there */
export function surveyTypes(structs: InspectedUpdate['structs'], clockOf: (client: number) => number): SurveyedTypes {
  const hangOn = new Map<string, Y.ID>();
  let isCutShort = false;
  const survey = new Survey(structs, clockOf, {
    depthAt(id) {
      if (hangOn.size < MAX_REMEMBERED) hangOn.set(keyOf(id), id);
      else isCutShort = true;
      return BENEATH;
    },
    guess() {
      isCutShort = true;
      return BENEATH;
    },
  });
  let fromRoot = 0;
  let beneath: number | null = null;
  for (const type of structs.filter(isType)) {
    const depth = survey.depthOf(type);
    if (depth >= BENEATH) beneath = Math.max(beneath ?? 0, depth - BENEATH);
    else fromRoot = Math.max(fromRoot, depth);
  }
  return {
    fromRoot,
    beneath,
    hangOn: Float64Array.from([...hangOn.values()].flatMap(({ client, clock }) => [client, clock])),
    isCutShort,
  };
}

interface Surroundings {
  /** The depth of what the update does not bring. */
  depthAt(id: Y.ID): number;
  /** The depth of what is nowhere to be found, at most. */
  guess(): number;
}

/** The depths of the structs of one update. */
class Survey {
  readonly #clockOf: (client: number) => number;
  readonly #surroundings: Surroundings;
  /** By client, in the order of their clocks. */
  readonly #structs = new Map<number, Struct[]>();
  readonly #depths = new Map<Struct, number>();

  constructor(structs: readonly Struct[], clockOf: (client: number) => number, surroundings: Surroundings) {
    this.#clockOf = clockOf;
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
    return deepestOf(depths) + (struct.parent instanceof Y.ID ? 1 : 0);
  }

  #depthAt(id: Y.ID): number {
    const own = this.#find(id);
    if (own === null) return this.#surroundings.depthAt(id);
    const known = this.#depths.get(own) ?? Number.NaN;
    return Number.isNaN(known) ? this.#surroundings.guess() : known;
  }

  /** What the document has already is where the document has it, whatever the update says of it. */
  #find({ client, clock }: Y.ID): Struct | null {
    if (clock < this.#clockOf(client)) return null;
    const struct = findLastAt(this.#structs.get(client) ?? [], clock, ({ id }) => id.clock);
    return struct !== undefined && clock < struct.id.clock + struct.length ? struct : null;
  }
}

/** Whatever of them lies beneath something unknown takes the others along. */
function deepestOf(depths: readonly number[]): number {
  const isBeneath = depths.some((depth) => depth >= BENEATH);
  return Math.max(0, ...depths.map((depth) => depth % BENEATH)) + (isBeneath ? BENEATH : 0);
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
