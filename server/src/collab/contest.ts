import * as Y from 'yjs';
import type { Struct } from './integration-order.ts';

/**
 * What the items of an update compete for. Whoever writes puts an item between two neighbours, and names both; for every
 * item Yjs goes through what others have put between the same two.
 *
 * What one person writes does not compete with itself: the next item behind the same left neighbour has the one before for its
 * right neighbour. So what is found here was written by several who did not know of each other, or is made up.
 */
export interface Contest {
  /** Gaps in the document, five numbers each: left neighbour, right neighbour, and how many items are put there. */
  readonly gaps: Float64Array;
  /** The same where an item names no neighbour, but a type of the document, or a key of it. */
  readonly starts: readonly Start[];
  /** Items that compete with others of the update: each may have to pass all of it. */
  readonly rivals: number;
  /** Items between two that nobody can have seen next to each other: each may have to pass all that there is. */
  readonly impossible: number;
  /** All that the update has. */
  readonly structs: number;
}

export interface Start {
  /** A name at the root, or the client and the clock of a type. */
  readonly parent: string | readonly [client: number, clock: number];
  readonly key: string | null;
  readonly items: number;
}

const NO_NEIGHBOUR = [-1, -1] as const;
export const NUMBERS_PER_GAP = 5;

/** Items with the same left neighbour; of those that have none, what is put before one thing. */
interface Group {
  readonly left: Y.ID | null;
  /** By their right neighbour, those of which that is none of the others. */
  readonly outermost: Map<string, { readonly first: Y.Item; items: number }>;
  /** Each of the others is put before one of them; null while there are none, as of most groups. */
  befores: Set<string> | null;
  items: number;
  hasTwins: boolean;
}

export function findContest(structs: readonly Struct[]): Contest {
  const update = new StructsById(structs);
  const groups = new Map<string, Group>();
  const firsts = new Map<Y.Item, string>();
  let impossible = 0;
  for (const struct of structs) {
    if (!(struct instanceof Y.Item) || isTypedOn(struct, update)) continue;
    const isBeforeSibling = siblingAfter(struct, update) !== null;
    const { origin, rightOrigin } = struct;
    if (origin === null && rightOrigin !== null && !isBeforeSibling && update.find(rightOrigin) instanceof Y.Item) {
      // Whatever is first has nothing before it, and this one says that it came before something that has.
      impossible += 1;
      continue;
    }
    const name = origin === null ? nameFirst(struct, update, firsts) : nameId(origin);
    let group = groups.get(name);
    if (group === undefined) {
      group = { left: origin, outermost: new Map(), befores: null, items: 0, hasTwins: false };
      groups.set(name, group);
    }
    addTo(group, struct, isBeforeSibling);
  }
  return { ...collect(groups.values(), update), impossible, structs: structs.length };
}

function addTo(group: Group, item: Y.Item, isBeforeSibling: boolean): void {
  const { rightOrigin } = item;
  const right = rightOrigin === null ? '' : nameId(rightOrigin);
  group.items += 1;
  if (isBeforeSibling) {
    group.befores ??= new Set();
    if (group.befores.has(right)) group.hasTwins = true;
    group.befores.add(right);
    return;
  }
  const same = group.outermost.get(right);
  if (same === undefined) group.outermost.set(right, { first: item, items: 1 });
  else {
    same.items += 1;
    group.hasTwins = true;
  }
}

