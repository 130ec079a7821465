import { MAX_INTEGRATION_STEPS } from '@quire/protocol';
import * as Y from 'yjs';
import { type Contest, findContest, NUMBERS_PER_GAP, type Start } from './contest.ts';
import type { Struct } from './integration-order.ts';

/**
 * Where several people wrote at one place at once, Yjs goes through what they wrote, for every item that hangs on that place.
 * What one person writes hangs on what they wrote before and costs nothing of this, so few items are counted of whatever an
 * editor sends. Made up, some thousands of items make an hour of it.
 */
const STEPS_AT_ONCE = 2_000_000;

/** What so few items cost is not worth finding out. */
const FEW_ITEMS = 8;

/** Most that are counted in a document, a few at a time: as far from what people do. */
const MAX_COUNTED = 2_000_000;

/** What is counted in one look. */
const COUNTED_PER_LOOK = 1_000;

/**
 * What is counted in the turn in which an update arrives, looks among it: a millisecond or two. Nothing that people write takes more; what
 * does is counted in slices, as what is large is.
 */
const COUNTED_AT_ONCE = 50_000;

type SharedType = NonNullable<ReturnType<Y.Doc['share']['get']>>;

/** Whether going through a document for every item of an update may take so long that others would wait. */
export function mayTakeLong(structs: readonly Struct[], document: Y.Doc): boolean {
  if (structs.length < FEW_ITEMS) return false; // a keystroke
  const items = countLooseItems(structs);
  return items >= FEW_ITEMS && items * (structs.length + countStructs(document)) > STEPS_AT_ONCE;
}

/** Whether they may take as long by themselves, in a document without anything. */
export function mayTakeLongAlone(structs: readonly Struct[]): boolean {
  return countLooseItems(structs) * structs.length > STEPS_AT_ONCE;
}

/**
 * Counts the steps of an update that may take long, as far as that is quickly done.
 *
 * @returns null where nothing is worth being counted
 */
export function countSteps(structs: readonly Struct[], document: Y.Doc): StepCount | null {
  if (!mayTakeLong(structs, document)) return null;
  const steps = new StepCount(findContest(structs), document);
  while (!steps.isKnown && steps.spent < COUNTED_AT_ONCE) steps.look();
  return steps;
}

/** Items of a document that are being passed, from one on, before another. */
interface Passage {
  /** The last that was passed; null before the first. */
  at: Y.Item | null;
  next: Y.Item | null;
  readonly right: Y.ID | null;
  /** How often. */
  readonly items: number;
  passed: number;
}

/**
 * Counts the steps that an update makes Yjs go in a document; no fewer than those, and of what people write few more. The document may
 * go on between two looks: what it merges meanwhile still leads to what comes behind it.
 */
export class StepCount {
  readonly #contest: Contest;
  readonly #document: Y.Doc;
  /** Into how many more pieces the update parts an item of the document. */
  readonly #cuts = new Map<Y.Item, number>();
  /** Looks that were taken: at each gap once for its cuts, and once for its steps. */
  #looks = 0;
  #counted = 0;
  #steps: number;
  /** The last look found more than it could count. */
  #passage: Passage | null = null;

  constructor(contest: Contest, document: Y.Doc) {
    this.#contest = contest;
    this.#document = document;
    const { impossible, rivals, structs } = contest;
    this.#steps = rivals * structs + (impossible === 0 ? 0 : impossible * (structs + countStructs(document)));
  }

  get isKnown(): boolean {
    const { gaps, starts } = this.#contest;
    if (this.areTooMany) return true;
    return this.#passage === null && this.#looks >= (2 * gaps.length) / NUMBERS_PER_GAP + starts.length;
  }

  /** What it took so far. */
  get spent(): number {
    return this.#looks + this.#counted;
  }

  get areTooMany(): boolean {
    return this.#steps > MAX_INTEGRATION_STEPS || this.#counted > MAX_COUNTED;
  }

  /** Takes one more look at the document. */
  look(): void {
    if (this.#passage !== null) {
      this.#goOn(this.#passage);
      return;
    }
    const { gaps, starts } = this.#contest;
    const places = gaps.length / NUMBERS_PER_GAP;
    const at = this.#looks;
    this.#looks += 1;
    const start = starts[at - 2 * places];
    if (start !== undefined) this.#count(this.#firstOf(start), null, start.items);
    else if (at < places) this.#noteCuts(this.#gapAt(at));
    else this.#countGap(this.#gapAt(at - places));
  }

