import { webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DocumentStat, DocumentStore, Epoch } from '@quire/persistence';
import type { DocumentName } from '@quire/protocol';
import type { Clock } from '../clock.ts';
import { nameEpoch } from '../collab/former-lives.ts';
import { createTurns } from '../turns.ts';

/** A document as it was last folded, compressed. */
export interface StateArchive {
  /** Which life of its name the document is in, as clients are told it. */
  readonly epoch: string;
  /** Names these bytes and no others, as an `ETag`. */
  readonly tag: string;
  readonly bytes: Buffer;
}

export interface Lease {
  readonly archive: StateArchive;
  /** Called when its bytes are needed no more; again is fine. */
  end(): void;
}

export interface StateLimits {
  /** A smaller snapshot is in the first message on a socket sooner than it could be downloaded. */
  readonly minBytes: number;
  /** Of all archives together, those that are being sent too. */
  readonly maxHeldBytes: number;
}

const MIB = 1024 * 1024;
const LIMITS: StateLimits = { minBytes: MIB, maxHeldBytes: 128 * MIB };

/** Long enough for whoever was cut off to come back for the rest. */
const KEPT_MS = 120_000;

/** Takes a third of the time of the usual level, for a tenth more bytes. */
const COMPRESSION_LEVEL = 4;

/** Who comes behind so many gets the document over the socket, which needs no compressing. */
const MAX_BUILDS = 8;

const compress = promisify(gzip);

/** A snapshot that has grown by more than this leaves too much to the socket. */
const MAX_GROWTH = 1.25;

interface Held {
  readonly archive: StateArchive;
  /** What the snapshot weighed. */
  readonly snapshotBytes: number;
  leases: number;
  idleSince: number;
  /** Given out no more; its bytes count until nobody is being sent them. */
  isRetired: boolean;
}

/**
 * Large documents as bytes that can be downloaded in pieces: the stored snapshot, compressed once for all who ask within
 * some minutes. What was edited since is not in it, and comes with the handshake.
 */
export class DocumentStates {
  readonly #store: Pick<DocumentStore, 'load' | 'stat'>;
  readonly #clock: Clock;
  readonly #limits: StateLimits;
  readonly #takeTurn = createTurns();
  /** By life of a document: what is asked for anew after a delete is never the dead one (R14). */
  readonly #held = new Map<string, Held>();
  readonly #building = new Map<string, Promise<Held | null>>();
  #heldBytes = 0;
  #cancelSweep: (() => void) | null = null;
  #isClosed = false;

  constructor(options: {
    readonly store: Pick<DocumentStore, 'load' | 'stat'>;
    readonly clock: Clock;
    readonly limits?: StateLimits;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#limits = options.limits ?? LIMITS;
  }

  /** Whether there is something worth a download. Costs one small read. */
  async isLarge(name: DocumentName): Promise<boolean> {
    return this.#weigh(await this.#store.stat(name)) !== null;
  }

  /** Null where the socket serves better: the document is small, unknown, or there is no room for it. */
  async open(name: DocumentName): Promise<Lease | null> {
    const stat = await this.#store.stat(name);
    const weight = this.#weigh(stat);
    if (weight === null || this.#isClosed) return null;
    const key = keyOf(name, weight.epoch);
    const held = this.#findFresh(key, weight.bytes) ?? (await this.#build(name, key, weight.bytes));
    return held === null ? null : this.#lease(held);
  }

  /** What is being sent goes on. Nothing is kept for later any more, nor what is being made. */
  close(): void {
    this.#isClosed = true;
    this.#cancelSweep?.();
    this.#cancelSweep = null;
    for (const key of [...this.#held.keys()]) this.#retire(key);
  }

  #weigh(stat: DocumentStat | null): { readonly bytes: number; readonly epoch: Epoch } | null {
    if (stat === null || stat.state !== 'live' || stat.snapshotBytes < this.#limits.minBytes) return null;
    return { bytes: stat.snapshotBytes, epoch: stat.epoch };
  }

  #findFresh(key: string, snapshotBytes: number): Held | null {
    const held = this.#held.get(key);
    return held !== undefined && snapshotBytes <= held.snapshotBytes * MAX_GROWTH ? held : null;
  }

  #lease(held: Held): Lease {
    // It had to make room between being made and being leased, and was let go of then.
    if (held.isRetired && held.leases === 0) this.#heldBytes += held.archive.bytes.length;
    held.leases += 1;
    let isOver = false;
    return {
      archive: held.archive,
      end: () => {
        if (isOver) return;
        isOver = true;
        held.leases -= 1;
        if (held.isRetired) this.#letGo(held);
        if (this.#isClosed) return;
        held.idleSince = this.#clock.monotonicMs();
        this.#cancelSweep ??= this.#clock.after(KEPT_MS, () => this.#sweep());
      },
    };
  }

  #build(name: DocumentName, key: string, bytes: number): Promise<Held | null> {
    const underWay = this.#building.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#building.size >= MAX_BUILDS || !this.#makeRoom(bytes)) return Promise.resolve(null);
    // Counted at its full size until it is known how small it gets.
    this.#heldBytes += bytes;
    // One at a time: the disk needs the threads that compress, too.
    const built = this.#takeTurn('', () => this.#compress(name, key)).finally(() => {
      this.#heldBytes -= bytes;
      this.#building.delete(key);
    });
    this.#building.set(key, built);
    return built;
  }

  async #compress(name: DocumentName, key: string): Promise<Held | null> {
    const loaded = await this.#store.load(name);
    // Deleted meanwhile, or a new life of the name, which is another document.
    if (loaded === null || loaded.snapshot === null || keyOf(name, loaded.epoch) !== key) return null;
    const snapshotBytes = loaded.snapshot.length;
    const bytes = await compress(loaded.snapshot, { level: COMPRESSION_LEVEL });
    const digest = Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('base64url');
    const epoch = nameEpoch(loaded.epoch);
    const archive = { epoch, tag: `"${epoch}-${digest}"`, bytes };
    if (this.#isClosed) return null;
    const idleSince = this.#clock.monotonicMs();
    const held: Held = { archive, snapshotBytes, leases: 0, idleSince, isRetired: false };
    this.#retire(key);
    this.#held.set(key, held);
    this.#heldBytes += bytes.length;
    return held;
  }

  /** Lets go of what nobody is being sent, the longest unused first. @returns whether there is room */
  #makeRoom(bytes: number): boolean {
    const idle = [...this.#held].filter(([, { leases }]) => leases === 0);
    idle.sort(([, one], [, other]) => one.idleSince - other.idleSince);
    for (const [key] of idle) {
      if (this.#heldBytes + bytes <= this.#limits.maxHeldBytes) break;
      this.#retire(key);
    }
    return this.#heldBytes + bytes <= this.#limits.maxHeldBytes;
  }

  #sweep(): void {
    this.#cancelSweep = null;
    const now = this.#clock.monotonicMs();
    for (const [key, { idleSince, leases }] of this.#held) {
      if (leases === 0 && now - idleSince >= KEPT_MS) this.#retire(key);
    }
    if (this.#held.size > 0) this.#cancelSweep = this.#clock.after(KEPT_MS, () => this.#sweep());
  }

  #retire(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    held.isRetired = true;
    this.#letGo(held);
  }

  #letGo({ archive, leases }: Held): void {
    if (leases === 0) this.#heldBytes -= archive.bytes.length;
  }
}

function keyOf(name: DocumentName, epoch: Epoch): string {
  return `${nameEpoch(epoch)}/${name}`;
}