function collect(groups: Iterable<Group>, update: StructsById): Pick<Contest, 'gaps' | 'starts' | 'rivals'> {
  const gaps: number[] = [];
  const starts: Start[] = [];
  let rivals = 0;
  for (const { left, outermost, befores, items: all, hasTwins } of groups) {
    // What was typed on behind the left neighbour hangs there too, and so does the rest of one that is parted there.
    const isContested =
      outermost.size > 1 || hasTwins || (outermost.size > 0 && left !== null && isFollowed(left, update));
    if (isContested) rivals += all;
    if (left !== null && update.find(left) !== null) continue; // nobody but the update has anything there
    for (const { first, items: these } of outermost.values()) {
      const { parent, parentSub: key, rightOrigin } = first;
      // Those that are put before one of these pass what it has passed.
      const items = these + (befores?.size ?? 0);
      const right = rightOrigin !== null && update.find(rightOrigin) === null ? rightOrigin : null;
      if (left !== null || right !== null) gaps.push(...numbersOf(left), ...numbersOf(right), items);
      else if (typeof parent === 'string') starts.push({ parent, key, items });
      else if (parent instanceof Y.ID && update.find(parent) === null) {
        starts.push({ parent: [parent.client, parent.clock], key, items });
      }
    }
  }
  return { gaps: new Float64Array(gaps), starts, rivals };
}

/** Whether its client wrote the one before it right before it, in the same update: what everybody does who types. */
function isTypedOn({ id, origin }: Y.Item, update: StructsById): boolean {
  return (
    origin !== null && origin.client === id.client && origin.clock === id.clock - 1 && update.find(origin) !== null
  );
}

/** Whether its client went on behind this in the same update, be it in the same item or in one of its own. */
function isFollowed({ client, clock }: Y.ID, update: StructsById): boolean {
  const next = update.find(Y.createID(client, clock + 1));
  if (!(next instanceof Y.Item)) return false;
  return next.id.clock <= clock || isTypedOn(next, update);
}

/** The one of the update that it was put before, if that had the same left neighbour. */
function siblingAfter({ origin, rightOrigin }: Y.Item, update: StructsById): Y.Item | null {
  if (rightOrigin === null) return null;
  const right = update.find(rightOrigin);
  if (!(right instanceof Y.Item)) return null;
  const isWithin = rightOrigin.clock > right.id.clock;
  const beforeRight = isWithin ? Y.createID(rightOrigin.client, rightOrigin.clock - 1) : right.origin;
  return Y.compareIDs(beforeRight, origin) ? right : null;
}

/** One that names nothing to its left is where the first of its siblings is, each of which may be before the next. */
function nameFirst(item: Y.Item, update: StructsById, known: Map<Y.Item, string>): string {
  const path = new Set<Y.Item>();
  let last = item;
  // Made-up ones may go round.
  while (!known.has(last) && !path.has(last)) {
    path.add(last);
    last = siblingAfter(last, update) ?? last;
  }
  const name = known.get(last) ?? namePlace(last);
  for (const each of path) known.set(each, name);
  return name;
}

function namePlace({ parent, parentSub, rightOrigin }: Y.Item): string {
  if (rightOrigin !== null) return `before ${nameId(rightOrigin)}`;
  const type = parent instanceof Y.ID ? nameId(parent) : `root ${String(parent)}`;
  return parentSub === null ? `in ${type}` : `in ${type}, key ${parentSub}`;
}

function nameId({ client, clock }: Y.ID): string {
  return `${client}:${clock}`;
}

function numbersOf(id: Y.ID | null): readonly [number, number] {
  return id === null ? NO_NEIGHBOUR : [id.client, id.clock];
}

/** The structs of an update, of which each client has one part, in order. */
class StructsById {
  readonly #clients = new Map<number, Struct[]>();

  constructor(structs: readonly Struct[]) {
    for (const struct of structs) {
      const known = this.#clients.get(struct.id.client);
      if (known === undefined) this.#clients.set(struct.id.client, [struct]);
      else known.push(struct);
    }
  }

  /** The one that this id is of, or lies in; null where it is not of the update. */
  find({ client, clock }: Y.ID): Struct | null {
    const structs = this.#clients.get(client);
    if (structs === undefined) return null;
    let [from, to] = [0, structs.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const struct = structs[middle];
      if (struct === undefined) return null;
      if (clock < struct.id.clock) to = middle;
      else if (clock >= struct.id.clock + struct.length) from = middle + 1;
      else return struct instanceof Y.Skip ? null : struct;
    }
    return null;
  }
}
