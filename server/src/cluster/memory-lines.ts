/** A record or message, on its way or kept. */
export interface Item {
  /** Greater than that of everything before it, on the whole hub. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The records of a node. */
export interface Stream {
  lastNumber: number;
  items: Item[];
}

/** The node whose record it is, or the channel on which it was told. */
export type Origin = { readonly node: string } | { readonly channel: string };

/** As many messages wait for a node; further ones are dropped. */
const MAX_MESSAGES = 10_000;

/** Records of one node, or the messages of one channel, on their way to one node. */
export abstract class Line {
  readonly by: Origin;
  /** What was overtaken, or arrives again: from the delivery after this round on. */
  strays: { readonly round: number; readonly item: Item }[] = [];

  constructor(by: Origin) {
    this.by = by;
  }

  abstract peek(): Item | undefined;
  abstract pass(item: Item): void;
  protected abstract readonly freshLength: number;

  get length(): number {
    return this.freshLength + this.strays.length;
  }

  first(round: number): Item | undefined {
    return this.strays.find((stray) => stray.round < round)?.item ?? this.peek();
  }

  takeStrays(round: number): Item[] {
    const due = this.strays.filter((stray) => stray.round < round);
    this.strays = this.strays.filter((stray) => stray.round >= round);
    return due.map(({ item }) => item);
  }
}

/** Who keeps the records of all nodes. */
export interface Streams {
  stream(node: string): Readonly<Stream>;
}

export class RecordLine extends Line {
  readonly from: string;
  readonly #streams: Streams;
  #position: number;

  constructor(streams: Streams, from: string) {
    super({ node: from });
    this.from = from;
    this.#streams = streams;
    this.#position = streams.stream(from).lastNumber;
  }

  peek(): Item | undefined {
    return this.#streams.stream(this.from).items[this.#firstIndex()];
  }

  pass(item: Item): void {
    this.#position = item.number;
  }

  /** A stream that ends before what was read of it is another one: it is read from its start. */
  noticeRewind(): void {
    if (this.#position > this.#streams.stream(this.from).lastNumber) this.#position = 0;
  }

  protected get freshLength(): number {
    return this.#streams.stream(this.from).items.length - this.#firstIndex();
  }

  #firstIndex(): number {
    const { items } = this.#streams.stream(this.from);
    // From the end: a reader is seldom far behind.
    let index = items.length;
    while (index > 0 && (items[index - 1]?.number ?? 0) > this.#position) index -= 1;
    return index;
  }
}

export class MessageLine extends Line {
  readonly listeners = new Set<(message: Uint8Array) => void>();
  /** The bus knows that it is listened on. */
  isKnown = false;
  #items: Item[] = [];

  constructor(channel: string) {
    super({ channel });
  }

  add(item: Item): void {
    if (this.#items.length < MAX_MESSAGES) this.#items.push(item);
  }

  clear(): void {
    this.#items = [];
    this.strays = [];
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  pass(): void {
    this.#items.shift();
  }

  protected get freshLength(): number {
    return this.#items.length;
  }
}
