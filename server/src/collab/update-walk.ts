const [HAS_PARENT_KEY, HAS_RIGHT_ORIGIN, HAS_ORIGIN, CONTENT] = [0x20, 0x40, 0x80, 0x1f] as const;
const [GC, SKIP] = [0, 10] as const;
const [COMMA, BRACKET, BRACE] = [',', '[', '{'].map((character) => character.charCodeAt(0));
/** Types of shared types that have a name: XML elements and hooks. */
const NAMED_TYPES = new Set([3, 5]);

/** The bytes are no update in format v1, or end before it does. */
export class WalkError extends Error {
  override readonly name = 'WalkError';
}

/** Structs of one client that follow each other. */
export interface Run {
  readonly structs: number;
  readonly client: number;
  readonly clock: number;
}

/** Deletions of what one client has written. */
export interface Deletes {
  readonly client: number;
  readonly ranges: number;
}

export interface DeletedRange {
  readonly clock: number;
  readonly len: number;
}

/**
 * Goes through the bytes of an update in format v1 without making anything of them: decoded, parts of two bytes become
 * objects of a hundred.
 *
 * @throws {WalkError} from every method
 */
export class UpdateWalk {
  readonly #bytes: Uint8Array;
  readonly #onPart: () => void;
  #at = 0;

  /** @param onPart called for every struct, every value inside one, and every range of deletions */
  constructor(bytes: Uint8Array, onPart: () => void = () => {}) {
    this.#bytes = bytes;
    this.#onPart = onPart;
  }

  /** Where it stands, in bytes from the beginning. */
  get at(): number {
    return this.#at;
  }

  /** How many runs, clients or ranges follow. */
  count(): number {
    return this.#number();
  }

  run(): Run {
    return { structs: this.#number(), client: this.#number(), clock: this.#number() };
  }

  /** Goes past one struct. @returns its length on the client's clock */
  struct(): number {
    this.#onPart();
    const info = this.#byte();
    const content = info & CONTENT;
    if (info === SKIP || content === GC) return this.#number();
    if ((info & HAS_ORIGIN) !== 0) this.#id();
    if ((info & HAS_RIGHT_ORIGIN) !== 0) this.#id();
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
      if (this.#number() === 1) this.#text();
      else this.#id();
      if ((info & HAS_PARENT_KEY) !== 0) this.#text();
    }
    return this.#content(content);
  }

  /** The head of one client's deletions, of which so many ranges follow. */
  deletes(): Deletes {
    return { client: this.#number(), ranges: this.#number() };
  }

  /** Goes past one range of deletions. */
  range(): DeletedRange {
    this.#onPart();
    return { clock: this.#number(), len: this.#number() };
  }

  #content(kind: number): number {
    switch (kind) {
      case 1: // deleted
        return this.#number();
      case 2: // JSON texts
        return this.#times(() => {
          this.#onPart();
          this.#json();
        });
      case 3: // bytes
        this.#text();
        return 1;
      case 5: // embed
        this.#json();
        return 1;
      case 4: // text
        return this.#units(this.#number());
      case 6: // format: key and value
        this.#text();
        this.#json();
        return 1;
      case 7: // a shared type
        if (NAMED_TYPES.has(this.#number())) this.#text();
        return 1;
      case 8: // values
        return this.#times(() => this.#value());
      case 9: // a document within: its id and options
        this.#text();
        this.#value();
        return 1;
      default:
        throw new WalkError(`there is no content of type ${kind}`);
    }
  }

  #times(walk: () => void): number {
    const times = this.#number();
    for (let left = times; left > 0; left -= 1) walk();
    return times;
  }

  /** With a stack of its own: values can be nested as deeply as their sender likes. */
  #value(): void {
    const open: { left: number; readonly hasKeys: boolean }[] = [{ left: 1, hasKeys: false }];
    for (let around = open.at(-1); around !== undefined; around = open.at(-1)) {
      if (around.left === 0) {
        open.pop();
        continue;
      }
      around.left -= 1;
      this.#onPart();
      if (around.hasKeys) this.#text();
      const type = this.#byte();
      if (type === 118 || type === 117) open.push({ left: this.#number(), hasKeys: type === 118 });
      else this.#plainValue(type);
    }
  }

  /** As lib0 writes values that hold no others. */
  #plainValue(type: number): void {
    switch (type) {
      case 127: // undefined
      case 126: // null
      case 121: // false
      case 120: // true
        return;
      case 125: // a whole number
        this.#number();
        return;
      case 124: // a float of four bytes
        this.#skip(4);
        return;
      case 123: // a float of eight
      case 122: // a big integer
        this.#skip(8);
        return;
      case 119: // text
      case 116: // bytes
        this.#text();
        return;
      default:
        throw new WalkError(`there is no value of type ${type}`);
    }
  }

  #id(): void {
    this.#number();
    this.#number();
  }

  #text(): void {
    this.#skip(this.#number());
  }

  /** A text whose values are made when it is parsed: there are no more of them than of these characters, and one. */
  #json(): void {
    const end = this.#number() + this.#at;
    if (end > this.#bytes.length) throw new WalkError('it ends too early');
    for (; this.#at < end; this.#at += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === COMMA || byte === BRACKET || byte === BRACE) this.#onPart();
    }
  }

  /** UTF-16 code units of so many bytes of UTF-8: one for each character, two for those that take four bytes. */
  #units(bytes: number): number {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) throw new WalkError('it ends too early');
    let units = 0;
    for (; this.#at < end; this.#at += 1) {
      const byte = this.#bytes[this.#at] as number;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
  }

  #skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw new WalkError('it ends too early');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new WalkError('it ends too early');
    this.#at += 1;
    return byte;
  }

  /** Seven bits a byte, the lowest first. Of a signed number the value is another, and of no interest here. */
  #number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > Number.MAX_SAFE_INTEGER) throw new WalkError('a number is too large');
    }
  }
}
