import * as Y from 'yjs';

export type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];
type Integrable = Y.Item | Y.GC;

/** What structs are brought into: a document, or a mere reckoning of how far one would have come. */
export interface Ground {
  /** How far a client's structs are there. */
  clockOf(client: number): number;
  /** Another client that this struct waits for; null when all that it builds on is there. */
  findMissing(struct: Integrable): number | null;
  /** Takes it in; the first `offset` of it is there already. */
  integrate(struct: Integrable, offset: number): void;
}

interface Queue {
  readonly client: number;
  readonly structs: Struct[];
  next: number;
  place: 'in-line' | 'on-path' | 'ended';
}

/**
 * Goes through the structs of an update in an order in which each finds what it builds on, as Yjs does when it applies
 * the update whole. An update groups structs by client, and clients build on each other.
 */
export class IntegrationOrder {
  readonly #queues = new Map<number, Queue>();
  readonly #line: Queue[] = [];
  /** How many of the line have had their turn. */
  #turned = 0;
  #isInOrder = false;
  /** Each waits for the next one; who would come to stand on it twice waits for itself. */
  #path: Queue[] = [];
  #isComplete = true;

  constructor(structs: readonly Struct[] = []) {
    this.add(structs);
  }

  /** Puts more of the update behind what it has; all of it before the first is integrated. */
  add(structs: readonly Struct[]): void {
    for (const struct of structs) {
      const { client } = struct.id;
      let queue = this.#queues.get(client);
      if (queue === undefined) {
        queue = { client, structs: [], next: 0, place: 'in-line' };
        this.#queues.set(client, queue);
        this.#line.push(queue);
      }
      queue.structs.push(struct);
    }
  }

  /** Nothing is left that could be integrated. */
  get isExhausted(): boolean {
    return this.#path.length === 0 && this.#turned === this.#line.length;
  }

  /** Everything so far was integrated. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Integrates up to `limit` structs. */
  integrate(ground: Ground, limit: number): void {
    for (let count = 0; count < limit && !this.isExhausted; count += 1) this.#step(ground);
  }

  #step(ground: Ground): void {
    const queue = this.#path.at(-1);
    if (queue === undefined) {
      this.#takeTurn();
      return;
    }
    const struct = queue.structs[queue.next];
    if (struct === undefined) {
      this.#leavePath(queue, 'ended');
      return;
    }
    if (struct instanceof Y.Skip) {
      queue.next += 1; // what follows a gap finds out whether it was filled
      return;
    }
    const known = ground.clockOf(queue.client);
    const missing = struct.id.clock > known ? queue.client : ground.findMissing(struct);
    if (missing === null) {
      const offset = known - struct.id.clock;
      if (offset < struct.length) ground.integrate(struct, offset);
      queue.next += 1;
      // Whoever waits for this client looks again: what comes next of it may in turn wait for them.
      if (this.#path.length > 1) this.#leavePath(queue, 'in-line');
      return;
    }
    const awaited = this.#queues.get(missing);
    if (awaited?.place === 'in-line') this.#enterPath(awaited);
    else this.#giveUp();
  }

  /** The highest client first, as Yjs does: of those who wrote at one place at once, each then finds its own at once. */
  #takeTurn(): void {
    if (!this.#isInOrder) this.#line.sort((one, other) => other.client - one.client);
    this.#isInOrder = true;
    const queue = this.#line[this.#turned];
    this.#turned += 1;
    if (queue?.place === 'in-line') this.#enterPath(queue);
  }

  #enterPath(queue: Queue): void {
    queue.place = 'on-path';
    this.#path.push(queue);
  }

  #leavePath(queue: Queue, place: Queue['place']): void {
    queue.place = place;
    this.#path.pop();
  }

  /** The last one waits in vain, and so do all who wait for it: each gives up once, however long their chain is. */
  #giveUp(): void {
    this.#isComplete = false;
    for (const queue of this.#path) queue.place = 'ended';
    this.#path = [];
  }
}