  #gapAt(index: number): Gap {
    const from = index * NUMBERS_PER_GAP;
    const [leftClient = -1, leftClock = 0, rightClient = -1, rightClock = 0, items = 0] = this.#contest.gaps.subarray(
      from,
      from + NUMBERS_PER_GAP,
    );
    return {
      left: leftClient < 0 ? null : Y.createID(leftClient, leftClock),
      right: rightClient < 0 ? null : Y.createID(rightClient, rightClock),
      items,
    };
  }

  #noteCuts({ left, right }: Gap): void {
    const [before, after] = [left && this.#find(left), right && this.#find(right)];
    if (before !== null && left !== null && !isLastOf(before, left)) this.#cut(before);
    if (after !== null && right !== null && right.clock > after.id.clock) this.#cut(after);
  }

  #cut(item: Y.Item): void {
    this.#cuts.set(item, (this.#cuts.get(item) ?? 0) + 1);
  }

  #countGap({ left, right, items }: Gap): void {
    if (left === null) {
      const after = right && this.#find(right);
      this.#count(after && firstBeside(after), right, items);
      return;
    }
    const before = this.#find(left);
    if (before === null) return; // on its way: nothing of the document hangs on it yet
    if (isLastOf(before, left)) this.#count(before.right, right, items);
    else if (!isNextTo(left, right)) this.#count(before, right, items);
  }

  /** Passes what stands from here on, before the right neighbour. */
  #count(first: Y.Item | null, right: Y.ID | null, items: number): void {
    this.#goOn({ at: null, next: first, right, items, passed: 0 });
  }

  #goOn(passage: Passage): void {
    const { items, right } = passage;
    const end = this.#counted + COUNTED_PER_LOOK;
    // The last one may have taken in the right neighbour meanwhile.
    if (passage.at !== null && right !== null && holds(passage.at, right)) passage.next = null;
    while (passage.next !== null && this.#counted < end) {
      const item = passage.next;
      if (right !== null && Y.compareIDs(item.id, right)) passage.next = null;
      else {
        passage.passed += 1 + (this.#cuts.get(item) ?? 0);
        this.#counted += 1;
        passage.at = item;
        passage.next = right !== null && holds(item, right) ? null : item.right;
      }
    }
    this.#passage = passage.next === null ? null : passage;
    if (this.#passage === null) this.#steps += passage.passed * items;
  }

  #find({ client, clock }: Y.ID): Y.Item | null {
    const structs = this.#document.store.clients.get(client) ?? [];
    if (clock >= Y.getState(this.#document.store, client)) return null;
    const struct = structs[Y.findIndexSS(structs, clock)];
    return struct instanceof Y.Item ? struct : null;
  }

  #firstOf({ parent, key }: Start): Y.Item | null {
    const type = typeof parent === 'string' ? this.#document.share.get(parent) : this.#typeOf(Y.createID(...parent));
    if (type === undefined) return null;
    return key === null ? type._start : firstOfKey(type, key);
  }

  #typeOf(id: Y.ID): SharedType | undefined {
    const item = this.#find(id);
    return item?.content instanceof Y.ContentType ? item.content.type : undefined;
  }
}

interface Gap {
  readonly left: Y.ID | null;
  readonly right: Y.ID | null;
  readonly items: number;
}

function isLastOf({ id, length }: Y.Item, { clock }: Y.ID): boolean {
  return clock === id.clock + length - 1;
}

function isNextTo({ client, clock }: Y.ID, right: Y.ID | null): boolean {
  return right !== null && right.client === client && right.clock === clock + 1;
}

function holds({ id, length }: Y.Item, { client, clock }: Y.ID): boolean {
  return id.client === client && clock >= id.clock && clock < id.clock + length;
}

function firstBeside({ parent, parentSub }: Y.Item): Y.Item | null {
  if (!(parent instanceof Y.AbstractType)) return null;
  return parentSub === null ? parent._start : firstOfKey(parent, parentSub);
}

/** The last value of a key is the one that counts; all before it are to its left. */
function firstOfKey({ _map }: SharedType, key: string): Y.Item | null {
  let item = _map.get(key) ?? null;
  while (item !== null && item.left !== null) item = item.left;
  return item;
}

/** Those that do not hang on what their client wrote right before. */
function countLooseItems(structs: readonly Struct[]): number {
  let items = 0;
  let before: Struct | null = null;
  for (const struct of structs) {
    const isNext = before !== null && before.id.client === struct.id.client;
    before = struct;
    if (!(struct instanceof Y.Item)) continue;
    const { id, origin } = struct;
    // What its client had written before this update may have been followed by others meanwhile.
    if (!isNext || origin === null || origin.client !== id.client || origin.clock !== id.clock - 1) items += 1;
  }
  return items;
}

export function countStructs({ store }: Y.Doc): number {
  let count = 0;
  for (const structs of store.clients.values()) count += structs.length;
  return count;
}
