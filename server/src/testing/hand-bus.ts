import type { BusStatus } from '../cluster/cluster-bus.ts';
import { carriesWords, type RoomsBus } from '../cluster/rooms/rooms.ts';

interface Listening {
  readonly by: HandBus;
  readonly channel: string;
  hear(message: Uint8Array): void;
}

/** What buses tell each other, delivered by hand: late, out of order, or never. */
export class Post {
  readonly listening = new Set<Listening>();
  readonly letters: { readonly to: Listening; readonly message: Uint8Array }[] = [];

  /** @returns false when there is no such letter */
  deliver(index = 0): boolean {
    const [letter] = this.letters.splice(index, 1);
    if (letter !== undefined && this.listening.has(letter.to)) letter.to.hear(letter.message);
    return letter !== undefined;
  }

  lose(to: HandBus): void {
    const left = this.letters.filter((letter) => letter.to.by !== to);
    this.letters.splice(0, this.letters.length, ...left);
  }
}

/** A bus whose messages are delivered by hand. */
export class HandBus implements RoomsBus {
  status: BusStatus = { state: 'connected' };
  /** It has too much to tell, and drops what is added. */
  isFull = false;
  readonly #post: Post;
  readonly #watching = new Set<(status: BusStatus) => void>();

  constructor(post: Post) {
    this.#post = post;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#watching.add(listener);
    return () => this.#watching.delete(listener);
  }

  /** While it carries no words it tells nothing and hears nothing, and what was on the way to it is lost. */
  become(status: BusStatus): void {
    this.status = status;
    if (!this.isThere) this.#post.lose(this);
    for (const listener of [...this.#watching]) listener(status);
  }

  async tell(channel: string, message: Uint8Array): Promise<number> {
    if (!this.isThere || this.isFull) return 0;
    const hearing = [...this.#post.listening].filter((each) => each.channel === channel && each.by.isThere);
    for (const to of hearing) this.#post.letters.push({ to, message });
    return hearing.length;
  }

  async listen(channel: string, hear: (message: Uint8Array) => void): Promise<() => void> {
    const listening = { by: this, channel, hear };
    this.#post.listening.add(listening);
    return () => this.#post.listening.delete(listening);
  }

  get isThere(): boolean {
    return carriesWords(this.status);
  }

  async close(): Promise<void> {
    this.status = { state: 'closed' };
    for (const each of [...this.#post.listening]) if (each.by === this) this.#post.listening.delete(each);
  }
}
