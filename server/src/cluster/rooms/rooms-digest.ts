import { createHash } from 'node:crypto';

/** Where two differ says which rooms to ask in: with many rooms that is one in so many. A power of two. */
export const MOST_DIGEST_PARTS = 16;

/** So few are asked in without looking any closer. */
const ROOMS_IN_A_PART = 100;

/** Two words of 32 bits. Names are anybody's to choose: a lesser hash would let them cancel each other out. */
export interface RoomKey {
  readonly high: number;
  readonly low: number;
}

/** How a node stands in a room. */
export interface Standing {
  readonly life: number;
  /** The number of its last message, once it has said that nothing follows for now; 0 before. */
  readonly restsAt: number;
}

export function roomKeyOf(document: string): RoomKey {
  const digest = createHash('sha256').update(document).digest();
  return { high: digest.readInt32BE(0), low: digest.readInt32BE(4) };
}

/** In which of so many parts of a digest a room is. */
export function partOf({ low }: RoomKey, parts: number): number {
  return low & (parts - 1);
}

/**
 * Whether two nodes know the same of thousands of rooms, in a few bytes. How a node stands in a room has a hash of 64 bits, and
 * the digest of a part of all rooms is those by exclusive or: a change costs the same however many there are.
 */
export class RoomsDigest {
  readonly #words = new Int32Array(2 * MOST_DIGEST_PARTS);
  #rooms = 0;

  get isEmpty(): boolean {
    return this.#rooms === 0;
  }

  /** Null: it is not there. */
  move(room: RoomKey, before: Standing | null, after: Standing | null): void {
    if (before !== null) this.#toggle(room, before);
    if (after !== null) this.#toggle(room, after);
    this.#rooms += Number(after !== null) - Number(before !== null);
  }

  /** In eight bytes for each part. Of fewer parts than it has, each is some of those. */
  read(parts: number = this.#parts): Uint8Array {
    const view = new DataView(new ArrayBuffer(8 * parts));
    for (const [index, word] of this.#words.entries()) {
      const at = 4 * (index & (2 * parts - 1));
      view.setInt32(at, view.getInt32(at) ^ word);
    }
    return new Uint8Array(view.buffer);
  }

  get #parts(): number {
    let parts = 1;
    while (parts < MOST_DIGEST_PARTS && parts * ROOMS_IN_A_PART < this.#rooms) parts *= 2;
    return parts;
  }

  #toggle(room: RoomKey, { life, restsAt }: Standing): void {
    let { high, low } = room;
    for (const number of [life, restsAt]) {
      for (const word of [number, number / 2 ** 32]) {
        high = scramble(high ^ word);
        low = scramble(low + high);
      }
    }
    const words = this.#words;
    const at = 2 * partOf(room, MOST_DIGEST_PARTS);
    words[at] = (words[at] ?? 0) ^ high;
    words[at + 1] = (words[at + 1] ?? 0) ^ low;
  }
}

/** Every bit of it depends on every bit of `word`, and no two words become the same: the last step of MurmurHash3. */
function scramble(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The parts in which two digests of as many parts differ. */
export function differingParts(one: Uint8Array, other: Uint8Array): number[] {
  const parts = new Set<number>();
  for (const [index, byte] of one.entries()) if (byte !== other[index]) parts.add(index >> 3);
  return [...parts];
}
