import * as Y from 'yjs';
import type { Struct } from './integration-order.ts';
import { MAX_NESTING } from './nesting.ts';

/** How deep the types of an update are nested. */
export interface TypeNesting {
  /** Levels of the deepest one, from the root. */
  readonly deepest: number;
  /** The same of those that hang on something that is not there, from where that stands: it is on its way, or missing. */
  readonly deepestAhead: number;
}

const NONE: TypeNesting = { deepest: 0, deepestAhead: 0 };

/**
 * What nests types is their parents, and an item names its parent only if it has no neighbour; otherwise it is that of the
 * neighbour. Keystrokes bring no types and cost nothing here.
 */
export function measureTypeNesting(structs: readonly Struct[], document: Y.Doc): TypeNesting {
  if (!structs.some(isType)) return NONE;
  const map = new NestingMap(structs, document);
  let [deepest, deepestAhead] = [0, 0];
  for (const struct of structs) {
    if (!isType(struct)) continue;
    const { levels, isGrounded } = map.placeOf(struct);
    // The type is one level below the place in which it stands.
    if (isGrounded) deepest = Math.max(deepest, levels + 1);
    else deepestAhead = Math.max(deepestAhead, levels + 1);
  }
  return { deepest, deepestAhead };
}

function isType(struct: Struct): struct is Y.Item {
  return struct instanceof Y.Item && struct.content instanceof Y.ContentType;
}

/** Where an item stands: so many types around it, up to the root, or up to something that is not there. */
interface Place {
  readonly levels: number;
  readonly isGrounded: boolean;
}

const AT_ROOT: Place = { levels: 0, isGrounded: true };
const AHEAD: Place = { levels: 0, isGrounded: false };

class NestingMap {
  readonly #document: Y.Doc;
  readonly #byClient = new Map<number, Struct[]>();
  readonly #places = new Map<Struct, Place>();

  constructor(structs: readonly Struct[], document: Y.Doc) {
    this.#document = document;
    for (const struct of structs) {
      const own = this.#byClient.get(struct.id.client);
      if (own === undefined) this.#byClient.set(struct.id.client, [struct]);
      else own.push(struct);
    }
  }

  /** Without recursion: a chain may be as long as the update. */
  placeOf(item: Y.Item): Place {
    const way: Y.Item[] = [];
    // Of items that wait for each other, the first is put down as waiting for something else.
    const met = new Set<Y.Item>();
    let current: Y.Item | Place = item;
    while (current instanceof Y.Item) {
      const known: Place | undefined = met.has(current) ? AHEAD : this.#places.get(current);
      if (known !== undefined) {
        current = known;
        break;
      }
      met.add(current);
      way.push(current);
      current = this.#leadOn(current);
    }
    let place: Place = current;
    for (const passed of way.reverse()) {
      if (passed.parent instanceof Y.ID) place = { ...place, levels: place.levels + 1 };
      this.#places.set(passed, place);
    }
    return place;
  }

  /** What an item of the update stands in or beside: another one of it, or a place. */
  #leadOn(item: Y.Item): Y.Item | Place {
    if (typeof item.parent === 'string') return AT_ROOT;
    const id = item.parent instanceof Y.ID ? item.parent : (item.origin ?? item.rightOrigin);
    if (id === null) return AHEAD;
    const struct = findStruct(this.#byClient.get(id.client) ?? [], id.clock);
    if (struct instanceof Y.Item) return struct;
    // Where something was collected, nothing new is kept either.
    if (struct instanceof Y.GC) return AT_ROOT;
    return this.#placeInDocument(id);
  }

  #placeInDocument(id: Y.ID): Place {
    const { store } = this.#document;
    if (id.clock >= Y.getState(store, id.client)) return AHEAD;
    let levels = 0;
    let item: Y.Item | null = Y.getItem(store, id);
    while (item instanceof Y.Item && levels <= MAX_NESTING) {
      const outer: Y.Item | null = item.parent instanceof Y.AbstractType ? item.parent._item : null;
      if (outer !== null) levels += 1;
      item = outer;
    }
    return { levels, isGrounded: true };
  }
}

/** Of one client, in the order of their clocks. */
function findStruct(structs: readonly Struct[], clock: number): Struct | null {
  let [low, high] = [0, structs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = structs[middle];
    if (struct === undefined) return null;
    if (clock < struct.id.clock) high = middle - 1;
    else if (clock >= struct.id.clock + struct.length) low = middle + 1;
    else return struct;
  }
  return null;
}

/** Together with what the document may have already, and with pending edits, still half of what a stack takes. */
const MAX_LEVELS_AHEAD = 500;

/**
 * Levels that hang on something on its way to the disk. How deep that is can't be told before it is in the document, so
 * they count as if each of them were on top of all others.
 */
export class TypesAhead {
  #queued = 0;
  #atDisk = 0;

  hasRoomFor(levels: number): boolean {
    return this.#queued + this.#atDisk + levels <= MAX_LEVELS_AHEAD;
  }

  note(levels: number): void {
    this.#queued += levels;
  }

  /** What is on its way is at the disk. */
  flushBegins(): void {
    this.#atDisk += this.#queued;
    this.#queued = 0;
  }

  /** What was at the disk is in the document. */
  flushEnds(): void {
    this.#atDisk = 0;
  }
}
