import { joinSmall } from '../join-small.ts';
import type { Listeners } from './audience.ts';

/** What one connection gets besides what all get. */
export interface OwnMessages {
  receipts: number;
  /** Framed. */
  readonly echoes: Buffer[];
}

/**
 * From so many sockets on, one copy for all costs less than what each saves: to write several buffers takes some two
 * microseconds more than to write one.
 */
const MANY_SOCKETS = 8;

/** Up to here it is so; a copy waits for the slowest of the sockets. */
const MAX_SHARED_BYTES = 512 * 1024;

/** Of receipts that come in such different numbers at once, few connections get the same. */
const MOST_VARIANTS = 4;

/**
 * What those who share an address are written in one flush: the broadcast, and to some as many receipts behind it. Each
 * number of receipts is joined to it once, for all who get so many.
 */
export class SharedWrites {
  readonly broadcast: readonly Buffer[];
  readonly #listeners: Listeners;
  readonly #withReceipts = new Map<number, readonly Buffer[]>();

  constructor(listeners: Listeners, bodies: readonly Uint8Array[]) {
    this.#listeners = listeners;
    this.broadcast = this.#join(bodies.flatMap((body) => listeners.frame(body)));
  }

  /** The broadcast, and what one connection gets besides. */
  with({ receipts, echoes }: OwnMessages): readonly Buffer[] {
    const shared = receipts === 0 ? this.broadcast : this.#with(receipts);
    return echoes.length === 0 ? shared : [...shared, ...echoes];
  }

  #with(receipts: number): readonly Buffer[] {
    const known = this.#withReceipts.get(receipts);
    if (known !== undefined) return known;
    const both = [...this.broadcast, ...repeatReceipt(this.#listeners, receipts)];
    if (this.#withReceipts.size >= MOST_VARIANTS) return both;
    const joined = this.#join(both);
    this.#withReceipts.set(receipts, joined);
    return joined;
  }

  #join(buffers: readonly Buffer[]): readonly Buffer[] {
    if (buffers.length < 2 || this.#listeners.connections.size < MANY_SOCKETS) return joinSmall(buffers);
    let bytes = 0;
    for (const buffer of buffers) bytes += buffer.length;
    return bytes > MAX_SHARED_BYTES ? buffers : [Buffer.concat(buffers, bytes)];
  }
}

/** What one connection gets alone, while it is behind what all get. */
export function frameOwn(listeners: Listeners, { receipts, echoes }: OwnMessages): readonly Buffer[] {
  return [...repeatReceipt(listeners, receipts), ...echoes];
}

function repeatReceipt(listeners: Listeners, times: number): readonly Buffer[] {
  return Array.from({ length: times }, () => listeners.receipt()).flat();
}
