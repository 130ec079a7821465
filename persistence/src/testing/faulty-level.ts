import { Buffer } from 'node:buffer';
import { MemoryLevel } from 'memory-level';
import type { WriteOp } from '../level/batch-writer.ts';
import type { Bytes, Level, OpenDb } from '../level/database.ts';

type Contents = Map<string, Bytes>;

type Fault =
  /** The error is all that is left of the batch. */
  | 'lost'
  /** The error is a lie: the batch is on disk. After a failed sync either may be the case. */
  | 'written';

/**
 * A disk that does what disks do on bad days, under a database in memory.
 *
 * It keeps two states: what the operating system knows, which survives the end of a process, and what has been synced,
 * which alone survives `losePower()`. And it is as unforgiving as LevelDB [R1]: a handle on which a sync has failed
 * goes on taking batches, reports success, and stores nothing any more.
 */
export class FaultyDisk {
  #known: Contents = new Map();
  #synced: Contents = new Map();
  #faults: Fault[] = [];
  #gate: { readonly opened: Promise<void>; open(): void } | null = null;
  readonly #arrivals = new Set<() => void>();
  #held = 0;
  #powerCuts = 0;
  #opened = 0;
  #syncs = 0;
  #bytes = 0;
  #openFault: Error | null = null;

  readonly openDb: OpenDb = async () => {
    this.#opened += 1;
    if (this.#openFault !== null) throw this.#openFault;
    const level = new FaultyLevel(this);
    await level.fill(this.#known);
    return level as unknown as Level;
  };

  /** How often a database was opened on it. */
  get opened(): number {
    return this.#opened;
  }

  /** Synced batches that were asked for, failed ones included. */
  get syncs(): number {
    return this.#syncs;
  }

  /** Bytes of keys and values in all batches that were written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What would be there after a power cut, by hexadecimal key. */
  get synced(): ReadonlyMap<string, Bytes> {
    return this.#synced;
  }

  failNextSyncs(count: number, fault: Fault = 'lost'): void {
    for (let i = 0; i < count; i++) this.#faults.push(fault);
  }

  refuseToOpen(error: Error | null): void {
    this.#openFault = error;
  }

  /** Holds every synced batch back, unwritten, until the returned function is called. */
  holdSyncs(): () => void {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gate = { opened, open };
    this.#gate = gate;
    return () => {
      if (this.#gate === gate) this.#gate = null;
      open();
    };
  }

  /** Resolves when a synced batch is being held back. */
  async syncHeld(): Promise<void> {
    while (this.#held === 0) await new Promise<void>((resolve) => this.#arrivals.add(resolve));
  }

  /** Everything that was not synced is gone, and every open handle is dead. What is held back never happens. */
  losePower(): void {
    this.#powerCuts += 1;
    this.#gate = null;
    this.#held = 0;
    this.#faults = [];
    this.#known = new Map(this.#synced);
  }

  /** Changes stored bytes behind everybody's back. Takes effect at the next opening. */
  tamper(key: Bytes, change: (value: Bytes) => Bytes | null): void {
    const name = nameOf(key);
    const value = this.#known.get(name);
    if (value === undefined) throw new Error(`There is no record ${name} to tamper with`);
    const changed = change(Buffer.from(value));
    for (const contents of [this.#known, this.#synced]) {
      if (changed === null) contents.delete(name);
      else contents.set(name, changed);
    }
  }

  get powerCuts(): number {
    return this.#powerCuts;
  }

  async sync(handle: FaultyLevel, apply: () => Promise<void>, ops: readonly WriteOp[]): Promise<void> {
    this.#syncs += 1;
    await this.#pass();
    if (handle.born !== this.#powerCuts) throw new Error('The machine has lost its power');
    const fault = this.#faults.shift();
    if (fault !== undefined) {
      if (fault === 'written' && !handle.poisoned) this.#write(ops, true);
      handle.poisoned = true;
      throw Object.assign(new Error('No space left on device'), { code: 'LEVEL_IO_ERROR' });
    }
    await apply();
    if (!handle.poisoned) this.#write(ops, true);
  }

  async write(handle: FaultyLevel, apply: () => Promise<void>, ops: readonly WriteOp[]): Promise<void> {
    if (handle.born !== this.#powerCuts) throw new Error('The machine has lost its power');
    await apply();
    if (!handle.poisoned) this.#write(ops, false);
  }

  async #pass(): Promise<void> {
    const gate = this.#gate;
    if (gate === null) return;
    this.#held += 1;
    for (const arrive of this.#arrivals) arrive();
    this.#arrivals.clear();
    const { powerCuts } = this;
    await gate.opened;
    if (powerCuts === this.#powerCuts) this.#held -= 1;
  }

  #write(ops: readonly WriteOp[], synced: boolean): void {
    for (const op of ops) {
      this.#bytes += op.key.byteLength + (op.type === 'put' ? op.value.byteLength : 0);
      if (op.type === 'put') this.#known.set(nameOf(op.key), Buffer.from(op.value));
      else this.#known.delete(nameOf(op.key));
    }
    // A log is synced as a whole: what came before without sync is safe now as well.
    if (synced) this.#synced = new Map(this.#known);
  }
}

class FaultyLevel extends MemoryLevel<Bytes, Bytes> {
  readonly #disk: FaultyDisk;
  readonly born: number;
  poisoned = false;

  constructor(disk: FaultyDisk) {
    super({ keyEncoding: 'view', valueEncoding: 'view', storeEncoding: 'buffer' });
    this.#disk = disk;
    this.born = disk.powerCuts;
  }

  async fill(contents: Contents): Promise<void> {
    await this.open();
    const ops = [...contents].map(([name, value]) => ({ type: 'put' as const, key: Buffer.from(name, 'hex'), value }));
    await super.batch(ops);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of the library's `batch` can't be met by one signature
  override batch(...args: any[]): any {
    const [ops, options] = args as [WriteOp[], { sync?: boolean } | undefined];
    const apply = () => super.batch(ops);
    return options?.sync === true ? this.#disk.sync(this, apply, ops) : this.#disk.write(this, apply, ops);
  }
}

function nameOf(key: Bytes): string {
  return Buffer.from(key).toString('hex');
}
