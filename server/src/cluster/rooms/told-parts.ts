import type { Said } from './room-message.ts';
import { cutIntoParts, MOST_STATELESS_CHARACTERS, PART_CHARACTERS } from './stateless-parts.ts';

/** So many of the largest messages may wait to be told, in all rooms together (G4). */
const MOST_WAITING = 4;

/** @returns how many heard it; 0 when nobody needs to hear the rest */
type Say = (said: Extract<Said, { kind: 'stateless' | 'part' }>) => Promise<number>;

interface Waiting {
  readonly payload: string;
  readonly say: Say;
}

export interface ToldMeters {
  /** So many characters more wait to be told, or fewer. */
  waiting(characters: number): void;
  /** One will not be told. */
  dropped(): void;
}

export interface ToldPartsOptions {
  /** How many characters the largest message has. */
  readonly mostCharacters: number;
  complain(problem: string): void;
  readonly meters: ToldMeters | null;
}

/**
 * Tells the stateless messages of a node. What is too large for one message goes in parts, each once the bus has taken the
 * one before, one such message at a time: whatever else the node tells gets between. Those that follow in the same room wait
 * behind it, so that they are heard in their order; the rooms take turns.
 */
export class ToldParts {
  readonly #mostCharacters: number;
  readonly #complain: (problem: string) => void;
  readonly #meters: ToldMeters | null;
  /** By room, in the order of their turns. */
  readonly #waiting = new Map<object, Set<Waiting>>();
  #characters = 0;
  #count = 0;

  constructor({ mostCharacters, complain, meters }: ToldPartsOptions) {
    this.#meters = meters;
    this.#mostCharacters = MOST_WAITING * mostCharacters;
    this.#complain = complain;
  }

  tell(room: object, payload: string, say: Say): void {
    const queue = this.#waiting.get(room);
    if (queue === undefined && !isLarge(payload)) {
      void say({ kind: 'stateless', payload });
      return;
    }
    const isIdle = this.#waiting.size === 0;
    // Each costs something, also an empty one.
    if (!isIdle && this.#characters + costOf(payload) > this.#mostCharacters) {
      this.#meters?.dropped();
      this.#complain('stateless messages are broadcast faster than other nodes can be told: one was left out');
      return;
    }
    this.#characters += costOf(payload);
    this.#meters?.waiting(payload.length);
    if (queue === undefined) this.#waiting.set(room, new Set([{ payload, say }]));
    else queue.add({ payload, say });
    if (isIdle) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    for (const [room, queue] of this.#waiting) {
      await this.#takeTurn(queue);
      this.#waiting.delete(room);
      if (queue.size > 0) this.#waiting.set(room, queue);
    }
  }

  /**
   * One large message, and those behind it up to the next. Small ones don't wait for each other, since the line keeps their
   * order; but of more than a part may have, the rest waits for the next turn, and the turn of another room for the answer to
   * the last: the bus drops what is too much at once, and what else the node tells must get between.
   */
  async #takeTurn(queue: Set<Waiting>): Promise<void> {
    const [first] = queue;
    if (first !== undefined && isLarge(first.payload)) {
      await this.#tellInParts(first);
      this.#drop(queue, first);
    }
    let characters = 0;
    let told: Promise<unknown> = Promise.resolve();
    for (const waiting of queue) {
      const { payload, say } = waiting;
      if (isLarge(payload) || characters >= PART_CHARACTERS) break;
      told = say({ kind: 'stateless', payload });
      this.#drop(queue, waiting);
      characters += costOf(payload);
    }
    await told;
  }

  #drop(queue: Set<Waiting>, waiting: Waiting): void {
    queue.delete(waiting);
    this.#characters -= costOf(waiting.payload);
    this.#meters?.waiting(-waiting.payload.length);
  }

  async #tellInParts({ payload, say }: Waiting): Promise<void> {
    this.#count += 1;
    const texts = cutIntoParts(payload);
    for (const [index, text] of texts.entries()) {
      const heardBy = await say({ kind: 'part', of: this.#count, index, count: texts.length, text });
      // Without this one nobody can put the others together.
      if (heardBy === 0) return;
    }
  }
}

function isLarge(payload: string): boolean {
  return payload.length > MOST_STATELESS_CHARACTERS;
}

function costOf(payload: string): number {
  return payload.length + 256;
}
