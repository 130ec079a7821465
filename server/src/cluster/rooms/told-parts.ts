import type { Said } from './room-message.ts';
import { cutIntoParts, MOST_STATELESS_CHARACTERS } from './stateless-parts.ts';

/** So many of the largest messages may wait to be told, in all rooms together (G4). */
const MOST_WAITING = 4;

/** @returns how many heard it; 0 when nobody needs to hear the rest */
type Say = (said: Extract<Said, { kind: 'stateless' | 'part' }>) => Promise<number>;

interface Waiting {
  readonly room: object;
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
 * behind it, so that they are heard in their order.
 */
export class ToldParts {
  readonly #mostCharacters: number;
  readonly #complain: (problem: string) => void;
  readonly #meters: ToldMeters | null;
  readonly #waiting: Waiting[] = [];
  #characters = 0;
  #count = 0;

  constructor({ mostCharacters, complain, meters }: ToldPartsOptions) {
    this.#meters = meters;
    this.#mostCharacters = MOST_WAITING * mostCharacters;
    this.#complain = complain;
  }

  tell(room: object, payload: string, say: Say): void {
    if (payload.length <= MOST_STATELESS_CHARACTERS && !this.#waiting.some((each) => each.room === room)) {
      void say({ kind: 'stateless', payload });
      return;
    }
    const isIdle = this.#waiting.length === 0;
    // Each costs something, also an empty one.
    if (!isIdle && this.#characters + costOf(payload) > this.#mostCharacters) {
      this.#meters?.dropped();
      this.#complain('stateless messages are broadcast faster than other nodes can be told: one was left out');
      return;
    }
    this.#waiting.push({ room, payload, say });
    this.#characters += costOf(payload);
    this.#meters?.waiting(payload.length);
    if (isIdle) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      await this.#tellOne(next);
      this.#waiting.shift();
      this.#characters -= costOf(next.payload);
      this.#meters?.waiting(-next.payload.length);
    }
  }

  async #tellOne({ payload, say }: Waiting): Promise<void> {
    if (payload.length <= MOST_STATELESS_CHARACTERS) {
      await say({ kind: 'stateless', payload });
      return;
    }
    this.#count += 1;
    const texts = cutIntoParts(payload);
    for (const [index, text] of texts.entries()) {
      const heardBy = await say({ kind: 'part', of: this.#count, index, count: texts.length, text });
      // Without this one nobody can put the others together.
      if (heardBy === 0) return;
    }
  }
}

function costOf(payload: string): number {
  return payload.length + 256;
}
