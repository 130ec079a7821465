import type { LoadDialect, Word } from './dialects.ts';

/** Frames larger than this are first syncs, not what a thousand hear: to compare them would cost more than to read them. */
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_REMEMBERED = 4096;
/** A crowd’s cursors are some hundred KiB a frame. */
const MAX_REMEMBERED_BYTES = 64 * 1024 * 1024;

interface Remembered<T> {
  readonly bytes: Buffer;
  readonly meaning: T;
}

/**
 * Reads every distinct message once: a broadcast reaches a thousand readers as the same bytes, and for all but the
 * first of them its meaning costs one comparison.
 */
export class WordMemo<T> {
  readonly #dialect: LoadDialect;
  readonly #interpret: (word: Word) => T;
  readonly #known = new Map<number, Remembered<T>>();
  #knownBytes = 0;

  constructor(dialect: LoadDialect, interpret: (word: Word) => T) {
    this.#dialect = dialect;
    this.#interpret = interpret;
  }

  read(source: Buffer, start: number, end: number): T {
    if (end - start > MAX_FRAME_BYTES) return this.#interpret(this.#dialect.read(copy(source, start, end)));
    const key = fingerprint(source, start, end);
    const known = this.#known.get(key);
    if (known !== undefined && source.compare(known.bytes, 0, known.bytes.length, start, end) === 0) {
      return known.meaning;
    }
    const bytes = copy(source, start, end);
    const meaning = this.#interpret(this.#dialect.read(bytes));
    if (this.#known.size >= MAX_REMEMBERED || this.#knownBytes > MAX_REMEMBERED_BYTES) this.#forgetAll();
    this.#knownBytes += bytes.length;
    this.#known.set(key, { bytes, meaning });
    return meaning;
  }

  #forgetAll(): void {
    this.#known.clear();
    this.#knownBytes = 0;
  }
}

function copy(source: Buffer, start: number, end: number): Buffer {
  return Buffer.from(source.subarray(start, end));
}

const FNV_PRIME = 16_777_619;
const SAMPLED_BYTES = 24;

/** Length, the bytes at the end, and some between: two that agree are compared whole. */
function fingerprint(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - SAMPLED_BYTES); at < end; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
  }
  const stride = Math.max(1, (end - start) >> 4);
  for (let at = start; at < end; at += stride) hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
  return hash;
}
