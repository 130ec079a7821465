import { type DocumentStore, type Entry, MemoryStore } from '@quire/persistence';
import {
  type ClusterFile,
  type ClusterRecord,
  formatClusterRecord,
  parseClusterRecord,
} from '../../cluster/cluster-file.ts';

/** A data directory: what is on it while no process has it open. */
export interface Disk {
  /** Answers of the store that had it open. */
  readonly answers: readonly (readonly Entry[])[];
  readonly record: ClusterRecord | null;
}

export const EMPTY_DISK: Disk = { answers: [], record: null };

/** A store whose incarnation is given to it, so that a run is the same each time. */
export class SimulatedStore extends MemoryStore {
  override readonly incarnation: string;

  constructor(incarnation: string, clock: { now(): number; after(delayMs: number, task: () => void): () => void }) {
    super({ clock, flushing: 'manual' });
    this.incarnation = incarnation;
  }
}

/** What would be on its disk if the power went now. */
export async function readDisk(store: DocumentStore, record: ClusterRecord | null): Promise<Disk> {
  const answers: (readonly Entry[])[] = [];
  for (const incarnation of store.holdings().keys()) {
    for (let after = 0; ; ) {
      const answer = await store.entries({ incarnation, after, limit: 1_000 });
      const last = answer.at(-1);
      if (last === undefined) break;
      answers.push(answer);
      after = last.id.sequence;
    }
  }
  return { answers, record };
}

export async function openDisk(store: SimulatedStore, { answers }: Disk): Promise<void> {
  for (const answer of answers) {
    const adopted = store.adopt(answer);
    store.flush();
    await adopted;
  }
}

export class MemoryFile implements ClusterFile {
  #text: string | null;
  #isOpen = true;

  constructor(record: ClusterRecord | null) {
    this.#text = record === null ? null : formatClusterRecord(record);
  }

  get record(): ClusterRecord | null {
    return this.#text === null ? null : parseClusterRecord(this.#text, 'the file of a simulated node');
  }

  async read(): Promise<ClusterRecord | null> {
    return this.record;
  }

  async write(record: ClusterRecord): Promise<void> {
    if (this.#isOpen) this.#text = formatClusterRecord(record);
  }

  /** The process is dead: nothing that it still does reaches the disk. */
  seal(): void {
    this.#isOpen = false;
  }
}
