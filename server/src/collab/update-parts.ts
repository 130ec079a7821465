/**
 * Whether an update has more parts than `limit`: structs, values inside them, and ranges of deletions. Nothing is built
 * for any of them, so it can be asked before an update is decoded, which makes objects of a hundred bytes from parts of two.
 */
export function hasMoreParts(update: Uint8Array, limit: number): boolean {
  // Each part takes a byte at least, and keystrokes are far from any limit.
  return update.length > limit && countParts(update, limit) > limit;
}

/**
 * How many parts an update has; one more than `limit` when it has more than that. Bytes that are no update are counted as
 * far as they can be read: whoever decodes them comes no further.
 */
export function countParts(update: Uint8Array, limit: number): number {
  const counter = new PartCounter(update, limit);
  try {
    counter.readStructs();
    counter.readDeletes();
  } catch (error) {
    if (error !== STOPPED) throw error;
  }
  return counter.parts;
}

/** Thrown at the end of the bytes, at the limit, and at what no update has. */
const STOPPED = Symbol('stopped');

const [HAS_PARENT_KEY, HAS_RIGHT_ORIGIN, HAS_ORIGIN, CONTENT] = [0x20, 0x40, 0x80, 0x1f] as const;
const SKIP = 10;
/** Types of shared types that have a name: XML elements and hooks. */
const NAMED_TYPES = new Set([3, 5]);
const [COMMA, BRACKET, BRACE] = [',', '[', '{'].map((character) => character.charCodeAt(0));

/** Goes through the bytes of an update in format v1, as `Y.decodeUpdate` does. */
class PartCounter {
  parts = 0;
  readonly #bytes: Uint8Array;
  readonly #limit: number;
  #at = 0;

  constructor(bytes: Uint8Array, limit: number) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  readStructs(): void {
    for (let runs = this.#number(); runs > 0; runs -= 1) {
      this.#count();
      let structs = this.#number();
      this.#number(); // client
      this.#number(); // clock
      for (; structs > 0; structs -= 1) this.#struct();
    }
  }

  readDeletes(): void {
    for (let clients = this.#number(); clients > 0; clients -= 1) {
      this.#count();
      this.#number(); // client
      for (let ranges = this.#number(); ranges > 0; ranges -= 1) {
        this.#count();
        this.#number(); // clock
        this.#number(); // length
      }
    }
  }

  #struct(): void {
    this.#count();
    const info = this.#byte();
    const content = info & CONTENT;
    if (info === SKIP || content === 0) {
      this.#number(); // length
      return;
    }
    if ((info & HAS_ORIGIN) !== 0) this.#id();
    if ((info & HAS_RIGHT_ORIGIN) !== 0) this.#id();
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) === 0) {
      if (this.#number() === 1) this.#text();
      else this.#id();
      if ((info & HAS_PARENT_KEY) !== 0) this.#text();
    }
    this.#content(content);
  }

  #content(kind: number): void {
    switch (kind) {
      case 1: // deleted: its length
        this.#number();
        return;
      case 2: // JSON texts
        for (let texts = this.#number(); texts > 0; texts -= 1) {
          this.#count();
          this.#json();
        }
        return;
      case 3: // bytes
      case 4: // text
        this.#text();
        return;
      case 5: // embed
        this.#json();
        return;
      case 6: // format: key and value
        this.#text();
        this.#json();
        return;
      case 7: // a shared type
        if (NAMED_TYPES.has(this.#number())) this.#text();
        return;
      case 8: // values
        for (let values = this.#number(); values > 0; values -= 1) this.#value();
        return;
      case 9: // a document within: its id and options
        this.#text();
        this.#value();
        return;
      default:
        throw STOPPED;
    }
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
      this.#count();
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
        throw STOPPED;
    }
  }

  /** A text whose values are made when it is parsed: there are no more of them than of these characters, and one. */
  #json(): void {
    const end = this.#number() + this.#at;
    for (; this.#at < end; this.#at += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw STOPPED;
      if (byte === COMMA || byte === BRACKET || byte === BRACE) this.#count();
    }
  }

  #id(): void {
    this.#number();
    this.#number();
  }

  #text(): void {
    this.#skip(this.#number());
  }

  #count(): void {
    this.parts += 1;
    if (this.parts > this.#limit) throw STOPPED;
  }

  #skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw STOPPED;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw STOPPED;
    this.#at += 1;
    return byte;
  }

  /** Seven bits a byte, the lowest first; a signed one has the sign in the first byte, which changes nothing here but the value. */
  #number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > Number.MAX_SAFE_INTEGER) throw STOPPED;
    }
  }
}
