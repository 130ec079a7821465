import type { Entry, EntryId, MemoryStore } from '@quire/persistence';
import type { Collaboration } from '../collab/collaboration.ts';
import { alone, type Replication, type RoomLink, type SharedRoom } from '../collab/replication.ts';

export interface TestNode {
  readonly store: MemoryStore;
  readonly collaboration: Pick<Collaboration, 'adopted'>;
}

/** What nodes in one process have yet to hear of each other: entries go over when a test says so, and in the order it says. */
export interface Links {
  /** What this node has yet to be given. */
  waitingFor(node: TestNode): readonly Entry[];
  /** Gives it some of that; left out, all. */
  carry(node: TestNode, which?: (entry: Entry) => boolean): Promise<void>;
  /** Until every node has everything. */
  carryAll(): Promise<void>;
  close(): void;
}

export function linkNodes(nodes: readonly TestNode[]): Links {
  const waiting = new Map<TestNode, Entry[]>(nodes.map((node) => [node, []]));
  const ends = nodes.map((from) =>
    from.store.onStored((entries) => {
      for (const [to, inbox] of waiting) if (to !== from) inbox.push(...entries);
    }),
  );
  const waitingFor = (node: TestNode): readonly Entry[] => waiting.get(node) ?? [];

  async function carry(node: TestNode, which: (entry: Entry) => boolean = () => true): Promise<void> {
    const all = waitingFor(node);
    const taken = all.filter(which);
    waiting.set(
      node,
      all.filter((entry) => !taken.includes(entry)),
    );
    if (taken.length === 0) return;
    await node.store.adopt(taken);
    await node.collaboration.adopted(taken);
  }

  return {
    waitingFor,
    carry,
    async carryAll() {
      while (nodes.some((node) => waitingFor(node).length > 0)) for (const node of nodes) await carry(node);
    },
    close() {
      for (const end of ends) end();
    },
  };
}

/** The other nodes, who have an entry when a test says so. */
export class HeldReplication implements Replication {
  knowsAllNames = true;
  /** While false, nothing has to be waited for. */
  holds = false;
  /** What documents that are opened from now on have to wait for. */
  soFar: Promise<void> | null = null;
  readonly rooms = new Map<string, SharedRoom>();
  readonly #waiting: { readonly id: EntryId; resolve(): void }[] = [];

  get waiting(): readonly EntryId[] {
    return this.#waiting.map(({ id }) => id);
  }

  acknowledged(id: EntryId): Promise<void> | null {
    if (!this.holds) return null;
    return new Promise((resolve) => this.#waiting.push({ id, resolve }));
  }

  commonTime(): null {
    return null;
  }

  acknowledgedSoFar(): Promise<void> | null {
    return this.soFar;
  }

  /** The others have these; left out, all that wait. */
  acknowledge(which: (id: EntryId) => boolean = () => true): void {
    const had = this.#waiting.filter(({ id }) => which(id));
    for (const waiting of had) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.resolve();
    }
  }

  join(document: string, room: SharedRoom): RoomLink {
    this.rooms.set(document, room);
    return { ...alone.join(document, room), leave: () => void this.rooms.delete(document) };
  }
}
