import type { Clock } from '../../clock.ts';
import type { StatelessPart } from './stateless-parts.ts';

/** So many of the largest messages may be put together at once, in all rooms together (G4). */
const MOST_AT_ONCE = 4;

/** Longer than a part takes on the narrowest line between a node and Redis: half a megabit a second. */
export const PART_PATIENCE_MS = 120_000;

export interface HeardPartsOptions {
  /** How many characters the largest message has. */
  readonly mostCharacters: number;
  readonly clock: Clock;
  complain(problem: string): void;
}

/** What has come of a message. */
interface Held {
  readonly of: number;
  readonly count: number;
  readonly texts: string[];
  characters: number;
  heardAt: number;
}

/**
 * Puts together the stateless messages that other nodes tell this one in parts, of each node one in each room. A node tells
 * the parts in their order, and of a room nothing else that is stateless meanwhile: whatever does not continue what is there
 * ends it.
 */
export class HeardParts {
  readonly #options: HeardPartsOptions;
  /** By document and node. */
  readonly #held = new Map<string, Held>();
  #characters = 0;
  #cancelWait: (() => void) | null = null;

  constructor(options: HeardPartsOptions) {
    this.#options = options;
  }

  /** @param from the incarnation of a node @returns the whole message, with its last part */
  take(document: string, from: string, { of, index, count, text }: StatelessPart): string | null {
    const key = heldKeyOf(document, from);
    const held = index === 0 ? { of, count, texts: [], characters: 0, heardAt: 0 } : this.#held.get(key);
    this.#drop(key);
    if (held?.of !== of || held.count !== count || held.texts.length !== index) return null;
    if (!this.#hasRoomFor(held.characters + text.length)) return null;
    held.texts.push(text);
    if (held.texts.length === count) return held.texts.join('');
    this.#keep(key, held, text.length);
    return null;
  }

  /** It tells another message in that room, or is not in it any more. */
  forget(document: string, from: string): void {
    if (this.#held.size > 0) this.#drop(heldKeyOf(document, from));
  }

  /** The document was closed. */
  leave(document: string): void {
    for (const key of [...this.#held.keys()]) if (documentOf(key) === document) this.#drop(key);
  }

  close(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#held.clear();
    this.#characters = 0;
  }

  /** Who came first is finished first: nobody gives way to another. */
  #hasRoomFor(characters: number): boolean {
    const { complain, mostCharacters } = this.#options;
    if (characters > mostCharacters) {
      complain(
        'a stateless message of another node is larger than limits.maxUnsentBytes is here: set the same on all nodes',
      );
      return false;
    }
    if (this.#characters + characters > MOST_AT_ONCE * mostCharacters) {
      complain('more large stateless messages of other nodes come at once than there is room for: one was left out');
      return false;
    }
    return true;
  }

  #keep(key: string, held: Held, added: number): void {
    held.characters += added;
    held.heardAt = this.#options.clock.monotonicMs();
    this.#held.set(key, held);
    this.#characters += held.characters;
    this.#waitOn();
  }

  #drop(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#characters -= held.characters;
    if (this.#held.size > 0) return;
    this.#cancelWait?.();
    this.#cancelWait = null;
  }

  #waitOn(): void {
    const { clock } = this.#options;
    this.#cancelWait ??= clock.after(PART_PATIENCE_MS, () => {
      this.#cancelWait = null;
      const tooOld = clock.monotonicMs() - PART_PATIENCE_MS;
      for (const [key, { heardAt }] of [...this.#held]) if (heardAt <= tooOld) this.#drop(key);
      if (this.#held.size > 0) this.#waitOn();
    });
  }
}

/** Incarnations are of one length. */
const INCARNATION_CHARACTERS = 16;

function heldKeyOf(document: string, from: string): string {
  return from + document;
}

function documentOf(key: string): string {
  return key.slice(INCARNATION_CHARACTERS);
}
